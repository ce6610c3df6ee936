"""Mails without a copy: what gave somebody the right to them is asked again as they go out."""

from datetime import timedelta

import pytest
from sqlalchemy import select, update

from core.accounts.queries import actor_as_of
from core.actions.operations import reassign
from core.circulation.models import Mail
from core.circulation.rights import DOES_NOT_ANSWER, NO_SEAT, NOT_ASKED, NOT_THEIRS
from core.clock import utc_now
from core.extensions import db
from core.facts import GroupRole, MailKind, MailState
from core.meetings.circulated.operations import circulate
from core.meetings.diary import notices
from core.meetings.models import AgendaItem, Research
from core.partnerships.models import GroupMember, PartnershipAgency, Signature
from core.recording.models import Attendance, Recusal
from tests.builders import a_case, a_user, an_action, today
from tests.integration.meetings.table import Table, a_meeting_in, a_table
from tests.support.mail import deliver

YESTERDAY = timedelta(days=1)


@pytest.fixture
def table(app) -> Table:
    return a_table()


def mail_to(user, kind: MailKind) -> Mail:
    return db.session.scalars(select(Mail).where(Mail.user_id == user.id, Mail.kind == kind)).one()


def what_became_of(user, kind: MailKind) -> tuple[MailState, str]:
    mail = mail_to(user, kind)
    return mail.state, mail.failure


def leaves(user) -> None:
    db.session.execute(update(GroupMember).where(GroupMember.user_id == user.id).values(until=today()))


def signature_lapses(agency) -> None:
    lapsed = today() - YESTERDAY
    db.session.execute(update(Signature).where(Signature.agency_id == agency.id).values(expires_on=lapsed))


def agency_leaves(agency) -> None:
    db.session.execute(
        update(PartnershipAgency).where(PartnershipAgency.agency_id == agency.id).values(left_on=today())
    )


@pytest.mark.parametrize("kind", [MailKind.INVITATION, MailKind.CHANGE])
def test_an_invitation_goes_to_those_who_sit_at_the_meeting_when_it_goes(server, table, visitor, kind):
    meeting = a_meeting_in(table, 20)
    if kind is MailKind.INVITATION:
        notices.invite(meeting, now=utc_now())
    else:
        notices.tell_of_move(meeting, was=utc_now(), now=utc_now())
    leaves(table.officer)
    leaves(table.landlady)
    signature_lapses(table.landlord)
    deputy = {"agency_name": "Mere Homes", "deputy_for": "Connor McAteer"}
    db.session.add(Attendance(meeting_id=meeting.id, user_id=table.landlady.id, name="Neil Delahunt", **deputy))
    assert deliver() == 4
    assert what_became_of(table.officer, kind) == (MailState.WITHDRAWN, NO_SEAT)
    assert what_became_of(table.landlady, kind)[0] is MailState.SENT, "a deputy there"
    assert what_became_of(table.observer, kind)[0] is MailState.SENT, "it names nobody: no signature is needed"
    assert NO_SEAT in visitor(table.coordinator).get(f"/meetings/{meeting.id}/sent").text


@pytest.mark.parametrize("gone", [leaves, lambda user: agency_leaves_of(user)])
def test_a_cancellation_goes_to_those_who_left_too(server, table, gone):
    meeting = a_meeting_in(table, 20)
    notices.tell_of_cancellation(meeting, now=utc_now())
    gone(table.officer)
    assert deliver() == 5
    assert what_became_of(table.officer, MailKind.CANCELLATION)[0] is MailState.SENT


def agency_leaves_of(user) -> None:
    agency_leaves(user.agency)


def taken_off(table: Table) -> None:
    db.session.execute(update(AgendaItem).where(AgendaItem.case_id.is_not(None)).values(taken_off_at=utc_now()))


def answered(table: Table) -> None:
    db.session.execute(
        update(Research).where(Research.agency_id == table.police.id).values(answered_at=utc_now(), nothing_held=True)
    )


def interest_declared(table: Table) -> None:
    item = db.session.scalars(select(AgendaItem).where(AgendaItem.case_id.is_not(None))).one()
    db.session.add(Recusal(item_id=item.id, case_id=item.case_id, user_id=table.officer.id, declared_at=utc_now()))


def watches_from_now_on(table: Table) -> None:
    db.session.execute(
        update(GroupMember).where(GroupMember.user_id == table.officer.id).values(role=GroupRole.OBSERVER)
    )


@pytest.mark.parametrize(
    ("since", "reason"),
    [
        (None, ""),
        (lambda table: leaves(table.officer), DOES_NOT_ANSWER),
        (watches_from_now_on, DOES_NOT_ANSWER),
        (lambda table: signature_lapses(table.police), "ran out"),
        (answered, NOT_ASKED),
        (taken_off, NOT_ASKED),
        (interest_declared, NOT_ASKED),
    ],
)
def test_a_research_request_goes_to_whoever_is_still_asked_and_may_answer(server, table, since, reason):
    case = a_case(table.partnership, table.police, title="Kyle Brennand", group=table.group)
    meeting = a_meeting_in(table, 20, cases=[case])
    chair = actor_as_of(table.chair.id, table.partnership.id, on=today())
    circulate(chair, meeting=meeting, version=meeting.version, now=utc_now())
    db.session.execute(update(Mail).where(Mail.kind != MailKind.RESEARCH).values(state=MailState.SENT))
    if since is not None:
        since(table)
    deliver()
    state, failure = what_became_of(table.officer, MailKind.RESEARCH)
    assert state is (MailState.WITHDRAWN if reason else MailState.SENT)
    assert reason in failure


def given_on(table: Table, action) -> None:
    action.owner_agency_id, action.owner_user_id = table.council.id, None


@pytest.mark.parametrize("personally", [True, False])
@pytest.mark.parametrize(
    ("since", "reason"),
    [
        (None, ""),
        (given_on, NOT_THEIRS),
        (lambda table, _action: signature_lapses(table.landlord), "ran out"),
    ],
)
def test_an_action_given_is_told_to_those_whose_it_still_is(server, table, personally, since, reason):
    action = an_action(a_case(table.partnership, table.police, group=table.group), table.group, table.police)
    colleague = a_user(table.landlord, "Clara Colleague", group=table.group)
    reassign(
        actor_as_of(table.chair.id, table.partnership.id, on=today()),
        action=action,
        version=action.version,
        owner_agency_id=table.landlord.id,
        owner_user_id=table.landlady.id if personally else None,
        note="They hold the keys",
        now=utc_now(),
        on=today(),
    )
    told = [table.landlady] if personally else [table.landlady, colleague]
    leaves(colleague)
    if since is not None:
        since(table, action)
    deliver()
    state, failure = what_became_of(table.landlady, MailKind.ACTIONS)
    assert state is (MailState.WITHDRAWN if reason else MailState.SENT)
    assert reason in failure
    if colleague in told:
        assert what_became_of(colleague, MailKind.ACTIONS)[0] is MailState.WITHDRAWN, "a member no more"
