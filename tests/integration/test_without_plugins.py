"""With the plugin taken away everything else runs, and old minutes read the same (docs/adr/0003-plugins.md)."""

from datetime import timedelta

import pytest

from core.accounts.queries import actor_as_of
from core.app import create_app
from core.cases.models import CasePerson
from core.circulation.models import Copy
from core.clock import utc_now
from core.config import Config
from core.documents.operations import paper_from
from core.documents.queries import document_bytes
from core.extensions import db
from core.facts import PersonRole
from core.minutes.models import Minutes
from core.minutes.queries import frozen_record
from core.minutes.render import minutes_html
from core.referrals import operations, queries
from core.schema import bring_up_to_date
from plugins.mentoring.pathway import Behaviour, MentoringPayload
from tests.builders import a_person, a_provider, an_agency, today
from tests.integration.minutes.test_from_record_to_reader import Conference, approved
from tests.support.browser import Browser
from tests.support.databases import let_go
from tests.support.papers import text_in

PAYLOAD = MentoringPayload(behaviour=Behaviour.LIKELY, one_to_one_safe=True, on_abc=False, need="A mentor who cooks")


@pytest.fixture
def history(app, visitor):
    """An approved and circulated meeting at which a young person was referred to the scheme."""
    conference = Conference()
    scheme = an_agency(conference.partnership, "Mentoring Scheme")
    young = a_person(conference.partnership, "Jayden", "Whitworth", born=today() - timedelta(days=365 * 15 + 30))
    db.session.add(CasePerson(case_id=conference.ashdown.id, person_id=young.id, role=PersonRole.SUBJECT))
    provider = a_provider(conference.partnership, scheme, "mentoring")
    db.session.flush()
    actor = actor_as_of(conference.officer.id, conference.partnership.id, on=today())
    made = operations.refer(
        actor,
        case=queries.case_to_refer_from(conference.ashdown.id),
        person=young,
        provider=provider,
        payload=PAYLOAD,
        now=utc_now() - timedelta(minutes=5),
    )
    made.item_id = conference.meeting.items[0].id
    conference.meeting.closed_at = utc_now()
    db.session.commit()
    approved(conference, visitor)
    visitor(conference.coordinator).post(conference.path("circulate"), {"readers": [conference.officer.id]})
    conference.referral_id = made.id
    return conference


@pytest.fixture
def bare(app, database, databases, data_folder):
    """The same data served by an application without any plugin."""
    db.session.commit()
    config = app.config["ROUNDTABLE"]
    made = create_app(Config(data=data_folder, database_url=config.url, plugins=(), testing=True))
    yield made
    with made.app_context():
        let_go(db.engine)


def test_old_minutes_and_copies_read_the_same(history, visitor, bare):
    copy = db.session.query(Copy).one()
    with_plugin = visitor(history.chair).get(history.path("minutes.pdf")).data
    mine = visitor(history.officer).get(f"/copies/{copy.id}/minutes.pdf")
    assert "Mentoring" in text_in(mine)
    chair, officer = Browser(bare, history.chair), Browser(bare, history.officer)
    assert chair.get(history.path("minutes.pdf")).data == with_plugin
    assert officer.get(f"/copies/{copy.id}/minutes.pdf").data == mine.data


def test_what_the_chair_approved_is_made_of_the_record_again_without_the_plugin(history, bare):
    with bare.app_context():
        minutes = db.session.query(Minutes).one()
        html = minutes_html(frozen_record(minutes))
        assert "Mentoring" in html
        assert html.encode() == document_bytes(minutes.html_id).content
        assert paper_from(html).content == document_bytes(minutes.document_id).content


def test_every_other_page_still_opens(history, bare):
    chair = Browser(bare, history.chair)
    for path in (
        "/",
        "/meetings",
        f"/meetings/{history.meeting.id}",
        history.path("minutes"),
        "/cases",
        f"/cases/{history.ashdown.id}",
        "/actions",
        "/referrals",
        f"/referrals/{history.referral_id}",
        "/partnership",
    ):
        answer = chair.get(path)
        assert answer.status_code == 200, path


def test_nobody_can_start_a_new_referral_on_it_and_the_page_says_why(history, bare):
    officer = Browser(bare, history.officer)
    rules = {rule.endpoint: rule.rule for rule in bare.url_map.iter_rules()}
    assert "mentoring.mentors" not in rules
    page = officer.get(f"/cases/{history.ashdown.id}/refer").get_data(as_text=True)
    assert "Mentoring Scheme: Mentoring is not available at the moment" in page, "it says why"
    assert "/refer/" not in page, "and offers nothing"


def test_the_schema_can_be_brought_up_to_date_without_the_plugin(history, bare):
    bring_up_to_date(bare)
    with bare.app_context():
        assert db.session.execute(db.text("SELECT count(*) FROM mentoring_mentor")).scalar() == 0
