"""A referral as one reader may see it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from core import plugin_host
from core.clock import local_date
from core.dates import in_words, time_in_words
from core.errors import NotFound
from core.facts import Actor, Audience, Row, Step
from core.people.adjustments.queries import needed_by
from core.people.ages import told
from core.plugin_api.pathway import ConsentNeeded, Finding, Mover, OwnPage, Pathway
from core.plugin_host import PluginFailed
from core.policy import Permission, decide
from core.policy.referrals import audiences
from core.referrals import queries
from core.referrals.cautions import cautions_about, why_not_taken_back
from core.referrals.endings import when_measured
from core.referrals.facts import consent_state, facts_of, rows_for
from core.referrals.handing_over import why_not as why_not_handed_over
from core.referrals.machine import Consent, Way, running_clock
from core.referrals.models import Referral, ReferralConsent, ReferralMove
from core.referrals.operations import findings_on_referral, suggestions, ways_on
from core.referrals.pausing import why_no_pause
from core.referrals.reopening import why_not_reopened

PARTIES = frozenset({Audience.PROVIDER, Audience.REFERRER})
"""Who sees stages and dates when the pathway is gone, and cannot say who else does."""


@dataclass(frozen=True, slots=True)
class ConsentShown:
    """A consent on the page: whose, why it is needed (empty when it is no longer), how it stands, since when.

    `halts`: the referral is closed without it. `by`: who recorded it last. `note`: for the provider's own staff, and
    for the agency whose note it is.
    """

    key: str
    who: str
    why: str
    state: Consent
    on: date | None
    note: str
    halts: bool
    by: str = ""


@dataclass(slots=True)
class _Reader:
    """Who reads the page, and who did what is on it. `agency_id`: whose notes they read; none for nobody's."""

    agency_id: int | None = None
    is_provider: bool = False
    hands: Mapping[int, queries.Hand] = field(default_factory=dict)

    def name_of(self, user_id: int | None) -> str:
        """Empty for nobody."""
        hand = self.hands.get(user_id or 0)
        return hand.name if hand is not None else ""

    def may_read_note_of(self, user_id: int | None) -> bool:
        """What a provider writes of a talk is its own: a referrer reads no more than its own agency's notes."""
        hand = self.hands.get(user_id or 0)
        if self.is_provider:
            return True
        return hand is not None and self.agency_id is not None and hand.agency_id == self.agency_id


@dataclass(slots=True)
class ReferralPage:
    """What one reader sees of a referral. `unavailable` says why the pathway was not asked.

    `cautions` are the rows that stand before all else, `rows` the others. `linked`: the referral that was handed over
    to this one, and that which took it over. `suggested`: the title of a pathway that the provider suggested, for
    whoever may refer there.
    """

    referral: Referral
    cautions: Sequence[Row]
    rows: Sequence[Row]
    sees_process: bool
    sees_everything: bool
    case_is_open: bool
    may_record_consent: bool
    turn: str = ""
    clock: tuple[str, date] | None = None
    ways: Sequence[Way] = ()
    findings: Sequence[Finding] = ()
    flags: Sequence[str] = ()
    consents: Sequence[ConsentShown] = ()
    history: Sequence[tuple[ReferralMove, str]] = ()
    measures: Sequence[tuple[str, Sequence[tuple[str, str]]]] = ()
    own_page: OwnPage | None = None
    may_pause: bool = False
    may_hand_over: bool = False
    may_reopen: bool = False
    may_take_back: bool = False
    linked: Sequence[queries.Linked] = ()
    suggested: str = ""
    unavailable: str = ""
    age: str = ""
    """When they were referred and today, where the date of birth shows."""
    needs: Sequence[str] = ()
    """What the person needs in every contact: for the provider's staff, and for whoever may open the case."""


def page_of(actor: Actor, referral: Referral, *, on: date) -> ReferralPage:
    """The page of a referral that `queries.referral_of` loaded, for an actor who may see it."""
    whom = audiences(actor, referral)
    pathway = plugin_host.pathway(referral.pathway_key, referral.partnership_id)
    known = plugin_host.installed().get(referral.pathway_key)
    first = known.cautions if known is not None else frozenset()
    # Whom it names besides, and how they can be reached, the provider's staff alone read.
    people = named_in(referral) if Audience.PROVIDER in whom else [referral.person_id]
    standing = cautions_about(actor, people)
    own = first if any(each.id == referral.id for each, _ in standing) else frozenset()
    page = ReferralPage(
        referral=referral,
        cautions=[row if each.id == referral.id else _about(each, row) for each, row in standing],
        rows=[row for row in rows_for(referral.rows, whom) if row.label not in own],
        sees_process=bool(whom & (known.process if known is not None else PARTIES)),
        sees_everything=Audience.PROVIDER in whom,
        case_is_open=bool(decide(actor, Permission.OPEN_CASE, referral.case)),
        may_record_consent=bool(decide(actor, Permission.RECORD_CONSENT, referral)) and referral.closed_at is None,
    )
    if page.sees_everything:
        referred_on = local_date(referral.opened_at)
        page.age = told(referral.person.date_of_birth, on, then=referred_on, when="when referred")
    if page.sees_everything or page.case_is_open:
        page.needs = needed_by([referral.person_id], on=on).get(referral.person_id, ())
    # A colleague of the provider's agency who is not its staff reads no note of theirs for being of that agency.
    outside = actor.agency_id != referral.provider.agency_id
    reader = _Reader(actor.agency_id if outside else None, page.sees_everything)
    if page.sees_process:
        recorders = [consent.recorded_by_id for consent in referral.consents if consent.recorded_by_id is not None]
        reader.hands = queries.hands_of([*(move.user_id for move in referral.moves), *recorders])
        page.history = [
            (move, reader.name_of(move.user_id))
            for move in reversed(referral.moves)
            if page.sees_everything or move.step is not Step.ENTRY
        ]
        page.linked = queries.handed_over(actor, referral)
    if pathway is None:
        page.unavailable = plugin_host.why_away(referral.pathway_key, referral.pathway_title, referral.partnership_id)
        page.consents = _consents(referral, (), reader) if page.may_record_consent else ()
        return page
    try:
        _ask(page, actor, referral, pathway, reader, on=on)
    except PluginFailed as failed:
        page.unavailable = failed.reason
        page.consents = _consents(referral, (), reader) if page.may_record_consent else ()
    return page


def named_in(referral: Referral) -> list[int]:
    """Ids of those whom the referral's pages can name: who is referred, and who else its pathway says."""
    pathway = plugin_host.installed().get(referral.pathway_key)
    if pathway is None:
        return [referral.person_id]
    try:
        facts = facts_of(referral, pathway)
        with plugin_host.guarded(pathway, "concerns"):
            return [referral.person_id, *pathway.concerns(facts)]
    except PluginFailed:
        return [referral.person_id]


def _about(referral: Referral, row: Row) -> Row:
    """What another referral says of somebody whom this one names."""
    return Row(f"{row.label}, {referral.person.name}", row.value, row.audiences)


def consent_asked(referral: Referral, key: str, *, on: date) -> ConsentShown:
    """One consent of the referral. Raises NotFound for one that is neither needed nor recorded."""
    pathway = plugin_host.installed().get(referral.pathway_key)
    if pathway is not None:
        needed = _needed(referral, pathway, on=on)
    else:  # without its pathway any withdrawal closes a referral
        needed = [ConsentNeeded(recorded.key, recorded.label, "") for recorded in referral.consents]
    for shown in _consents(referral, needed, _Reader()):
        if shown.key == key:
            return shown
    raise NotFound


def _ask(
    page: ReferralPage,
    actor: Actor,
    referral: Referral,
    pathway: Pathway[Any],
    reader: _Reader,
    *,
    on: date,
) -> None:
    """What the pathway has to say of a referral that is under way."""
    facts = facts_of(referral, pathway)
    if page.sees_everything or page.may_record_consent:
        page.consents = _consents(referral, _needed(referral, pathway, on=on), reader)
    if page.sees_everything:
        page.own_page = pathway.record
        page.measures = _measures(referral, pathway)
        page.may_pause = not why_no_pause(referral)
        page.may_hand_over = not why_not_handed_over(referral, on=on)
        page.may_reopen = not why_not_reopened(referral, on=on)
        page.may_take_back = not why_not_taken_back(actor, referral)
    if page.sees_process and referral.suggested_pathway and decide(actor, Permission.REFER, referral.case):
        page.suggested = suggestions(referral, on=on).get(referral.suggested_pathway, "")
    if referral.closed_at is not None or not page.sees_process:
        return
    with plugin_host.guarded(pathway, "clock"):
        assert facts.progress is not None
        running = running_clock(pathway, facts.payload, facts.progress)
        if running is not None and referral.stage_due is not None:
            page.clock = running.clock.label, referral.stage_due
        if referral.paused_on is None:
            page.turn = _whose_turn(referral, pathway.stage(referral.stage).waits_for)
    page.ways = ways_on(actor, referral, pathway, on=on)
    # A finding can tell what the provider entered: others read it where it stands against a move of theirs.
    if page.sees_everything or any(way.is_mine and way.transition.checks_eligibility for way in page.ways):
        page.findings = findings_on_referral(referral, pathway)
    if page.sees_everything:
        with plugin_host.guarded(pathway, "flags"):
            page.flags = list(pathway.flags(facts, on))


def _needed(referral: Referral, pathway: Pathway[Any], *, on: date) -> Sequence[ConsentNeeded]:
    facts = facts_of(referral, pathway)
    with plugin_host.guarded(pathway, "consents"):
        return list(pathway.consents(facts, on))


def _whose_turn(referral: Referral, mover: Mover | None) -> str:
    """Who is to make the next move, by name where it is an agency."""
    match mover:
        case Mover.PROVIDER:
            return referral.provider.agency.name
        case Mover.REFERRER:
            return referral.referrer_agency.name
        case Mover.CHAIR:
            return f"the {mover}"
        case _:
            return ""


def _consents(referral: Referral, needed: Sequence[ConsentNeeded], reader: _Reader) -> list[ConsentShown]:
    """Those that are needed, then those that were recorded and are needed no longer."""
    recorded = {consent.key: consent for consent in referral.consents}
    shown = [_shown(one, recorded.pop(one.key, None), reader) for one in needed]
    return shown + [
        _shown(ConsentNeeded(key, consent.label, "", halts=False), consent, reader) for key, consent in recorded.items()
    ]


def _shown(needed: ConsentNeeded, consent: ReferralConsent | None, reader: _Reader) -> ConsentShown:
    if consent is None:
        return ConsentShown(needed.key, needed.who, needed.why, Consent.NOT_ASKED, None, "", needed.halts)
    return ConsentShown(
        key=needed.key,
        who=needed.who,
        why=needed.why,
        state=consent_state(consent),
        on=consent.withdrawn_on or consent.refused_on or consent.given_on,
        note=consent.note if reader.may_read_note_of(consent.recorded_by_id) else "",
        halts=needed.halts,
        by=reader.name_of(consent.recorded_by_id),
    )


def _measures(referral: Referral, pathway: Pathway[Any]) -> list[tuple[str, Sequence[tuple[str, str]]]]:
    """When they were asked, in words, with measure and answer in words; the latest first."""
    with plugin_host.guarded(pathway, "outcomes"):
        asked = {measure.key: measure for measure in pathway.outcomes()}
    return [
        (
            _when(referral, key),
            [
                (asked[one].title, asked[one].text_of(answer))
                for one, answer in answers.items()
                if one in asked and answer in dict(asked[one].answers)
            ],
        )
        for key, answers in sorted(referral.measures.items(), key=lambda kept: when_measured(kept[0]), reverse=True)
    ]


def _when(referral: Referral, key: str) -> str:
    """Day and time of the move, and what it led to; of measures kept under a day alone, the day."""
    day, number = when_measured(key)
    if not number:
        return in_words(day)
    move = referral.moves[number - 1]
    return f"{move.to_title}, {in_words(day)} at {time_in_words(move.at)}"
