"""Open referrals by the hundred, written straight into the tables: for pages that must not care how many there are."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import insert

from core import plugin_host
from core.accounts.models import User
from core.cases.models import Case
from core.clock import utc_now
from core.extensions import db
from core.partnerships.models import Partnership, Provider
from core.people.models import Person
from core.referrals.models import Referral
from plugins.victim_support.models import Entry
from tests.builders import a_provider, an_agency, today

BATCH = 1_000


def refer_on_every_pathway(partnership: Partnership, cases: Sequence[Case], person: Person, *, by: User) -> int:
    """Of each case one referral on every pathway that is installed, each with its own provider; how many in all."""
    numbers = iter(range(1, 10**6))
    for key in plugin_host.installed():
        provider = a_provider(partnership, an_agency(partnership), key)
        rows = [row_of(provider, case.id, person.id, next(numbers), by=by) for case in cases]
        db.session.execute(insert(Referral), rows)
    referrals = db.session.query(Referral.id, Referral.ref).filter(Referral.pathway_key == "victim_support")
    db.session.execute(insert(Entry), [entry_of(partnership.id, number, ref) for number, ref in referrals])
    db.session.commit()
    return len(cases) * len(plugin_host.installed())


def refer_many(provider: Provider, case_ids: Sequence[int], person_ids: Sequence[int], *, by: User) -> None:
    """To one provider, a person of each case. Some are overdue, some have no day."""
    pairs = list(enumerate(zip(case_ids, person_ids, strict=True), start=1))
    for first in range(0, len(pairs), BATCH):
        batch = [row_of(provider, *of, number, by=by) for number, of in pairs[first : first + BATCH]]
        db.session.execute(insert(Referral), batch)
    db.session.commit()


def row_of(provider: Provider, case_id: int, person_id: int, number: int, *, by: User) -> dict[str, Any]:
    """A referral at its pathway's first stages, due within three weeks or before today, or on no day."""
    pathway, now = plugin_host.installed()[provider.pathway_key], utc_now()
    stage = [each for each in pathway.stages if not each.closed][number % 3]
    return {
        "partnership_id": provider.partnership_id,
        "ref": f"R-{number:06}",
        "case_id": case_id,
        "person_id": person_id,
        "pathway_key": pathway.key,
        "pathway_title": pathway.title,
        "provider_id": provider.id,
        "referrer_agency_id": by.agency_id,
        "referrer_user_id": by.id,
        "stage": stage.key,
        "stage_title": stage.title,
        "stage_since": today(),
        "stage_due": today() + timedelta(days=number % 40 - 20) if number % 5 else None,
        "payload": {},
        "payload_version": 1,
        "summary": f"Referred to {pathway.title}.",
        "rows": [],
        "opened_at": now,
        "moved_at": now,
        "version": 1,
    }


def entry_of(partnership_id: int, referral_id: int, ref: str) -> dict[str, Any]:
    """What Victim Support's register holds of a referral."""
    return {
        "referral_id": referral_id,
        "referral_ref": ref,
        "provider_id": 1,
        "partnership_id": partnership_id,
        "opened_on": today(),
        "way": "text",
        "instruction": "Weekdays between ten and two, and wait for an answer.",
        "reach": "07700 900123",
    }
