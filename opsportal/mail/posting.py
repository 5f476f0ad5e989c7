"""One row as an e-mail, given to the portal's mail server."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, parseaddr

from django.conf import settings

from alerts.channels.posting import post
from opsportal.mail.models import Mail

# Every server takes it, however old.
_POLICY = SMTP.clone(cte_type="7bit")


def post_mail(mail: Mail) -> str:
    """What the server said. Raises DeliveryError."""
    sender = mail.sender or settings.DEFAULT_FROM_EMAIL
    return post(letter_of(mail, sender), sender, [mail.recipient], settings.EMAIL_URL)


def letter_of(mail: Mail, sender: str) -> EmailMessage:
    """The same row has the same Message-ID, so that receivers show a second one once."""
    domain = parseaddr(sender)[1].rpartition("@")[2] or "localhost"
    written = EmailMessage(policy=_POLICY)
    written["Subject"], written["From"], written["To"] = mail.subject, sender, mail.recipient
    written["Date"] = format_datetime(datetime.fromtimestamp(mail.created_ms / 1000, UTC))
    written["Message-ID"] = f"<{re.sub(r'[^a-zA-Z0-9-]', '-', mail.key)}@{domain}>"
    # Holiday notices are not to answer.
    written["Auto-Submitted"] = "auto-generated"
    for name, value in mail.headers.items():
        written[name] = value
    written.set_content(mail.text)
    if mail.html:
        written.add_alternative(mail.html, subtype="html")
    return written
