"""Who is told that something was shared: the rule and its SQL twin."""

import pytest
from sqlalchemy import select

from core.clock import utc_now
from core.extensions import db
from core.facts import EntryKind, Visibility, visible
from core.meetings.models import AgendaItem, Meeting
from core.partnerships.models import Agency
from core.policy.disclosing import told_of_sharing
from core.recording.models import Entry, EntryAgency
from tests.builders import a_user
from tests.integration.policy.test_twins import ACTORS, World


@pytest.mark.parametrize("seed", range(4))
def test_who_is_told_that_something_was_shared(app, seed):
    world = World(seed)
    dice, agencies = world.random, list(db.session.scalars(select(Agency)))
    author = a_user(agencies[0])
    for item in db.session.scalars(select(AgendaItem)).all():
        entry = Entry(
            meeting_id=item.meeting_id,
            item_id=item.id,
            kind=EntryKind.INFORMATION,
            text="said",
            source_agency_id=dice.choice(agencies).id,
            visibility=dice.choice(list(Visibility)),
            author_id=author.id,
            written_at=utc_now(),
        )
        if entry.visibility in (Visibility.NAMED, Visibility.AGREED):
            entry.named_agencies = [EntryAgency(agency_id=each.id) for each in dice.sample(agencies, 2)]
        db.session.add(entry)
    db.session.flush()
    entries = db.session.scalars(select(Entry)).all()
    told = 0
    for _ in range(ACTORS):
        actor = world.actor()
        by_rule = {
            each.id
            for each in entries
            if visible(
                each.visibility,
                source_agency_id=each.source_agency_id,
                named={link.agency_id for link in each.named_agencies},
                agency_id=actor.agency_id,
                leads=actor.leads(each.item.meeting.group_id),
            )
        }
        listed = select(Entry.id).join(Meeting, Meeting.id == Entry.meeting_id).where(told_of_sharing(actor))
        assert set(db.session.scalars(listed)) == by_rule, actor
        told += len(by_rule)
    assert 0 < told < ACTORS * len(entries)
