"""The status page as a Django app of its own."""

from django.apps import AppConfig
from django.db.models.signals import post_delete, post_save


class StatusPageConfig(AppConfig):
    name = "opsportal.statuspage"
    label = "statuspage"
    verbose_name = "Status page"

    def ready(self) -> None:
        from opsportal.statuspage.models import IncidentUpdate, Subscriber
        from opsportal.statuspage.telling import updated
        from opsportal.statuspage.views import forget

        # Whoever publishes, or takes back, sees it at once in this process; others within seconds.
        for model in set(self.get_models()) - {Subscriber}:
            for signal in (post_save, post_delete):
                signal.connect(forget, sender=model, dispatch_uid=f"status-{model.__name__}")
        post_save.connect(updated, sender=IncidentUpdate, dispatch_uid="tell subscribers")
