"""The mediation pathway: a dispute between two parties, of whom each consents before their details are passed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from types import MappingProxyType
from typing import Any

from core.plugin_api import (
    ActionTemplate,
    Audience,
    Clock,
    ConsentNeeded,
    Finding,
    Mover,
    OutcomeMeasure,
    OwnPage,
    Pathway,
    Progress,
    ReferralFacts,
    Row,
    RunningClock,
    Stage,
    StageMove,
    Transition,
    in_words,
)
from plugins.mediation import operations
from plugins.mediation.dispute import INSTEAD, MARKED_AS_HATE, Against, Kind, Party
from plugins.mediation.forms import (
    NONE,
    AgreementForm,
    CloseForm,
    DeclineForm,
    FollowUpForm,
    MediationForm,
    SessionForm,
    VisitForm,
)
from plugins.mediation.results import RESULTS, WITHOUT_AGREEMENT, Agreed, Result

CONFIRM = Clock(
    "Confirm the referral",
    working_days=3,
    source="Roundtable's own choice; no statute or guidance sets it. Whoever runs the scheme may say otherwise.",
)
"""From the referral to the scheme's word that it has it."""

FOLLOW_UP = Clock(
    "Follow the agreement up",
    months=3,
    source="Roundtable's own choice; no statute or guidance sets it. Your scheme's own terms may.",
)
"""From the agreement."""

NOT_BEGUN = ("referred", "confirmed")
"""The stages at which nobody has been visited."""

AGREED = ("agreement", "followed_up")
"""The stages at which there is an agreement."""

_BOTH = frozenset(Party)
_PROVIDER = frozenset({Mover.PROVIDER})

STAFF = frozenset({Audience.PROVIDER})
ABOUT_THE_END = frozenset({Audience.PROVIDER, Audience.REFERRER, Audience.CHAIR})
EVERYBODY = ABOUT_THE_END | {Audience.ATTENDEES}


@dataclass(frozen=True, slots=True)
class MediationPayload:
    """What a mediation referral says. From `visited_first` on it is filled in as it goes: dates and kinds alone.

    What was said, and what was agreed, is in the mediators' own register, and never here.
    """

    other_id: int
    other_name: str
    against: tuple[Against, ...]
    contactable: bool
    referred_on: date
    """The day on which the party who is referred consented to be contacted."""
    other_on: date
    about: str
    contact: str
    visits: str = ""
    visited_first: Party | None = None
    first_visit_on: date | None = None
    second_visit_on: date | None = None
    session_on: date | None = None
    """Of the last session."""
    agreed: Agreed | None = None
    agreed_on: date | None = None
    followed_up_on: date | None = None


class Mediation(Pathway[MediationPayload]):
    """Mediation between two parties who can both be reached."""

    key = "mediation"
    title = "Mediation"
    payload_version = 1
    form = MediationForm
    halted = "closed"
    reopened = "confirmed"
    clocks = MappingProxyType({"follow_up": FOLLOW_UP})
    register = OwnPage("Mediations", "mediation.mediations")
    record = OwnPage("Sessions and terms", "mediation.casework")
    stages = (
        Stage("referred", "Referred", waits_for=Mover.PROVIDER, clock=CONFIRM),
        Stage("confirmed", "Confirmed", waits_for=Mover.PROVIDER),
        Stage("first_visited", "First party visited", waits_for=Mover.PROVIDER),
        Stage("second_visited", "Second party visited", waits_for=Mover.PROVIDER),
        Stage("session", "Joint or shuttle session", waits_for=Mover.PROVIDER),
        Stage("agreement", "Agreement", waits_for=Mover.PROVIDER),
        Stage("followed_up", "Followed up", waits_for=Mover.PROVIDER),
        Stage("closed", "Closed", closed=True),
    )
    transitions = (
        Transition(
            "confirm", "referred", "confirmed", "Confirm the referral", _PROVIDER,
            consents=_BOTH, checks_eligibility=True,
        ),
        Transition(
            "visit_first", "confirmed", "first_visited", "Record the first visit", _PROVIDER, VisitForm,
            consents=_BOTH, checks_eligibility=True,
        ),
        Transition(
            "visit_second", "first_visited", "second_visited", "Record the visit to the second party", _PROVIDER,
            VisitForm, consents=_BOTH, checks_eligibility=True,
        ),
        Transition(
            "session", "second_visited", "session", "Record a joint or shuttle session", _PROVIDER, SessionForm,
            consents=_BOTH, checks_eligibility=True,
        ),
        Transition("agree", "session", "agreement", "Record the agreement", _PROVIDER, AgreementForm, consents=_BOTH),
        Transition(
            "session_again", "session", "session", "Record another session", _PROVIDER, SessionForm,
            consents=_BOTH, checks_eligibility=True,
        ),
        Transition(
            "follow_up", "agreement", "followed_up", "Record the follow-up", _PROVIDER, FollowUpForm,
            consents=_BOTH, measures_outcome=True,
        ),
        Transition("close", "followed_up", "closed", "Close", _PROVIDER),
        Transition(
            "meet_again", "followed_up", "session", "Record another session", _PROVIDER, SessionForm,
            consents=_BOTH, checks_eligibility=True,
        ),
        *(
            Transition(f"close_{stage}", stage, "closed", "Close without an agreement", _PROVIDER, CloseForm)
            for stage in WITHOUT_AGREEMENT
            if stage not in NOT_BEGUN
        ),
        *(
            Transition(f"decline_{stage}", stage, "closed", "Decline", _PROVIDER, DeclineForm, declines=True)
            for stage in NOT_BEGUN
        ),
    )  # fmt: skip

    def eligibility(self, facts: ReferralFacts[MediationPayload], on: date) -> Sequence[Finding]:
        """Two parties who can be reached, and nothing that mediation is not for; what to do instead is said."""
        payload = facts.payload
        findings = []
        if facts.case.hate_incident:
            findings.append(Finding.refused(MARKED_AS_HATE))
        if payload is None:
            return [*findings, _second_party(facts)]
        findings += [Finding.refused(INSTEAD[one]) for one in payload.against]
        if not payload.contactable:
            findings.append(
                Finding.refused(
                    "Mediation needs two parties who can both be reached. Instead, find out how each can be, ask for "
                    "their consent, and refer then."
                )
            )
        return findings or [Finding.eligible("Both parties can be reached, and nothing stands against mediation.")]

    def consents(self, facts: ReferralFacts[MediationPayload], on: date) -> Sequence[ConsentNeeded]:
        """Each party's, given before the referral was made: nobody's details are passed without it."""
        payload = facts.payload
        why = "Asked before any details were passed. If consent is withdrawn, the mediation is closed at once."
        return (
            ConsentNeeded(
                Party.REFERRED.value, "The party who is referred", why,
                given_on=payload.referred_on if payload else None,
            ),
            ConsentNeeded(
                Party.OTHER.value, "The other party", why,
                given_on=payload.other_on if payload else None,
            ),
        )  # fmt: skip

    def payload(self, form: MediationForm) -> MediationPayload:
        """What the referral form says."""
        assert form.referred_on.data is not None  # required, and validated
        assert form.other_on.data is not None
        return MediationPayload(
            other_id=int(form.other.data),
            other_name=form.names[form.other.data],
            against=tuple(Against(key) for key in form.against.data if key != NONE),
            contactable=form.contactable.data == "yes",
            referred_on=form.referred_on.data,
            other_on=form.other_on.data,
            about=form.about.data,
            contact=form.contact.data,
            visits=form.visits.data or "",
        )

    def load(self, data: Mapping[str, Any], version: int) -> MediationPayload:
        """The payload of version 1, the only one so far."""
        if version != 1:
            raise ValueError(f"mediation payload version {version}")
        return MediationPayload(
            other_id=int(data["other_id"]),
            other_name=str(data["other_name"]),
            against=tuple(Against(key) for key in data["against"]),
            contactable=bool(data["contactable"]),
            referred_on=date.fromisoformat(data["referred_on"]),
            other_on=date.fromisoformat(data["other_on"]),
            about=str(data["about"]),
            contact=str(data["contact"]),
            visits=str(data["visits"]),
            visited_first=Party(data["visited_first"]) if data["visited_first"] else None,
            first_visit_on=_day_of(data["first_visit_on"]),
            second_visit_on=_day_of(data["second_visit_on"]),
            session_on=_day_of(data["session_on"]),
            agreed=Agreed(data["agreed"]) if data["agreed"] else None,
            agreed_on=_day_of(data["agreed_on"]),
            followed_up_on=_day_of(data["followed_up_on"]),
        )

    def concerns(self, facts: ReferralFacts[MediationPayload]) -> Sequence[int]:
        """The other party; before the form is filled in, everybody who could be."""
        if facts.payload is not None:
            return (facts.payload.other_id,)
        return [person.id for person in facts.case.others(facts.person.id)]

    def summary(self, payload: MediationPayload) -> str:
        """That it is mediation, and no more: nothing of the dispute, nobody's name."""
        return "Referred for mediation. What is said there stays there: dates and the kind of result alone are told."

    def rows(self, payload: MediationPayload, progress: Progress) -> Sequence[Row]:
        """Process and dates for everybody, the kind of result for referrer and chair, the rest for the mediators."""
        rows = [
            Row("Stage", self.stage(progress.stage).title, EVERYBODY),
            Row("Referred on", in_words(progress.opened_on), EVERYBODY),
            Row("At this stage since", in_words(progress.since), EVERYBODY),
        ]
        dates = (
            ("First party visited on", payload.first_visit_on),
            ("Second party visited on", payload.second_visit_on),
            ("Last session on", payload.session_on),
            ("Agreement made on", payload.agreed_on),
            ("Followed up on", payload.followed_up_on),
            ("Closed on", progress.closed_on),
        )
        rows += [Row(label, in_words(day), EVERYBODY) for label, day in dates if day is not None]
        if payload.agreed is not None and progress.stage in AGREED:
            rows.append(Row("Kind of result", RESULTS[Result(payload.agreed.value)], ABOUT_THE_END))
        if progress.closed_on is not None:
            rows.append(Row("Kind of result", progress.outcome, ABOUT_THE_END))
        rows += [
            Row("The other party", payload.other_name, STAFF),
            Row("What the dispute is about", payload.about, STAFF),
            Row("How they can be reached", payload.contact, STAFF),
        ]
        if payload.visits:
            rows.append(Row("Before a visit", payload.visits, STAFF))
        return rows

    def action_templates(self) -> Sequence[ActionTemplate]:
        """What is usually agreed when a dispute is to be mediated."""
        return (
            ActionTemplate("explain", "Explain mediation to each party separately, and ask each for consent", 5),
            ActionTemplate("hold", "Hold other action against either party while mediation goes on, and tell both", 5),
            ActionTemplate("dates", "Report dates of the visits and the session, and nothing that was said there", 20),
        )

    def outcomes(self) -> Sequence[OutcomeMeasure]:
        """What is asked at the follow-up. How a mediation ended is a result, and comes from its end."""
        return (
            OutcomeMeasure(
                "kept", "The agreement",
                (("kept", "Is kept"), ("partly", "Is partly kept"), ("broken", "Is not kept"),
                 ("unknown", "Not known")),
            ),
            OutcomeMeasure(
                "complaints", "Complaints since the agreement",
                (("none", "None"), ("fewer", "Fewer"), ("same", "As before"), ("unknown", "Not known")),
            ),
            OutcomeMeasure(
                "speaking", "The parties",
                (("speak", "Speak with each other"), ("apart", "Keep apart in peace"), ("dispute", "Are in dispute"),
                 ("unknown", "Not known")),
            ),
        )  # fmt: skip

    def advance(self, payload: MediationPayload, move: StageMove[MediationPayload]) -> MediationPayload:
        """Keep dates and kinds: what was said goes to the mediators' own register."""
        answers, held_on = move.answers, _day_of(move.answers.get("held_on"))
        match move.transition.key if move.transition else "":
            case "visit_first":
                return replace(payload, visited_first=Party(answers["party"]), first_visit_on=held_on)
            case "visit_second":
                return replace(payload, second_visit_on=held_on)
            case "session" | "session_again" | "meet_again":
                return replace(payload, session_on=held_on)
            case "agree":
                return replace(payload, agreed=Agreed(answers["agreed"]), agreed_on=held_on)
            case "follow_up":
                return replace(payload, followed_up_on=held_on)
        return payload

    def outcome(self, move: StageMove[MediationPayload], measures: Mapping[str, str]) -> str:
        """The kind of result, and no more."""
        return RESULTS[_result(move)]

    def moved(self, move: StageMove[MediationPayload]) -> None:
        """Keep the mediators' register in step with the stage."""
        key = move.transition.key if move.transition else ""
        if move.source is None:
            operations.open_dispute(move)
        elif self.stage(move.target).closed:
            operations.close_dispute(move, _result(move))
        elif move.transition is None:
            operations.reopen_dispute(move)
        elif key in ("visit_first", "visit_second"):
            operations.keep_sitting(move, kind=Kind.VISIT, party=move.answers["party"])
        elif move.target == "session":
            operations.keep_sitting(move, kind=Kind(move.answers["kind"]))
        elif key == "agree":
            operations.keep_terms(move)

    def clock(self, payload: MediationPayload, progress: Progress) -> RunningClock | None:
        """Three working days to confirm; three months from the agreement to its follow-up."""
        if progress.stage == "agreement" and payload.agreed_on is not None:
            return RunningClock(FOLLOW_UP, payload.agreed_on)
        return super().clock(payload, progress)


def _result(move: StageMove[MediationPayload]) -> Result:
    """How a mediation ends with that move: by a consent withdrawn or a hand-over, where it is none of the pathway's."""
    if move.transition is None:
        return Result.HANDED_OVER if move.handed_over else Result.WITHDRAWN
    if move.transition.key == "close":
        payload = move.referral.payload
        assert payload is not None  # the referral is made
        assert payload.agreed is not None  # it was followed up
        return Result(payload.agreed.value)
    return Result(move.answers["result"])


def _second_party(facts: ReferralFacts[MediationPayload]) -> Finding:
    """Whether the case names somebody beside the person who is referred."""
    if facts.case.others(facts.person.id):
        return Finding.eligible("The case names another party.")
    return Finding.refused("Mediation needs two parties. Add the other party to the case first.")


def _day_of(value: str | None) -> date | None:
    return date.fromisoformat(value) if value else None
