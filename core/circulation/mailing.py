"""Sending one mail by SMTP, and what its failure means."""

import smtplib
import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.message import EmailMessage
from email.utils import format_datetime
from threading import Timer

from core.circulation.models import Mail
from core.config import Config
from core.meetings.ics import Method

LONGEST = timedelta(seconds=80)
"""For all exchanges of one mail together: well within the lease under which a worker has it."""

UNREACHABLE = "The mail server could not be reached, or hung up."


@dataclass(frozen=True, slots=True)
class NotSent(Exception):
    """The mail was not taken.

    `reason` is in plain words; `for_good` says that trying again is of no use; `by_nobody` that another mail would fare
    no better now: it is the server's trouble, not this mail's.
    """

    reason: str
    for_good: bool = False
    by_nobody: bool = False


@dataclass(frozen=True, slots=True)
class Enclosure:
    """A file that goes with a mail."""

    content: bytes
    file_name: str


def message_of(mail: Mail, *, sender: str, at: datetime, enclosed: Enclosure | None = None) -> EmailMessage:
    """The mail as it goes out: plain text and HTML, the meeting where it invites, the file where one goes with it.

    The same Message-ID on every try.
    """
    message = EmailMessage()
    message["From"] = sender
    message["To"] = mail.to_address
    message["Subject"] = mail.subject
    message["Date"] = format_datetime(at)
    message["Message-ID"] = mail.message_id
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(mail.body)
    if mail.body_html:
        message.add_alternative(mail.body_html, subtype="html")
    if mail.calendar:
        _add_calendar(message, mail.calendar)
    if enclosed is not None:
        message.add_attachment(enclosed.content, maintype="application", subtype="pdf", filename=enclosed.file_name)
    return message


def _add_calendar(message: EmailMessage, calendar: str) -> None:
    """The meeting as calendars take it.

    An alternative of the text, with its method (RFC 6047, section 2.4): Outlook and Google show the meeting then. The
    same text is attached as a file for the programs that look for one; as `application/ics`, or those that know both
    would enter it twice.
    """
    message.add_alternative(
        calendar.encode(), maintype="text", subtype="calendar", cte="base64",
        params={"charset": "utf-8", "method": _method_of(calendar), "component": "VEVENT"},
    )  # fmt: skip
    message.add_attachment(calendar.encode(), maintype="application", subtype="ics", filename="invite.ics")


def _method_of(calendar: str) -> str:
    """What the calendar part asks for, as its own text says it: RFC 6047 wants both to agree."""
    return next(method.value for method in Method if f"METHOD:{method}" in calendar)


def send(message: EmailMessage, config: Config) -> None:
    """Hand it to the mail server. Raises NotSent."""
    if not config.smtp_host:
        raise NotSent("No mail server is configured (ROUNDTABLE_SMTP_HOST).", by_nobody=True)
    try:
        _hand_over(message, config)
    except smtplib.SMTPRecipientsRefused as refused:
        code, _ = next(iter(refused.recipients.values()))
        raise _refusal(code, "the address") from refused
    except smtplib.SMTPSenderRefused as refused:
        raise NotSent(f"The mail server takes no mail from us (code {refused.smtp_code}).") from refused
    except smtplib.SMTPAuthenticationError as refused:
        raise NotSent(
            "The mail server did not accept Roundtable’s user name and password.", by_nobody=True
        ) from refused
    except smtplib.SMTPResponseException as answer:
        raise _refusal(answer.smtp_code, "the mail") from answer
    except smtplib.SMTPNotSupportedError as lacking:
        raise NotSent("The mail server cannot do what this mail or its settings need.") from lacking
    except (OSError, smtplib.SMTPException) as failure:
        raise NotSent(UNREACHABLE, by_nobody=True) from failure


def _hand_over(message: EmailMessage, config: Config) -> None:
    server = smtplib.SMTP(timeout=config.smtp_timeout)
    try:
        with _at_most(LONGEST, server):
            server.connect(config.smtp_host, config.smtp_port)
            if config.smtp_starttls:
                server.starttls(context=ssl.create_default_context())
            if config.smtp_user:
                server.login(config.smtp_user, config.smtp_password)
            server.send_message(message)
            # It was taken. What goes wrong after that is no reason to send it a second time.
            with suppress(OSError, smtplib.SMTPException):
                server.quit()
    finally:
        server.close()


@contextmanager
def _at_most(longest: timedelta, server: smtplib.SMTP) -> Iterator[None]:
    """Cut the connection after that: a server that answers each exchange just in time would outlast the lease."""

    def cut() -> None:
        with suppress(OSError):
            if isinstance(server.sock, socket.socket):
                server.sock.shutdown(socket.SHUT_RDWR)

    watch = Timer(longest.total_seconds(), cut)
    watch.daemon = True
    watch.start()
    try:
        yield
    finally:
        watch.cancel()


def _refusal(code: int, what: str) -> NotSent:
    """What an SMTP code means. 5xx is for good, all else worth another try. The server's text may name people."""
    if 500 <= code < 600:
        return NotSent(
            f"The mail server refused {what} for good (code {code}). Check it, then send again.", for_good=True
        )
    return NotSent(f"The mail server did not take {what} yet (code {code}).")
