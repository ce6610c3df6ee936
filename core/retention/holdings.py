"""What we hold: every table, of which kind it is, and what becomes of its rows when a case or a person is erased.

Deny by default: of a row that is reached, every text, JSON and file is emptied unless it stands here among what is
kept. A table that is not here fails tests/architecture/test_what_we_hold.py, and nothing is erased while the database
holds one that nobody knows.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import Any

from sqlalchemy import Column, MetaData, Table

from core.plugin_api.tables import ERASED_TOO, KEPT_WHEN_ERASED, columns_of_people
from core.referrals.endings import REFUSED, WITHDRAWN
from core.retention.kinds import Kind


class OnErasure(StrEnum):
    """What becomes of a row that is reached."""

    EMPTIED = "emptied"
    DELETED = "deleted"


@dataclass(frozen=True, slots=True)
class Held:
    """A table. `by` are the columns that say whose its rows are: of a case, of a person, of a row of another table.

    `keeps`: columns of text that say nothing of anybody, and that statistics or pages count by. `erases`: what is
    neither text, JSON nor file and goes all the same. `listed`: words of a closed list that stay in a column of text.
    """

    table: str
    kind: Kind
    about: str = ""
    """Whose personal data it holds, in words; empty: nobody's."""
    by: tuple[str, ...] = ()
    keeps: frozenset[str] = frozenset()
    erases: frozenset[str] = frozenset()
    listed: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    on_erasure: OnErasure = OnErasure.EMPTIED


NAMED = "people named in cases"
USERS = "people with an account"

GROUNDS = ("basis", "condition")
"""On which a disclosure was made: of closed lists."""


def _of_case(table: str, *by: str, keeps: Iterable[str] = (), kind: Kind = Kind.CASE, **more: Any) -> Held:
    return Held(table, kind, NAMED, by, frozenset(keeps), **more)


def _not_reached(kind: Kind, about: str, *tables: str) -> list[Held]:
    return [Held(table, kind, about) for table in tables]


_HELD = [
    # Cases
    Held("case_file", Kind.CASE, NAMED, keeps=frozenset({"ref", "category", "closing_reason"})),
    _of_case("case_person", "case_id", "person_id"),
    _of_case("case_agency", "case_id", keeps=GROUNDS, kind=Kind.DISCLOSURE),
    _of_case("case_group", "case_id", keeps=GROUNDS, kind=Kind.DISCLOSURE),
    _of_case("ended_disclosure", "case_id", keeps=GROUNDS, kind=Kind.DISCLOSURE),
    _of_case("complaint_consent", "case_id", "incident_id", "entry_id", kind=Kind.DISCLOSURE),
    _of_case("consent_agency", "consent_id", kind=Kind.DISCLOSURE),
    _of_case("case_event", "case_id", keeps=("kind", "link")),
    _of_case("case_incident", "case_id"),
    _of_case("agenda_item", "case_id", keeps=("risk_agreed",)),
    _of_case("nomination", "case_id"),
    _of_case("research", "item_id"),
    _of_case("recusal", "case_id", "item_id"),
    _of_case("entry", "item_id"),
    _of_case("entry_agency", "entry_id"),
    _of_case("minutes_wording", "entry_id"),
    _of_case("minutes_comment", "item_id"),
    _of_case("minutes_grant", "item_id"),
    _of_case("minutes_correction", "item_id"),
    _of_case("minutes_correction_account", "correction_id"),
    _of_case("minutes_correction_agency", "correction_id"),
    _of_case("action", "case_id", "item_id", keeps=("ref",)),
    _of_case("action_update", "action_id", keeps=("kind",)),
    _of_case("contact_plan", "case_id", "person_id"),
    _of_case("contact_entry", "plan_id"),
    _of_case("emergency", "case_id", kind=Kind.EMERGENCY),
    _of_case("hate_report", "case_id", keeps=("strands",)),
    # People
    Held("person", Kind.PERSON, NAMED, keeps=frozenset({"ref"}), erases=frozenset({"date_of_birth"})),
    _of_case("protected_address", "person_id", kind=Kind.PERSON, on_erasure=OnErasure.DELETED),
    _of_case("address_reader", "person_id", kind=Kind.PERSON, on_erasure=OnErasure.DELETED),
    _of_case("adjustment", "person_id", kind=Kind.PERSON),
    _of_case("held_version", "person_id", "case_id", kind=Kind.PERSON),
    _of_case("told_reader", "version_id", kind=Kind.PERSON),
    _of_case("person_merge", "kept_id", "gone_id", kind=Kind.PERSON),
    _of_case("person_merge_row", "merge_id", keeps=("table_name", "column_name", "row_key"), kind=Kind.PERSON),
    _of_case("two_people", "one_id", "other_id", kind=Kind.PERSON),
    # Referrals
    _of_case(
        "referral",
        "case_id",
        "person_id",
        keeps=("ref", "pathway_key", "pathway_title", "stage", "stage_title", "suggested_pathway", "measures"),
        kind=Kind.REFERRAL,
        listed={"outcome": (WITHDRAWN, REFUSED)},
    ),
    _of_case("referral_move", "referral_id", keeps=("from_stage", "to_stage", "to_title"), kind=Kind.REFERRAL),
    _of_case("referral_partner", "referral_id", kind=Kind.REFERRAL),
    _of_case("referral_consent", "referral_id", keeps=("key",), kind=Kind.REFERRAL),
    # Requests of people about their data
    _of_case("access_request", "person_id", keeps=("ref", "audit_hash"), kind=Kind.ACCESS),
    _of_case("access_request_event", "request_id", kind=Kind.ACCESS),
    _of_case("access_request_pause", "request_id", kind=Kind.ACCESS),
    _of_case("access_mask", "request_id", keeps=("place",), kind=Kind.ACCESS),
    _of_case("access_pack", "request_id", keeps=("sha256", "known_sha256"), kind=Kind.ACCESS),
    _of_case("access_scheme", "request_id", keeps=("plugin", "title", "sha256"), kind=Kind.ACCESS),
    _of_case("access_paper", "request_id", keeps=("kind", "file_name", "sha256"), kind=Kind.ACCESS),
    _of_case("rectification", "person_id", "case_id", kind=Kind.ACCESS),
    _of_case("subject_access_copy", "person_id", kind=Kind.ACCESS),
    _of_case("subject_access_mask", "access_copy_id", keeps=("place",), kind=Kind.ACCESS),
    # Meetings: what is frozen is redacted by core.retention.redacting
    *_not_reached(Kind.MEETING, NAMED, "agenda_version", "minutes", "document"),
    *_not_reached(
        Kind.MEETING,
        USERS,
        "series",
        "meeting",
        "attendance",
        "attendance_absence",
        "meeting_break",
        "item_chair",
        "chair_handed_over",
        "item_attendance",
        "minutes_step",
        "circulation",
        "copy",
        "keeping_key",
    ),
    # Those who use it
    *_not_reached(Kind.ACCOUNT, USERS, "user_account", "admin_role_grant", "group_member", "provider_staff"),
    *_not_reached(Kind.ACCOUNT, USERS, "countersignature", "passkey", "authenticator", "recovery_code"),
    *_not_reached(Kind.ACCOUNT, USERS, "linked_identity"),
    *_not_reached(Kind.SIGNING_IN, USERS, "user_session", "invitation", "reset_asked", "sign_in_attempt"),
    *_not_reached(Kind.SIGNING_IN, "", "used_challenge"),
    *_not_reached(Kind.CALENDAR, USERS, "calendar_feed"),
    *_not_reached(Kind.MAIL, USERS, "mail", "caught_mail"),
    *_not_reached(Kind.ANSWER, NAMED, "stored_answer"),
    *_not_reached(Kind.TRAIL, "", "audit_record", "audit_subject", "audit_head", "audit_anchor"),
    *_not_reached(Kind.INCIDENT, "", "incident", "district"),
    *_not_reached(Kind.PARTNERSHIP, USERS, "agency", "partnership_agency", "signature", "provider"),
    *_not_reached(Kind.PARTNERSHIP, "", "partnership", "forum", "group_lsoa", "plugin_switch", "complaint_route"),
    *_not_reached(Kind.PARTNERSHIP, "", "partnership_grounds"),
    *_not_reached(Kind.PARTNERSHIP, USERS, "hate_lead"),
    *_not_reached(Kind.PARTNERSHIP, "", "identity_provider"),
    # Retention's own; what is written there names nobody, and what is held up is written by hand
    *_not_reached(Kind.RETENTION, "", "retention_period", "retention_list", "retention_entry", "retention_approval"),
    *_not_reached(Kind.RETENTION, "", "erasure", "redaction"),
    _of_case("legal_hold", "case_id", "person_id", kind=Kind.RETENTION),
    # The machine
    *_not_reached(Kind.MACHINE, "", "worker", "key_proof", "imported_row"),
]

TOLD_OF_ALL = frozenset(
    {
        "access_mask",
        "access_pack",
        "access_paper",
        "access_request_event",
        "access_request_pause",
        "access_scheme",
    }
)
"""What somebody was given of everything that was held of them, of each of their cases, and what was written while
it was put together: it goes with the first.
"""

HELD: Mapping[str, Held] = MappingProxyType({held.table: held for held in _HELD})


STARTS = {"case_id": "case_file", "referral_id": "referral"}
"""Columns by which a plugin's table says whose its rows are, and the table of core's that they lead to."""


def held_by_plugin(metadata: MetaData) -> Mapping[str, Held | None]:
    """The same of a plugin's own tables, from what they say of themselves. None of one that leads to nobody.

    A row belongs to a referral or a case by a column of that name, to a person by a `PersonId`, or to a row of another
    table of the plugin by a foreign key. A register of a provider's own people (`provider_id`) is the provider's.
    """
    people = set(columns_of_people(metadata))
    reached: dict[str, Held | None] = {}
    for table in metadata.sorted_tables:
        by = [column.name for column in table.columns if column.name in STARTS or column in people]
        by += [
            column.name
            for column in table.columns
            if any(getattr(reached.get(key.column.table.name), "by", ()) for key in column.foreign_keys)
        ]
        if by:
            reached[table.name] = Held(
                table.name,
                Kind.REFERRAL,
                NAMED,
                tuple(by),
                keeps=_said(table, KEPT_WHEN_ERASED),
                erases=_said(table, ERASED_TOO),
            )
        elif "provider_id" in table.columns:
            reached[table.name] = Held(table.name, Kind.PROVIDER, "a provider’s own people")
        else:
            reached[table.name] = None
    return reached


def leads_to(column: Column[Any], people: Sequence[Column[Any]]) -> tuple[str, str] | None:
    """The table and the column that a column of `Held.by` refers to."""
    for key in column.foreign_keys:
        return key.column.table.name, key.column.name
    if column in people:
        return "person", "id"
    return (STARTS[column.name], "id") if column.name in STARTS else None


def _said(table: Table, what: Mapping[str, str]) -> frozenset[str]:
    return frozenset(column.name for column in table.columns if column.info.items() >= what.items())
