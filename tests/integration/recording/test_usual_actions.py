"""What a pathway's referrals usually lead to is offered under the item, one click from the form that it fills in."""

import pytest

from core.clock import local_date, utc_now
from core.extensions import db
from core.plugin_api import ActionTemplate
from core.referrals.models import Referral
from core.working_days import add_working_days
from plugins.mentoring.pathway import Mentoring
from tests.builders import a_provider, an_agency, today
from tests.integration.recording.test_the_room import page_of
from tests.support.forms import forms_of

USUAL = "Arrange a home visit with the mentoring scheme"


@pytest.fixture
def referred(scene):
    """Somebody of the first item's case is on the way to a mentor."""
    item, now = scene.items[0], utc_now()
    provider = a_provider(scene.partnership, an_agency(scene.partnership, "Mentors"), "mentoring")
    db.session.add(
        Referral(
            partnership_id=scene.partnership.id,
            ref="R1",
            case_id=item.case_id,
            person_id=item.case.people[0].person_id,
            pathway_key="mentoring",
            pathway_title="Mentoring",
            provider_id=provider.id,
            referrer_agency_id=scene.police.agency_id,
            referrer_user_id=scene.police.id,
            stage="referred",
            stage_title="Referred",
            stage_since=local_date(now),
            payload={},
            payload_version=1,
            summary="",
            rows=[],
            opened_at=now,
            moved_at=now,
        )
    )
    db.session.commit()
    return item


def test_a_usual_action_is_one_click_from_its_form(scene, opened, referred):
    police = opened(scene.police)
    address = f"{scene.live}/items/{referred.id}/action?usual=mentoring.visit"
    assert USUAL in page_of(police.get(scene.live)) and address in page_of(police.get(scene.live))
    (form,) = (form for form in forms_of(page_of(police.get(address))) if form.action.endswith("/action"))
    due = add_working_days(today(), 10)
    assert form.fields["text"].values == [USUAL]
    assert form.data() | {"due-day": [str(due.day)], "due-month": [str(due.month)]} == form.data()
    sent = {**form.data(), "owner": scene.housing.agency_id}
    assert police.post(form.action, sent).status_code == 303
    assert address not in page_of(police.get(scene.live)), "it is agreed by now"


def test_nothing_is_offered_for_a_case_without_a_referral(scene, opened, referred):
    assert "Usually agreed" not in page_of(opened(scene.police).get(f"{scene.live}?item={scene.items[1].id}"))


def test_a_pathway_that_fails_takes_nothing_but_its_own_suggestions_away(scene, opened, referred, monkeypatch):
    police = opened(scene.police)

    def broken(self) -> list[ActionTemplate]:
        raise RuntimeError("the plugin's own fault")

    monkeypatch.setattr(Mentoring, "action_templates", broken)
    answer = police.get(scene.live)
    assert answer.status_code == 200
    assert "Add an action" in page_of(answer) and "Usually agreed" not in page_of(answer)
