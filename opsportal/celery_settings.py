"""Celery's settings, under Celery's own names."""

from django.conf import settings
from kombu import Queue
from kombu.common import Broadcast

# kombu writes a unix socket as redis+socket:// where redis-py writes unix://.
broker_url = settings.REDIS_URL.replace("unix://", "redis+socket://", 1)
broker_connection_retry_on_startup = True
broker_connection_max_retries = None  # for ever: the supervisor decides about life and death
broker_transport_options = {
    "visibility_timeout": 3600,
    "socket_keepalive": True,
    # Who nudges a worker (a request that brought points) does not wait for a broker that is away:
    # a sweep does the work a few seconds later. Workers and beat retry by other settings.
    "max_retries": 0,
}

# Results would be written and read by nobody: outcomes are rows and points.
task_ignore_result = True
accept_content = ["json"]
task_acks_late = True
task_reject_on_worker_lost = True
worker_prefetch_multiplier = 1
worker_hijack_root_logger = False
worker_send_task_events = False
worker_enable_remote_control = False

timezone = "UTC"
enable_utc = True
beat_scheduler = "opsportal.beat.leading_scheduler:LeadingScheduler"

task_default_queue = "default"
# "hosts" reaches every worker, so that each samples the host it runs on. "backups" has a queue of
# its own: a worker for it alone may stand where the databases are.
task_queues = [Queue("default"), Queue("backups"), Broadcast("hosts")]
