"""What the forms of the room offer: readers of information, cases to add, members to deputise for."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from core.audit.models import AuditRecord
from core.clock import utc_now
from core.extensions import db
from core.facts import CaseStatus, NominationStatus, Presence
from core.meetings.models import Nomination
from core.partnerships.models import Agency
from core.recording.entries.forms import UNSIGNED
from core.recording.models import Attendance, Entry
from tests.builders import a_case, an_action, an_agency, an_item, today


@pytest.fixture
def information(scene):
    return f"{scene.live}/items/{scene.items[0].id}/write/information"


def box(agency_id: int) -> str:
    return f'name="named" type="checkbox" value="{agency_id}"'


def test_information_is_opened_to_signatories_of_the_group_and_the_others_are_named_with_the_reason(
    scene, opened, information
):
    stranger = an_agency(scene.partnership, "Harbour Hostel")
    page = opened(scene.police).get(information).text
    assert box(scene.housing.agency_id) in page
    assert box(scene.police.agency_id) not in page, "it always sees what it shared"
    assert box(scene.unsigned.agency_id) not in page
    assert f"{UNSIGNED} Newcomers." in page
    assert box(stranger.id) not in page and "Harbour Hostel" not in page
    form = {"text": "Seen", "source": scene.police.agency_id, "visibility": "named agencies"}
    for refused in (stranger.id, scene.unsigned.agency_id):
        answer = opened(scene.police).post(information, {**form, "named": [refused]})
        assert answer.status_code == 422 and "Choose from the list" in answer.text
        assert ">Seen</textarea>" in answer.text.replace("\n", "")
    assert not db.session.scalars(select(Entry)).all()


def test_who_came_from_outside_the_group_can_be_named(scene, opened, information):
    guest = an_agency(scene.partnership, "Harbour Hostel")
    db.session.add(
        Attendance(
            meeting_id=scene.meeting.id,
            name="Hal Hostel",
            agency_id=guest.id,
            agency_name=guest.name,
            presence=Presence.PRESENT,
        )
    )
    assert box(guest.id) in opened(scene.police).get(information).text


def test_agencies_to_name_stand_under_the_choice_that_asks_for_them(scene, opened, information):
    page = opened(scene.police).get(information).text
    revealed = page.partition('value="named agencies"')[2].partition('value="chair and coordinator"')[0]
    assert 'class="govuk-radios__conditional app-revealed"' in revealed
    assert 'name="named"' in revealed and page.count('name="named"') == revealed.count('name="named"')


def test_an_urgent_case_is_looked_for_by_its_title_and_chosen(scene, opened):
    chair = opened(scene.chair)
    case = a_case(scene.partnership, chair_agency(scene), title="quarry road")
    closed = a_case(scene.partnership, chair_agency(scene), title="quarry close")
    closed.status = CaseStatus.CLOSED
    hidden = a_case(scene.partnership, an_agency(scene.partnership, "Far"), title="quarry far")
    db.session.commit()
    address = f"{scene.live}/urgent"
    page = chair.get(f"{address}?q=quarry").text
    assert f'href="{address}?ref={case.ref}"' in page
    assert closed.ref not in page and hidden.ref not in page
    assert db.session.scalars(
        select(AuditRecord).where(
            AuditRecord.action == "case.search", AuditRecord.object == f"meeting:{scene.meeting.id}"
        )
    ).all()
    assert f'value="{case.ref}"' in chair.get(f"{address}?ref={case.ref}").text
    assert "No open case has “nonesuch”" in chair.get(f"{address}?q=nonesuch").text
    assert opened(scene.police).get(f"{address}?q=quarry").status_code == 403


def test_a_case_that_was_nominated_in_vain_is_found_and_its_nomination_named(scene, opened):
    chair = opened(scene.chair)
    police = db.session.get(Agency, scene.police.agency_id)
    nominated, listed = (a_case(scene.partnership, chair_agency(scene), title=f"quarry {name}") for name in "ab")
    for case in (nominated, listed):
        db.session.add(
            Nomination(
                meeting_id=scene.meeting.id,
                case_id=case.id,
                agency_id=police.id,
                made_by_id=scene.police.id,
                made_at=utc_now(),
                reason="Calls",
                status=NominationStatus.DECLINED if case is nominated else NominationStatus.ACCEPTED,
            )
        )
    an_item(scene.meeting, listed, position=9)
    db.session.commit()
    page = chair.get(f"{scene.live}/urgent?q=quarry").text
    assert (
        f"{nominated.ref} · {chair_agency(scene).name} · nominated for this meeting by {police.name}, declined" in page
    )
    assert listed.ref not in page
    answer = chair.post(f"{scene.live}/urgent", {"ref": nominated.ref, "reason": "A threat", "minutes": 5})
    assert answer.status_code == 303


def chair_agency(scene):
    """The chair's agency, whose cases are open to them."""
    return db.session.get(Agency, scene.chair.agency_id)


@pytest.mark.parametrize("address", ["attendance/deputy", "attendance/guest"])
def test_the_members_who_are_away_are_offered_to_deputise_for(scene, opened, address):
    chair = opened(scene.chair)
    opened(scene.police)
    offered = (
        chair.get(f"{scene.live}/{address}").text.partition('<datalist id="expected">')[2].partition("</datalist>")[0]
    )
    assert 'value="Harriet Homes"' in offered
    assert "Pauline Police" not in offered and "Cheryl Chair" not in offered


def test_an_action_of_before_whose_day_has_passed_is_overdue(scene, opened):
    item = scene.items[0]
    late = an_action(item.case, scene.group, chair_agency(scene), due_on=today() - timedelta(days=1))
    soon = an_action(item.case, scene.group, chair_agency(scene), due_on=today() + timedelta(days=1))
    chair = opened(scene.chair)
    page = chair.get(f"{scene.live}/item?item={item.id}").text
    for action, tag in ((late, "Overdue"), (soon, "Open")):
        line = page.partition(f'id="action-{action.id}"')[2].partition("</li>")[0]
        assert f"{tag}</strong>" in line


def test_closing_warns_of_what_will_be_minuted_as_not_heard(scene, opened):
    page = opened(scene.chair).get(f"{scene.live}/close").text
    warning = page.partition('class="govuk-warning-text"')[2].partition("</div>")[0]
    assert "2 items will be minuted as not heard." in warning
