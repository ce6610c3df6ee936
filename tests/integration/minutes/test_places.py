"""Of a place in minutes three things say who may read it: the rule, its SQL twin for comments, and the record's cut."""

from itertools import product

import pytest

from core.accounts.queries import actor_as_of
from core.cases.models import CaseGroup
from core.clock import utc_now
from core.documents.readers import reader_of
from core.extensions import db
from core.facts import GroupRole, ItemKind, Visibility
from core.minutes.build import build
from core.minutes.comments.queries import comments_for
from core.minutes.models import Minutes, MinutesComment
from core.minutes.queries import item_in_minutes, minutes_of
from core.minutes.wording.queries import entry_in_minutes
from core.policy.composing import read_place, read_wording
from core.policy.minutes import lead_minutes
from core.recording.models import Entry, EntryAgency, ItemAttendance, Recusal
from tests.builders import a_user, an_item, today
from tests.integration.minutes.test_from_record_to_reader import Conference

CASES = ("open", "restricted", "taken off the group")
WHO = (
    "chair",
    "coordinator",
    "taker who was there",
    "taker who was not",
    "recused coordinator",
    "coordinator out of a place",
    "officer",
)
VISIBLE = (Visibility.EVERYONE, Visibility.NAMED, Visibility.CHAIR)


@pytest.fixture
def conference(app, visitor):
    made = Conference()
    an_item(made.meeting, None, position=3, heading="Any other business")
    visitor(made.coordinator).post(made.path("minutes"))
    return made


def somebody(conference, who: str):
    """An account of that standing, told of as an operation is."""
    user = {"chair": conference.chair, "coordinator": conference.coordinator, "officer": conference.officer}.get(who)
    if who.startswith("taker"):
        user = a_user(conference.homes, "Tess Taker", group=conference.group, role=GroupRole.MEMBER)
        conference.meeting.minute_taker_id = user.id
        line = conference._line(user)
        if who == "taker who was there":
            for item in conference.meeting.items:
                db.session.add(ItemAttendance(item_id=item.id, attendance_id=line.id))
    if who == "recused coordinator":
        user, first = conference.coordinator, conference.meeting.items[0]
        interest = {"item_id": first.id, "case_id": first.case_id, "declared_at": utc_now()}
        db.session.add(Recusal(user_id=user.id, **interest))
    if who == "coordinator out of a place":
        user, place = conference.coordinator, conference.meeting.items[-1]
        place.kind, place.heading = ItemKind.LOCATION, "The steps of Ashdown Court"
        db.session.add(Recusal(user_id=user.id, item_id=place.id, declared_at=utc_now()))
    db.session.flush()
    return actor_as_of(user.id, conference.partnership.id, on=today())


@pytest.mark.parametrize(("who", "case"), list(product(WHO, CASES)))
def test_the_rule_its_twin_and_the_cut_of_the_record_say_the_same(conference, who, case):
    conference.ashdown.restricted = case == "restricted"
    if case == "taken off the group":
        db.session.query(CaseGroup).filter_by(case_id=conference.ashdown.id).delete()
    minutes_id = db.session.query(Minutes).one().id
    of = {"minutes_id": minutes_id, "text": "Why?", "at": utc_now(), "by_id": conference.chair.id}
    said = {item.id: MinutesComment(item_id=item.id, **of) for item in conference.meeting.items}
    whole = MinutesComment(**of)
    db.session.add_all([*said.values(), whole])
    actor = somebody(conference, who)
    said, whole = {item_id: comment.id for item_id, comment in said.items()}, whole.id
    meeting_id, group_id, council_id = conference.meeting.id, conference.group.id, conference.council.id
    db.session.commit()
    db.session.expunge_all()
    minutes = minutes_of(meeting_id)
    entry = db.session.query(Entry).order_by(Entry.id).first()
    read = {each.id for each in comments_for(actor, minutes)}
    may_lead = bool(lead_minutes(actor, minutes.meeting))
    assert may_lead is (who != "officer")
    if not may_lead:
        return  # the page asks that first
    assert whole in read
    for visibility in VISIBLE:
        entry.visibility = visibility
        entry.named_agencies = [EntryAgency(agency_id=council_id)] if visibility is Visibility.NAMED else []
        db.session.flush()
        record = build(meeting_id)
        cases = (item.case_id for item in record.items)
        mine = record.only(reader_of(actor, group_id=group_id, cases=cases))
        heard = {item.id for item in record.items if item.heard_by}
        in_full = {item.id for item in mine.items if not item.by_reference}
        entries = {each.id for item in mine.items for each in item.entries}
        for item_id, comment in said.items():
            here = item_in_minutes(minutes, item_id, user_id=actor.user_id)
            assert bool(read_place(actor, here)) == (comment in read), (who, case, item_id)
            if item_id in heard:
                assert bool(read_place(actor, here)) == (item_id in in_full), (who, case, item_id)
            found = entry_in_minutes(here, entry.id)
            if found is not None:
                assert bool(read_wording(actor, found)) == (entry.id in entries), (who, case, visibility)
