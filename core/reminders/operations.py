"""Making the day's digests: a row of the outbox for everybody who has something to be reminded of, and no second one.

A digest is written when it is queued, to see whether there is anything to say, and written anew when it goes out: with
the reader's rights, and with what is still to be done, as of then.
"""

from collections.abc import Iterable
from datetime import date, datetime, time
from itertools import groupby

from core import audit
from core.accounts.models import User
from core.circulation.letters import Letter, link_to, write
from core.circulation.models import Mail
from core.circulation.outbox import queue
from core.clock import local_date
from core.dates import in_words, lateness, with_weekday
from core.extensions import db
from core.facts import SYSTEM, MailKind
from core.reminders.queries import TOLD, Digest, Reminder, days_to_tell_of, digests_for, people_to_remind, told_on
from core.reminders.schedule import Days, is_time
from core.web.transaction import begin_write, end_read

SHOWN = 15
"""Lines under one heading; the home page has the rest."""

DAY_OVER = "The day is over. The next one says how things stand."
STOPPED = "Its reader stopped the daily mail."
NOTHING_LEFT = "Nothing that it was to remind of is still to be done, or theirs to do."


def make_digests(*, now: datetime, hour: time) -> int:
    """Queue the digests of the day, once it is time; how many. Reads first, and then commits one short transaction.

    The trail says that those of a day have been made, so that a worker which starts again makes none. Of two that make
    them at the same moment, the outbox's unique key lets one mail to each person through.
    """
    on = local_date(now)
    if not is_time(now, hour) or told_on(on):
        end_read()
        return 0
    days = days_to_tell_of(on)
    letters = [(user, letter_for(user, days, now=now)) for user in people_to_remind(on=on)]
    end_read()
    begin_write()
    made = 0
    for user, letter in letters:
        if letter is not None:
            once = f"digest:u_{user.id}:{on.isoformat()}"
            made += queue(user, kind=MailKind.REMINDER, letter=letter, now=now, once_key=once).created_at == now
    audit.record(SYSTEM, audit.Category.ADMIN, "digests.make", object=f"{TOLD}{on.isoformat()}")
    db.session.commit()
    return made


def written_anew(mail: Mail, *, now: datetime) -> str:
    """Write a digest that is about to go out as things stand now. Returns why it may not; empty when it may.

    Where it says something else by now, it begins a transaction that writes, for the caller to commit.
    """
    if local_date(mail.created_at) != local_date(now):
        return DAY_OVER
    if not mail.user.daily_mail:
        return STOPPED
    letter = letter_for(mail.user, days_to_tell_of(local_date(now)), now=now)
    if letter is None:
        return NOTHING_LEFT
    if letter.text != mail.body:
        end_read()
        begin_write()
        mail.subject, mail.body, mail.body_html = letter.subject, letter.text, letter.html
    return ""


def letter_for(user: User, days: Days, *, now: datetime) -> Letter | None:
    """What this person is told of those days; None when there is nothing."""
    on = local_date(now)
    digests = digests_for(user, days, now=now)
    if not digests:
        return None
    number = sum(len(digest.reminders) for digest in digests)
    return write(
        "reminder",
        subject=f"{in_words(on)}: {number} {'thing' if number == 1 else 'things'} due or late",
        link="/",
        today=with_weekday(on),
        partnerships=[(_line(digest.partnership), _sections(digest, on)) for digest in digests],
    )


def _line(name: str) -> str:
    return " ".join(name.split())


Section = tuple[str, int, list[tuple[str, str, str]], int]
"""Heading, number of things, (what, when, address) of those shown, how many more there are."""


def _sections(digest: Digest, on: date) -> list[Section]:
    sections = []
    for kind, group in groupby(digest.reminders, key=lambda reminder: reminder.kind):
        of_kind = list(group)
        sections.append((kind.value, len(of_kind), list(_lines(of_kind[:SHOWN], on)), len(of_kind[SHOWN:])))
    return sections


def _lines(reminders: Iterable[Reminder], on: date) -> Iterable[tuple[str, str, str]]:
    for each in reminders:
        yield each.what, f"{in_words(each.due)}, {each.told or lateness(each.due, on)}", link_to(each.path)
