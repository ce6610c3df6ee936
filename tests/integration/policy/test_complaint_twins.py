"""Whom information of a complaint goes to: the rule and its SQL twin, and who is told that something was shared."""

import pytest
from sqlalchemy import select

from core.cases.models import Case
from core.clock import utc_now
from core.disclosures.lists import Answer, How, Scope
from core.disclosures.models import ComplaintConsent, ConsentAgency
from core.extensions import db
from core.facts import EntryKind, PersonRole, Visibility, visible
from core.meetings.models import AgendaItem, Meeting
from core.partnerships.models import Agency
from core.policy.disclosing import complaints_read_by, reads_complaint, told_of_sharing
from core.recording.models import Entry, EntryAgency
from tests.builders import a_user, today
from tests.integration.policy.test_twins import ACTORS, World


def complaints(world: World) -> list[ComplaintConsent]:
    """Of each case one, said in any way, by anybody, for anybody."""
    dice, agencies = world.random, db.session.scalars(select(Agency)).all()
    author = a_user(agencies[0])
    made = []
    for case in db.session.scalars(select(Case)).all():
        answer = dice.choice(list(Answer))
        scope = dice.choice(list(Scope)) if answer is Answer.GIVEN else None
        consent = ComplaintConsent(
            case_id=case.id,
            agency_id=dice.choice(agencies).id,
            provider=PersonRole.WITNESS,
            answer=answer,
            scope=scope,
            how=How.SPOKEN,
            recorded_at=utc_now(),
            recorded_by_id=author.id,
            withdrawn_on=today() if answer is Answer.GIVEN and dice.random() < 0.2 else None,
        )
        if scope is Scope.AGENCIES:
            consent.agencies = [ConsentAgency(agency_id=each.id) for each in dice.sample(list(agencies), 2)]
        made.append(consent)
    db.session.add_all(made)
    db.session.flush()
    return made


@pytest.mark.parametrize("seed", range(4))
def test_who_reads_what_was_given_in_a_complaint(app, seed):
    world = World(seed)
    made = complaints(world)
    verdicts = []
    for _ in range(ACTORS):
        actor = world.actor()
        by_rule = {each.id for each in made if reads_complaint(actor, each)}
        listed = select(ComplaintConsent.id).join(Case, Case.id == ComplaintConsent.case_id)
        assert set(db.session.scalars(listed.where(complaints_read_by(actor)))) == by_rule, actor
        verdicts += [each.id in by_rule for each in made]
    assert 0.01 < sum(verdicts) / len(verdicts) < 0.9, "else the comparison would say nothing"


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
