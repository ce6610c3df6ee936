"""The pages of meetings, a module for each part of the subject."""

from flask import request

from core.meetings.agenda import views as agenda
from core.meetings.agenda.queries import papers_of
from core.meetings.blueprint import bp
from core.meetings.circulated import views as circulated
from core.meetings.diary import views as diary
from core.meetings.models import Meeting
from core.meetings.nominations import views as nominations
from core.meetings.pack import views as pack
from core.meetings.research import views as research
from core.meetings.sections import PART_OF, sections_of
from core.web import current_actor

__all__ = ["agenda", "bp", "circulated", "diary", "nominations", "pack", "research"]


@bp.app_template_global("meeting_sections")
def meeting_sections(meeting: Meeting) -> list[tuple[str, str, bool]]:
    """The sub-navigation of a meeting, for pages of other subjects about it."""
    actor = current_actor()
    active = PART_OF.get(request.endpoint or "", "")
    return sections_of(actor, meeting, papers_of(actor, meeting.id), active=active)
