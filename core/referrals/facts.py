"""What a pathway is shown of a referral, and what others are shown of what it said."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Any

from core import plugin_host
from core.cases.models import Case
from core.clock import local_date
from core.dates import in_words
from core.errors import Refused
from core.facts import Audience, Row, Step
from core.partnerships.models import Provider
from core.partnerships.providers.settings import settings_of
from core.people.models import Person
from core.plugin_api.facts import CaseFacts, Involved, Pause, PersonFacts, Progress, Reached, ReferralFacts
from core.plugin_api.pathway import Pathway
from core.plugin_host import PluginFailed
from core.referrals.machine import Consent
from core.referrals.models import Referral, ReferralConsent, ReferralMove

ERASED = "What this referral said was erased on {day} under the retention schedule."


class Erased(PluginFailed):
    """Nothing is left that its pathway could read, so it is not asked. Nothing failed: the log says nothing."""

    def __init__(self, on: date) -> None:
        Refused.__init__(self, ERASED.format(day=in_words(on)))
        self.reference = ""


EVER = datetime.max.replace(tzinfo=UTC)


def rows_for(rows: Sequence[Mapping[str, Any]], whom: frozenset[Audience]) -> tuple[Row, ...]:
    """Frozen rows, as far as one of these audiences may read them."""
    return tuple(row for row in map(thawed, rows) if row.audiences & whom)


def thawed(row: Mapping[str, Any]) -> Row:
    """A frozen row as a fact."""
    return Row(row["label"], row["value"], frozenset(Audience(name) for name in row["audiences"]))


def rows_as_of(referral: Referral, moment: datetime) -> tuple[Row, ...]:
    """The summary and all rows as the last move up to that moment froze them; empty if it was made later."""
    moves = _moves_until(referral, moment)
    if not moves:
        return ()
    rows = tuple(map(thawed, moves[-1].rows))
    everybody = frozenset[Audience]().union(*(row.audiences for row in rows))
    return (Row("Referral", moves[-1].summary, everybody), *rows)


def progress_of(referral: Referral, *, until: datetime = EVER) -> Progress:
    """How far the referral has come, or had by that moment, from its moves."""
    closed_at = referral.closed_at
    closed = closed_at is not None and closed_at <= until
    moves = _moves_until(referral, until)
    return Progress(
        history=tuple(
            Reached(move.to_stage, local_date(move.at)) for move in moves if move.step in (Step.MOVE, Step.REOPEN)
        ),
        closed_on=local_date(closed_at) if closed_at is not None and closed else None,
        outcome=referral.outcome if closed else "",
        pauses=_pauses(moves),
        agreed=_agreed(referral.consents, until),
    )


def _agreed(consents: Iterable[ReferralConsent], until: datetime) -> frozenset[str]:
    """Those that are given, and were by that day."""
    last = local_date(until) if until != EVER else date.max
    return frozenset(
        consent.key
        for consent in consents
        if consent_state(consent) is Consent.GIVEN and consent.given_on is not None and consent.given_on <= last
    )


def _pauses(moves: Iterable[ReferralMove]) -> tuple[Pause, ...]:
    """Each ends with the next line that is no entry: going on again, or closed, by a consent or a hand-over."""
    pauses: list[Pause] = []
    for move in moves:
        if move.step is Step.ENTRY:
            continue
        day = local_date(move.at)
        if pauses and pauses[-1].end is None:
            pauses[-1] = Pause(pauses[-1].start, day)
        if move.step is Step.PAUSE:
            pauses.append(Pause(day))
    return tuple(pauses)


def facts_of(
    referral: Referral, pathway: Pathway[Any], *, until: datetime = EVER, adjustments: Sequence[str] = ()
) -> ReferralFacts[Any]:
    """What the pathway is shown of a referral that `referral_of` loaded, as it was by `until`.

    `adjustments`: what the person needs, where one referral alone is shown or moved. Raises Erased where its case was.
    """
    if referral.case.erased_on is not None:
        raise Erased(referral.case.erased_on)
    last = _moves_until(referral, until)[-1]
    with plugin_host.guarded(pathway, "load"):
        payload = pathway.load(last.payload, last.payload_version)
    return ReferralFacts(
        person=person_facts(referral.person),
        case=case_facts(referral.case, referral.person_id),
        payload=payload,
        progress=progress_of(referral, until=until),
        id=referral.id,
        ref=referral.ref,
        provider_id=referral.provider_id,
        settings=settings_of(referral.provider, pathway) or {},
        adjustments=tuple(adjustments),
    )


def facts_before(
    case: Case,
    person: Person,
    provider: Provider,
    pathway: Pathway[Any],
    payload: Any = None,
    *,
    adjustments: Sequence[str] = (),
) -> ReferralFacts[Any]:
    """What a pathway is shown before there is a referral to that provider. The case's people must be loaded."""
    settings = settings_of(provider, pathway) or {}
    return ReferralFacts(
        person_facts(person),
        case_facts(case, person.id),
        payload,
        settings=settings,
        adjustments=tuple(adjustments),
    )


def person_facts(person: Person) -> PersonFacts:
    """A person as a pathway sees them."""
    return PersonFacts(person.id, person.ref, person.name, person.date_of_birth)


def case_facts(case: Case, person_id: int) -> CaseFacts:
    """A case as a pathway sees it. Its people must be loaded."""
    people = tuple(Involved(person_facts(link.person), link.role) for link in case.people)
    role = next((each.role for each in people if each.person.id == person_id), None)
    return CaseFacts(case.id, case.ref, case.category, case.risk, case.hate_incident, role, people)


def consent_states(consents: Iterable[ReferralConsent]) -> dict[str, Consent]:
    """Key -> how the consent stands."""
    return {consent.key: consent_state(consent) for consent in consents}


def consent_state(consent: ReferralConsent) -> Consent:
    """A withdrawal outweighs a refusal, and that an earlier consent."""
    if consent.withdrawn_on is not None:
        return Consent.WITHDRAWN
    if consent.refused_on is not None:
        return Consent.REFUSED
    return Consent.NOT_ASKED if consent.given_on is None else Consent.GIVEN


def _moves_until(referral: Referral, moment: datetime) -> list[ReferralMove]:
    return [move for move in referral.moves if move.at <= moment]
