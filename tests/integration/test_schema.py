"""Migrations: what is behind is said, and bringing it up to date can be done twice."""

from datetime import date
from pathlib import Path

from sqlalchemy import select, text

from core import migrations
from core.app import create_app
from core.clock import local_date, utc_now
from core.config import Config
from core.extensions import db
from core.migrations.heads import heads_of
from core.partnerships.models import ProviderStaff
from core.referrals.models import Referral
from core.schema import bring_up_to_date, what_is_behind
from core.standards.models import ContactPlan
from core.working_days import add_working_days
from tests.support.databases import let_go

HAND_WRITTEN = ("_names", "_trigrams", "alembic_version")
"""Of migration 0002, which no model declares."""


def test_a_new_database_is_behind_and_comes_up_to_date(tmp_path):
    app = create_app(Config(data=tmp_path, testing=True))
    assert what_is_behind(app) == ["core", "mentoring", "mediation", "victim_support", "family_intervention"]
    bring_up_to_date(app)
    assert what_is_behind(app) == []
    bring_up_to_date(app)
    assert what_is_behind(app) == []
    with app.app_context():
        let_go(db.engine)


def test_the_models_need_no_further_migration(app):
    """What Alembic would write is nothing: tables and models agree."""
    from alembic.autogenerate import compare_metadata
    from alembic.migration import MigrationContext

    import core.models  # noqa: F401  all tables
    from core.database import Base

    with db.engine.connect() as connection:
        context = MigrationContext.configure(
            connection,
            opts={"include_name": lambda name, kind, _: kind != "table" or name in Base.metadata.tables},
        )
        different = compare_metadata(context, Base.metadata)
        assert [each for each in different if not any(word in str(each) for word in HAND_WRITTEN)] == []


def test_heads_are_read_without_alembic():
    folder = Path(migrations.__file__).parent / "versions"
    assert heads_of(folder) == {max(path.name[:4] for path in folder.glob("0*.py"))}


BEFORE_CIRCULATING = (
    "INSERT INTO partnership (id, key, name, prefix, clocks, version) VALUES (1, 'c', 'Calder', 'CAL', '{}', 1)",
    (
        "INSERT INTO forum (id, partnership_id, key, name, kind, venue, length_minutes, clocks, area_name, version)"
        " VALUES (1, 1, 'cst', 'Team', 'CST', '', 120, '{}', '', 1)"
    ),
    "INSERT INTO user_account (id, email, name, created_at, version) VALUES (1, 'a@b.example', 'A', '2026-01-01', 1)",
    (
        "INSERT INTO meeting (id, group_id, ref, title, starts_at, ends_at, venue, online_link, status, sequence,"
        " cancelled_reason, revision, version)"
        " VALUES (1, 1, 'R', '', '2026-01-01', '2026-01-01', '', '', 'closed', 0, '', 0, 1)"
    ),
    "INSERT INTO circulation (id, meeting_id, at, by_id, audit_seq, audit_hash) VALUES (1, 1, '2026-01-01', 1, 1, 'x')",
    (
        "INSERT INTO document (id, kind, file_name, sha256, pages, made_at, made_of, content)"
        " VALUES (1, 'minutes', 'm.pdf', 'x', 1, '2026-01-01', '', 'pdf'),"
        " (2, 'copy', 'c.pdf', 'y', 1, '2026-01-01', '', 'pdf'),"
        " (3, 'paper', 'p.pdf', 'z', 1, '2026-01-01', 'w', 'pdf')"
    ),
    (
        "INSERT INTO minutes (id, meeting_id, status, composed_at, composed_by_id, record_sha256, document_id,"
        " audit_hash, version) VALUES (1, 1, 'approved', '2026-01-01', 1, '', 1, '', 1)"
    ),
    (
        "INSERT INTO copy (id, circulation_id, user_id, granted_items, document_id, part_sha256, times_opened)"
        " VALUES (1, 1, 1, '', 2, '', 0)"
    ),
    (
        "INSERT INTO mail (id, kind, user_id, to_address, subject, body, calendar, message_id, state, attempts,"
        " created_at, next_attempt_at, failure) VALUES (1, 'minutes', 1, 'a@b.example', 's', 'b', '', 'm', 'sent', 1,"
        " '2026-01-01', '2026-01-01', '')"
    ),
)

BEFORE_PAUSING = (
    "INSERT INTO agency (id, key, name, kind, email, version) VALUES (1, 'a', 'A', 'council', '', 1)",
    (
        "INSERT INTO user_account (id, email, name, agency_id, created_at, retired_at, version)"
        " VALUES (2, 'c@b.example', 'C', 1, '2026-01-01', NULL, 1),"
        " (3, 'd@b.example', 'D', 1, '2026-01-01', '2026-02-01', 1)"
    ),
    (
        "INSERT INTO person (id, partnership_id, ref, given_name, family_name, known_as, address, postcode,"
        " support_needs, tenure, search_name, version) VALUES (1, 1, 'P1', 'A', 'B', '', '', '', '', '', 'b a', 1)"
    ),
    (
        "INSERT INTO case_file (id, partnership_id, ref, kind, title, search_title, category, lead_agency_id,"
        " opened_on, closing_reason, outcome, status, risk, hate_incident, restricted, summary, updated_at,"
        " version) VALUES (1, 1, 'C1',"
        " 'individual', 'T', 't', '', 1, '2026-01-01', '', '', 'open', 'high', false, false, '', '2026-01-01', 1)"
    ),
    (
        "INSERT INTO provider (id, partnership_id, agency_id, pathway_key, status, capacity, contact, area, settings,"
        " reason, registered_at, registered_by_id, version)"
        " VALUES (1, 1, 1, 'mentoring', 'approved', 5, '', '', '{}', '', '2026-01-01', 1, 1)"
    ),
    (
        "INSERT INTO referral (id, partnership_id, ref, case_id, person_id, pathway_key, pathway_title, provider_id,"
        " referrer_agency_id, referrer_user_id, stage, stage_title, stage_since, payload, payload_version, summary,"
        " rows, outcome, measures, opened_at, moved_at, version) VALUES (1, 1, 'R1', 1, 1,"
        " 'mentoring', 'Mentoring', 1, 1, 1, 'referred', 'Referred', '2026-01-01',"
        " '{\"reach\": \"07700\"}', 1, '', '[]', '', '{}', '2026-01-01', '2026-01-01', 1)"
    ),
    (
        "INSERT INTO referral_move (id, referral_id, at, user_id, from_stage, to_stage, to_title, note, summary, rows,"
        " payload, payload_version) VALUES (1, 1, '2026-01-01', 1, '', 'referred', 'Referred', '', '', '[]', '{}', 1)"
    ),
)

BEFORE_EVERYBODY_WAS_PROMISED = (
    (
        "INSERT INTO person (id, partnership_id, ref, given_name, family_name, known_as, address, postcode,"
        " support_needs, tenure, search_name, version) VALUES (2, 1, 'P2', 'C', 'D', '', '', '', '', '', 'd c', 1),"
        " (3, 1, 'P3', 'E', 'F', '', '', '', '', '', 'f e', 1)"
    ),
    (
        "INSERT INTO case_file (id, partnership_id, ref, kind, title, search_title, category, lead_agency_id,"
        " opened_on, closed_on, closing_reason, outcome, status, risk, hate_incident, restricted, summary, updated_at,"
        " version) VALUES (2, 1, 'C2', 'individual', 'T', 't', '', 1, '2020-01-01', NULL, '', '', 'monitoring',"
        " 'high', false, false, '', '2026-01-01', 1),"
        " (3, 1, 'C3', 'individual', 'T', 't', '', 1, '2020-01-01', '2021-01-01', '', '', 'closed',"
        " 'high', false, false, '', '2026-01-01', 1)"
    ),
    (
        "INSERT INTO case_person (case_id, person_id, role) VALUES (1, 1, 'victim'), (2, 2, 'victim'),"
        " (2, 2, 'complainant'), (2, 3, 'subject'), (3, 2, 'victim'), (2, 1, 'complainant')"
    ),
    (
        "INSERT INTO contact_plan (case_id, person_id, begin_by, contact_name, contact_details, reach, instruction,"
        " support_by, support_what, complaint_by, complaint_text, version)"
        " VALUES (1, 1, '2026-01-08', '', '', '', '', '', '', '', '', 3)"
    ),
)


def test_what_was_kept_before_the_later_migrations_is_there_after_them(database, databases, tmp_path):
    """Columns are added to tables with rows in them, which others refer to."""
    from alembic import command

    url = databases.empty(database, tmp_path / "old.db")
    app = create_app(Config(data=tmp_path, database_url=url, testing=True))
    with app.app_context():
        with db.engine.connect() as connection:
            settings = migrations._settings()
            settings.attributes["connection"] = connection
            command.upgrade(settings, "0002")
        with db.engine.begin() as connection:
            for statement in (*BEFORE_CIRCULATING, *BEFORE_PAUSING):
                connection.exec_driver_sql(statement)
    bring_up_to_date(app)
    with app.app_context():
        assert db.session.execute(text("SELECT kind FROM circulation")).scalars().all() == ["minutes"]
        assert db.session.execute(text("SELECT body_html, attaches, once_key FROM mail")).all() == [("", False, None)]
        issued = db.session.execute(text("SELECT file_name, meeting_id, user_id FROM document ORDER BY id")).all()
        assert issued == [("m.pdf", 1, None), ("c.pdf", 1, 1), ("p.pdf", None, None)]
        assert db.session.execute(text("SELECT name, attach_copies FROM partnership")).all() == [("Calder", False)]
        kept = text("SELECT ref, paused_on, suggested_pathway, continues_id, judged_on FROM referral")
        assert db.session.execute(kept).all() == [("R1", None, "", None, None)]
        assert db.session.execute(text("SELECT to_stage, step FROM referral_move")).all() == [("referred", "move")]
        assert "07700" not in str(db.session.execute(text("SELECT payload FROM referral")).scalar())
        assert db.session.get_one(Referral, 1).payload == {"reach": "07700"}
        assert db.session.execute(text("SELECT id, settings_version FROM provider")).all() == [(1, 0)]
        staff = db.session.execute(select(ProviderStaff.user_id, ProviderStaff.since, ProviderStaff.until)).all()
        assert staff == [(2, date(2026, 1, 1), None)], "whoever has an account at the agency, and is not retired"
        meeting = text("SELECT ref, paused_at, acting_chair_id, adjourned_to_id FROM meeting")
        assert db.session.execute(meeting).all() == [("R", None, None, None)]
        db.session.remove()
        let_go(db.engine)


def test_complainants_and_victims_of_cases_that_are_not_closed_are_promised_the_standards(
    database, databases, tmp_path
):
    """Once each, from the day of the migration; a plan that there was stays as it was."""
    from alembic import command

    url = databases.empty(database, tmp_path / "promised.db")
    app = create_app(Config(data=tmp_path, database_url=url, testing=True))
    with app.app_context():
        for revision, statements in (
            ("0002", (*BEFORE_CIRCULATING, *BEFORE_PAUSING)),
            ("0019", BEFORE_EVERYBODY_WAS_PROMISED),
        ):
            with db.engine.connect() as connection:
                settings = migrations._settings()
                settings.attributes["connection"] = connection
                command.upgrade(settings, revision)
            with db.engine.begin() as connection:
                for statement in statements:
                    connection.exec_driver_sql(statement)
    bring_up_to_date(app)
    with app.app_context():
        plans = db.session.scalars(select(ContactPlan).order_by(ContactPlan.case_id, ContactPlan.person_id)).all()
        begin_by = add_working_days(local_date(utc_now()), 5)
        assert [(plan.case_id, plan.person_id, plan.begin_by, plan.version) for plan in plans] == [
            (1, 1, date(2026, 1, 8), 3),
            (2, 1, begin_by, 1),
            (2, 2, begin_by, 1),
        ]
        assert {(plan.reach, plan.due_on, plan.interval) for plan in plans} == {("", None, None)}
        db.session.remove()
        let_go(db.engine)
