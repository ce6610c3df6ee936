"""An agency leaves: its access ends that day, its open actions go to the coordinator, old minutes still name it."""

from core.actions.handover import hand_over_what_is_left
from core.actions.models import Action
from core.clock import utc_now
from core.extensions import db
from core.partnerships.models import PartnershipAgency
from tests.builders import today
from tests.integration.minutes.test_from_record_to_reader import approved, conference
from tests.support.papers import text_in

__all__ = ["conference"]


def test_minutes_that_were_approved_say_what_they_said_and_whose_an_action_was(conference, visitor):
    approved(conference, visitor)
    pdf, theirs = conference.path("minutes.pdf"), visitor(conference.landlord)
    assert theirs.get(f"/meetings/{conference.meeting.id}").status_code == 200
    before = visitor(conference.chair).get(pdf)
    action = db.session.query(Action).one()
    db.session.query(PartnershipAgency).filter_by(agency_id=conference.homes.id).one().left_on = today()
    assert theirs.get(f"/meetings/{conference.meeting.id}").status_code == 404
    assert hand_over_what_is_left(now=utc_now(), on=today()) == 1
    db.session.refresh(action)
    assert (action.owner_agency_id, action.owner_user_id) == (conference.council.id, conference.coordinator.id)
    after = visitor(conference.chair).get(pdf)
    assert after.data == before.data and "Eastmere Homes" in text_in(after)
    assert "Eastmere Homes" in visitor(conference.chair).get(conference.path("minutes")).text
