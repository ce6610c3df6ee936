"""The story's documents as files: the agenda as it first went out, and each reader's minutes."""

from datetime import datetime
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import undefer

from core.accounts.queries import actor_as_of
from core.circulation.operations import keep_copy, paper_for, part_for
from core.circulation.queries import circulations_of, copy_by_id
from core.clock import local_date
from core.demo.cast import Cast
from core.documents.operations import RENDERER
from core.extensions import db
from core.facts import CirculationKind
from core.meetings.circulated.copies import agenda_copy, keep_agenda_copy
from core.meetings.models import AgendaVersion
from core.references import file_name
from core.web.transaction import begin_write

HEART = "east-november"
"""The meeting that the story tells from nomination to circulated minutes."""


def write_documents(folder: Path, cast: Cast, *, now: datetime) -> None:
    """Write `agenda-v1.pdf` and a `minutes-….pdf` for each reader of the story's main meeting."""
    folder.mkdir(parents=True, exist_ok=True)
    meeting = cast.meeting(HEART)
    version = db.session.scalars(
        select(AgendaVersion)
        .where(AgendaVersion.meeting_id == meeting.id, AgendaVersion.number == 1)
        .options(undefer(AgendaVersion.record))
    ).one()
    coordinator = actor_as_of(version.circulated_by_id, cast.partnership_id, on=local_date(now))
    agenda = agenda_copy(coordinator, version)
    (folder / "agenda-v1.pdf").write_bytes(agenda.paper.content)
    keep_agenda_copy(coordinator, version, agenda, now=now)
    meeting = cast.meeting(HEART)
    circulation = next(each for each in circulations_of(meeting.id) if each.kind is CirculationKind.MINUTES)
    for found in circulation.copies:
        copy = copy_by_id(found.id)
        assert copy is not None
        part = part_for(copy, now=now)
        issue = paper_for(copy, part)
        name = file_name("minutes", copy.user.email.partition("@")[0], suffix="pdf")
        (folder / name).write_bytes(issue.stamped.content)
        db.session.rollback()
        begin_write()
        copy = copy_by_id(found.id)
        assert copy is not None
        keep_copy(copy, issue, now=now)
        db.session.commit()
    RENDERER.close()
