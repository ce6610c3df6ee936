"""The Victim Support pathway: for victims and witnesses, who are contacted safely or not at all [Bolsover 7-9, 12]."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
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
    PersonRole,
    Progress,
    ReferralFacts,
    Refused,
    Row,
    RunningClock,
    Stage,
    StageMove,
    Transition,
    in_words,
)
from plugins.victim_support import operations, queries
from plugins.victim_support.contact import AS_CHOSEN, FIRST_CONTACT, Kind, days_between_updates, instruction_in_full
from plugins.victim_support.forms import (
    CONSENTED,
    DECLINE_REASONS,
    END_REASONS,
    HARMS,
    ChoiceForm,
    DeclineForm,
    EndForm,
    FirstContactForm,
    LogForm,
    NeedsForm,
    SafeContactForm,
    SupportForm,
    VictimSupportForm,
)
from plugins.victim_support.payload import SupportPayload, changed_by, loaded, offer, payload_of, wish

HARMED = (PersonRole.VICTIM, PersonRole.WITNESS, PersonRole.COMPLAINANT)
"""The roles in a case for which the service is."""

VICTIM = "victim"
_VICTIM = frozenset({VICTIM})
_PROVIDER = frozenset({Mover.PROVIDER})

OPEN = ("referred", "contacted", "assessed", "supported", "reviewed")
IN_TOUCH = OPEN[1:]
"""The stages at which the victim is told how the case goes."""

STAFF = frozenset({Audience.PROVIDER})
PARTNERS = STAFF | {Audience.REFERRER}
"""Who sees stage, dates and the named worker."""

EVERYBODY = PARTNERS | {Audience.ATTENDEES, Audience.CHAIR}
"""Who must know how to contact the victim safely, and may know whether support was offered and accepted."""

SAFE_CONTACT = "Safe contact"


class VictimSupport(Pathway[SupportPayload]):
    """Support for victims and witnesses of crime and anti-social behaviour."""

    key = "victim_support"
    title = "Victim Support"
    payload_version = 1
    form = VictimSupportForm
    halted = "closed"
    register = OwnPage("People we support", "victim_support.people")
    record = OwnPage("Contact, needs and contact log", "victim_support.person")
    process = PARTNERS
    cautions = frozenset({SAFE_CONTACT})
    stages = (
        Stage("referred", "Referred", Mover.PROVIDER, FIRST_CONTACT, told="Offered"),
        Stage("contacted", "Safe contact made", Mover.PROVIDER, told="Accepted"),
        Stage("assessed", "Needs assessed", Mover.PROVIDER, told="Accepted"),
        Stage("supported", "Supported", Mover.PROVIDER, told="Accepted"),
        Stage("reviewed", "Reviewed", Mover.PROVIDER, told="Accepted"),
        Stage("closed", "Closed", closed=True, told="Closed"),
        Stage("declined", "Not taken up", closed=True, told="Not taken up"),
        Stage("not_reached", "Could not be reached", closed=True, told="Not taken up"),
    )
    transitions = (
        Transition(
            "contact", "referred", "contacted", "Record the first contact", _PROVIDER, FirstContactForm,
            consents=_VICTIM, checks_eligibility=True,
        ),
        Transition(
            "assess", "contacted", "assessed", "Assess the needs", _PROVIDER, NeedsForm, consents=_VICTIM
        ),
        Transition(
            "support", "assessed", "supported", "Begin the support", _PROVIDER, SupportForm, consents=_VICTIM
        ),
        Transition(
            "review", "supported", "reviewed", "Review the needs", _PROVIDER, NeedsForm,
            consents=_VICTIM, measures_outcome=True,
        ),
        Transition(
            "review_again", "reviewed", "reviewed", "Review the needs", _PROVIDER, NeedsForm,
            consents=_VICTIM, measures_outcome=True,
        ),
        *(
            Transition(
                f"log_{stage}", stage, stage, "Add to the contact log", _PROVIDER, LogForm,
                consents=_VICTIM, stays="The contact log was kept",
            )
            for stage in OPEN
        ),
        *(
            Transition(
                f"choose_{stage}", stage, stage, "Change worker or updates", _PROVIDER, ChoiceForm,
                stays="Worker or updates were changed",
            )
            for stage in IN_TOUCH
        ),
        *(
            Transition(
                f"safe_{stage}", stage, stage, "Change the safe contact", _PROVIDER, SafeContactForm,
                stays="The safe contact was changed",
            )
            for stage in OPEN
        ),
        *(
            Transition(f"end_{stage}", stage, "closed", "End the support", _PROVIDER, EndForm,
                       measures_outcome=stage in ("supported", "reviewed"))
            for stage in IN_TOUCH
        ),
        Transition("decline", "referred", "declined", "Decline", _PROVIDER, DeclineForm, declines=True),
        Transition("give_up", "referred", "not_reached", "Could not be reached", _PROVIDER),
    )  # fmt: skip

    def eligibility(self, facts: ReferralFacts[SupportPayload], on: date) -> Sequence[Finding]:
        """What they are in the case and, once the form is filled in, that there is a safe way to contact them."""
        roles = {each.role for each in facts.case.people if each.person.id == facts.person.id}
        if facts.case.role is not None:
            roles.add(facts.case.role)
        findings = [_role(roles)]
        if facts.payload is not None and not facts.payload.is_safe:
            findings.append(
                Finding.refused(
                    "No safe way to contact them is given, so the referral cannot be sent. Ask them for one in person."
                )
            )
        return findings

    def consents(self, facts: ReferralFacts[SupportPayload], on: date) -> Sequence[ConsentNeeded]:
        """The victim’s own, or a parent’s for a child: the form has asked for its day."""
        payload = facts.payload
        guardian = payload is not None and payload.consented_by == "guardian"
        return (
            ConsentNeeded(
                VICTIM,
                "A parent or guardian, for the child" if guardian else "The victim or witness",
                "Nobody’s details are passed on, and nobody is contacted, against their will.",
                given_on=payload.consented_on if payload is not None else None,
            ),
        )

    def payload(self, form: VictimSupportForm) -> SupportPayload:
        """What the referral form says. Raises Refused without consent or a safe way to contact them."""
        return payload_of(form)

    def load(self, data: Mapping[str, Any], version: int) -> SupportPayload:
        """The payload of version 1, the only one so far."""
        return loaded(data, version)

    def summary(self, payload: SupportPayload) -> str:
        """That support was offered, and no more."""
        return "Support was offered to a victim or witness, who agreed to be contacted."

    def rows(self, payload: SupportPayload, progress: Progress) -> Sequence[Row]:
        """The safe-contact instruction first; numbers and addresses are in no row, but in the register alone."""
        rows = [
            Row(SAFE_CONTACT, instruction_in_full(payload.way, payload.instruction), EVERYBODY),
            Row("Support", offer(payload, progress), EVERYBODY),
            Row("Stage", self.stage(progress.stage).title, PARTNERS),
            Row("Referred on", in_words(progress.opened_on), PARTNERS),
            Row("At this stage since", in_words(progress.since), PARTNERS),
        ]
        if payload.worker:
            rows.append(Row("Named worker", payload.worker, PARTNERS))
        if progress.closed_on is not None:
            rows.append(Row("Closed on", in_words(progress.closed_on), PARTNERS))
            # Why it was not taken up is the answer to whoever referred; why support ended is between the two.
            rows.append(Row("How it ended", progress.outcome, PARTNERS if progress.stage == "declined" else STAFF))
        rows += [
            Row("Been through, or witnessed", HARMS[payload.harm], STAFF),
            Row("Who agreed", CONSENTED[payload.consented_by], STAFF),
            Row("What would help", payload.wanted, STAFF),
        ]
        if payload.every:
            rows.append(Row("Wants to hear how the case goes", wish(payload), STAFF))
        if payload.updated_on is not None:
            rows.append(Row("Last told on", in_words(payload.updated_on), STAFF))
        if payload.plan:
            rows.append(Row("Support agreed", payload.plan, STAFF))
        return rows

    def action_templates(self) -> Sequence[ActionTemplate]:
        """What a victim or witness may expect of whoever deals with the case [Bolsover 9, 12, 13]."""
        return (
            ActionTemplate(
                "contact", "Tell the victim who deals with the case, and how to reach them, by the safe contact", 2
            ),
            ActionTemplate("decision", "Tell the victim what was decided, by the safe contact and as they chose", 2),
            ActionTemplate("complain", "Tell the victim how to complain if they are not content with what was done", 5),
        )

    def outcomes(self) -> Sequence[OutcomeMeasure]:
        """Whether they coped and recovered, felt heard, and are safer."""
        answers = (("yes", "Yes"), ("partly", "Partly"), ("no", "No"), ("unknown", "Not known"))
        return (
            OutcomeMeasure("coped", "Coped and recovered", answers),
            OutcomeMeasure("heard", "Felt heard", answers),
            OutcomeMeasure("safer", "Safer", answers),
        )

    def advance(self, payload: SupportPayload, move: StageMove[SupportPayload]) -> SupportPayload:
        """Keep what the move's form changes of contact, worker, updates and plan."""
        return changed_by(payload, _kind_of(move), move.answers)

    def outcome(self, move: StageMove[SupportPayload], measures: Mapping[str, str]) -> str:
        """Why it ended. What the victim said of it is the service's own, so the measures are left out."""
        if move.target == "declined":
            return f"Not taken up: {DECLINE_REASONS[move.answers['reason']]}"
        if move.target == "closed" and "reason" in move.answers:
            return f"Support ended: {END_REASONS[move.answers['reason']]}"
        return self.stage(move.target).title

    def moved(self, move: StageMove[SupportPayload]) -> None:
        """Keep the register in step: contact, worker and choices, the log, the needs."""
        referral, key = move.referral, _kind_of(move)
        assert referral.payload is not None and referral.id is not None
        partnership_id = move.actor.partnership_id
        assert partnership_id is not None  # whoever refers or moves acts in a partnership
        after = self.advance(referral.payload, move)
        if key == "give_up" and not queries.failed_attempts(referral.id):
            raise Refused("Add to the contact log first when you tried to reach them, and how.")
        closed_on = move.on if self.stage(move.target).closed else None
        entry = operations.keep_entry(referral, after, partnership_id=partnership_id, closed_on=closed_on)
        operations.keep_measures(entry, move.measures)
        if key == "contact":
            done = date.fromisoformat(move.answers["done_on"])
            operations.log_contact(
                entry, made_on=done, kind=Kind.TALK, way=after.way, by=move.actor.name, said="First contact."
            )
        elif key == "log":
            operations.log_contact(
                entry,
                made_on=date.fromisoformat(move.answers["done_on"]),
                kind=Kind(move.answers["kind"]),
                way=move.answers["way"],
                by=move.actor.name,
                said=move.answers.get("said") or "",
            )
        elif key in ("assess", "review"):
            operations.keep_assessment(entry, move.answers, at_start=key == "assess")

    def handed_over(self, first: SupportPayload, last: SupportPayload) -> SupportPayload:
        """As it was sent, with the safe contact as it is now: the old one may not be safe any longer."""
        return replace(first, way=last.way, instruction=last.instruction, reach=last.reach)

    def flags(self, facts: ReferralFacts[SupportPayload], on: date) -> Sequence[str]:
        """What a worker should know before they ring."""
        flags = []
        age = facts.person.age_on(on)
        if age is not None and age < 18:
            flags.append(f"Is {age}: a child. Talk to a parent or guardian where that is safe.")
        if facts.case.hate_incident:
            flags.append("The case is recorded as a hate incident.")
        if facts.id is not None and (tries := queries.failed_attempts(facts.id)):
            flags.append(f"Not reached {'the last time' if tries == 1 else f'the last {tries} times'}.")
        return tuple(flags)

    def clock(self, payload: SupportPayload, progress: Progress) -> RunningClock | None:
        """First contact from the referral; then the next update, from the last one, as the victim chose."""
        if progress.stage not in IN_TOUCH:
            return super().clock(payload, progress)
        days = days_between_updates(payload.every)
        last = payload.updated_on or payload.contacted_on
        if days is None or last is None:
            return None
        return RunningClock(Clock("Next update to the victim", working_days=days, source=AS_CHOSEN), last)


def _role(roles: set[PersonRole]) -> Finding:
    harmed = [role for role in HARMED if role in roles]
    if harmed:
        return Finding.eligible(f"Is named in the case as {' and '.join(harmed)}.")
    add = "add them to the case as victim, witness or complainant"
    if PersonRole.SUBJECT in roles:
        return Finding.refused(f"Is named in the case as its subject alone. If they were harmed themselves, {add}.")
    return Finding.undetermined(f"Cannot determine: the case does not say that they were harmed. If they were, {add}.")


def _kind_of(move: StageMove[SupportPayload]) -> str:
    """`log` of `log_referred`: which of the moves it is, wherever the referral is."""
    if move.transition is None:
        return ""
    key = move.transition.key
    for kind in ("log", "choose", "safe", "end", "review"):
        if key.startswith(kind):
            return kind
    return key
