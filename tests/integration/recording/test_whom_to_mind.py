"""At the live item stands who is a child on the day of the meeting, and what anybody in the case needs."""

from core.clock import utc_now
from core.extensions import db
from core.people.adjustments.models import Adjustment, AdjustmentKind, AskedBy
from core.people.history.models import Asker, Rectification, Statement
from tests.builders import today

URDU = "Interpreter: Urdu"


def test_those_at_the_item_read_it_and_whoever_declared_an_interest_does_not(scene, opened):
    person = scene.items[0].case.people[0].person
    person.date_of_birth = today().replace(year=today().year - 9, day=1)
    db.session.add(
        Adjustment(
            person_id=person.id, kind=AdjustmentKind.INTERPRETER, detail="Urdu", asked_by=AskedBy.THEMSELVES,
            since=today(), recorded_at=utc_now(),
        )
    )  # fmt: skip
    db.session.commit()
    page = opened(scene.police).get(f"{scene.live}/item?item={scene.items[0].id}").text
    assert f"{person.name}</bdi>, under 10: {URDU}" in page
    assert "a parental agreement, not an Acceptable Behaviour Contract" in page
    housing = opened(scene.housing)
    assert URDU in housing.get(f"{scene.live}/item?item={scene.items[0].id}").text
    path = f"{scene.live}/items/{scene.items[0].id}/conflict"
    assert housing.post(path, {"reason": "A cousin"}).status_code == 303
    after = housing.get(f"{scene.live}/item?item={scene.items[0].id}").text
    assert URDU not in after and "under 10" not in after


def test_what_is_disputed_stands_at_the_live_item(scene, opened):
    case = scene.items[0].case
    person = case.people[0].person
    db.session.add(
        Rectification(
            partnership_id=scene.partnership.id, person_id=person.id, about=Statement.CASE, case_id=case.id,
            says="That is wrong", asked_by=Asker.PERSON, asked_on=today(), due_on=today(), recorded_at=utc_now(),
            recorded_by_id=scene.police.id, restricted=True, reason="", own_statement="",
        )
    )  # fmt: skip
    db.session.commit()
    police = opened(scene.police)
    assert "Its accuracy is contested" in police.get(f"{scene.live}/item?item={scene.items[0].id}").text
    assert "Its accuracy is contested" not in police.get(f"{scene.live}/item?item={scene.items[1].id}").text
