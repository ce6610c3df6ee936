"""Sending one mail by SMTP, and what its failure means."""

import smtplib
import ssl
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from email.utils import format_datetime

from core.circulation.models import Mail
from core.config import Config

TIMEOUT = 20
"""Seconds for each exchange with the mail server."""


@dataclass(frozen=True, slots=True)
class NotSent(Exception):
    """The mail was not taken. `reason` is in plain words; `for_good` says that trying again is of no use."""

    reason: str
    for_good: bool


def message_of(mail: Mail, *, sender: str, at: datetime) -> EmailMessage:
    """The mail as it goes out. The same Message-ID on every try."""
    message = EmailMessage()
    message["From"] = sender
    message["To"] = mail.to_address
    message["Subject"] = " ".join(mail.subject.split())  # imported names may hold a line break, a header may not
    message["Date"] = format_datetime(at)
    message["Message-ID"] = mail.message_id
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(mail.body)
    if mail.calendar:
        message.add_attachment(
            mail.calendar.encode(),
            maintype="text",
            subtype="calendar",
            filename="meeting.ics",
            params={"charset": "utf-8", "method": _method_of(mail.calendar)},
        )
    return message


def _method_of(calendar: str) -> str:
    """What the calendar part asks for, as its own text says it: RFC 6047 wants both to agree."""
    return next(method for method in ("CANCEL", "PUBLISH", "REQUEST") if f"METHOD:{method}" in calendar)


def send(message: EmailMessage, config: Config) -> None:
    """Hand it to the mail server. Raises NotSent."""
    if not config.smtp_host:
        raise NotSent("No mail server is configured (ROUNDTABLE_SMTP_HOST).", for_good=False)
    try:
        with smtplib.SMTP(config.smtp_host, config.smtp_port, timeout=TIMEOUT) as server:
            if config.smtp_starttls:
                server.starttls(context=ssl.create_default_context())
            if config.smtp_user:
                server.login(config.smtp_user, config.smtp_password)
            server.send_message(message)
    except smtplib.SMTPRecipientsRefused as refused:
        code, _ = next(iter(refused.recipients.values()))
        raise _refusal(code, "the address") from refused
    except smtplib.SMTPResponseException as answer:
        raise _refusal(answer.smtp_code, "the mail") from answer
    except (OSError, smtplib.SMTPException) as failure:
        raise NotSent("The mail server could not be reached or hung up.", for_good=False) from failure


def _refusal(code: int, what: str) -> NotSent:
    """What an SMTP code means. 5xx is for good, all else worth another try. The server's text may name people."""
    if 500 <= code < 600:
        return NotSent(f"The mail server refused {what} for good (code {code}). Check it, then send again.", True)
    return NotSent(f"The mail server did not take {what} yet (code {code}).", False)
