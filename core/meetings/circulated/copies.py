"""A reader's own copy of a circulated agenda: cut to what they may open today, stamped with their name, and kept."""

from dataclasses import dataclass
from datetime import datetime

from core.documents.operations import Layout, Subject, keep_layout, keep_once, laid_out, stamped_for
from core.documents.pdf import Paper
from core.documents.queries import was_issued
from core.documents.readers import reader_of
from core.extensions import db
from core.facts import Actor
from core.meetings.agenda_document import AgendaRecord, agenda_html
from core.meetings.models import AgendaVersion
from core.references import file_name
from core.web.transaction import begin_write


@dataclass(frozen=True, slots=True)
class AgendaCopy:
    """The document, what it is called, and the cases that it shows."""

    paper: Paper
    layout: Layout
    cases: tuple[int, ...]
    name: str


def agenda_copy(actor: Actor, version: AgendaVersion) -> AgendaCopy:
    """That version as this reader may have it today. Slow where it is new: not under the write lock."""
    part = _part(actor, version)
    layout = laid_out(agenda_html(part))
    return AgendaCopy(
        paper=stamped_for(layout.paper, name=actor.name, agency=actor.agency_name),
        layout=layout,
        cases=_open_cases(part),
        name=file_name("agenda", version.meeting.ref, f"v{version.number}", suffix="pdf"),
    )


def cases_shown(actor: Actor, version: AgendaVersion) -> tuple[int, ...]:
    """Ids of the cases that this reader's copy would show today."""
    return _open_cases(_part(actor, version))


def _part(actor: Actor, version: AgendaVersion) -> AgendaRecord:
    record = AgendaRecord.from_plain(version.record)
    cases = [line.case_id for line in record.items]
    return record.only(reader_of(actor, group_id=version.meeting.group_id, cases=cases))


def _open_cases(part: AgendaRecord) -> tuple[int, ...]:
    return tuple(line.case_id for line in part.items if line.case_id is not None and not line.closed)


def keep_agenda_copy(actor: Actor, version: AgendaVersion, copy: AgendaCopy, *, now: datetime) -> None:
    """Keep what this reader is given, so that it can be checked; once, however often they ask.

    In a short transaction of its own: the one in hand is given up.
    """
    if was_issued(copy.paper, actor.user_id):
        return
    ref, number, of = version.meeting.ref, version.number, Subject(version.meeting_id, actor.user_id)
    db.session.rollback()
    begin_write()
    keep_layout(copy.layout, "agenda", ref, now=now)
    keep_once(copy.paper, f"agenda v{number}", "agenda", ref, f"v{number}", now=now, of=of)
    db.session.commit()
