"""The mentoring pathway: one-to-one support for young people, as in Charnwood's scheme [Charnwood 5.4]."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
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
    birthday,
    in_words,
)
from plugins.mentoring import operations, queries
from plugins.mentoring.forms import (
    DECLINE_REASONS,
    DeclineForm,
    HomeVisitForm,
    MatchForm,
    MentoringForm,
    StartForm,
)
from plugins.mentoring.matching import lapses
from plugins.mentoring.operations import NOT_READY
from plugins.mentoring.settings import OLDEST, YOUNGEST, Takes, WhomWeTakeForm, whom_it_takes

PARENT_UNDER = 16
"""Below this age a parent consents too."""

_REVIEWED = (
    "The number is Roundtable's own choice. Charnwood's strategy, section 5.4, has the scheme measure what changes for "
    "the young person."
)

REVIEWS: Mapping[str, Clock] = MappingProxyType(
    {
        "review_first": Clock("First review", months=3, source=_REVIEWED),
        "review_second": Clock("Second review", months=6, source=_REVIEWED),
        "review_third": Clock("Third review", months=12, source=_REVIEWED),
    }
)
"""When mentoring is reviewed, each from its first day."""

ELSEWHERE = "Another provider of mentoring may take them."

NOT_FOR = {
    "offending": f"This provider takes young people who have offended. {ELSEWHERE}",
    "likely": f"This provider takes young people who are likely to offend. {ELSEWHERE}",
}
"""What is said to whoever refers for the other behaviour."""

UNSAFE = (
    "One-to-one contact would be unsafe, and mentoring is nothing else. Agree at the meeting what can be done in "
    "another way, and refer again when one-to-one contact has become safe."
)
"""What is said when nobody could be alone with them."""

TOO_OLD = "Agree at the meeting which service for adults is to be asked, and give that agency the action."
"""What to do for somebody who has outgrown the scheme."""

WITH_A_MENTOR = ("matched", "active", "reviewed")
"""The stages at which there is a mentor."""

YOUNG_PERSON, PARENT = "young_person", "parent"
_BOTH = frozenset({YOUNG_PERSON, PARENT})
_PROVIDER = frozenset({Mover.PROVIDER})

STAFF = frozenset({Audience.PROVIDER})
ABOUT_THE_END = frozenset({Audience.PROVIDER, Audience.REFERRER, Audience.CHAIR})
EVERYBODY = ABOUT_THE_END | {Audience.ATTENDEES}


_CHANGE = (("improved", "Improved"), ("same", "The same"), ("worse", "Worse"), ("unknown", "Not known"))


class Behaviour(StrEnum):
    """Why a young person is referred."""

    OFFENDING = "offending"
    LIKELY = "likely"


BEHAVIOUR = {Behaviour.OFFENDING: "Has offended", Behaviour.LIKELY: "Is likely to offend"}


@dataclass(frozen=True, slots=True)
class MentoringPayload:
    """What a mentoring referral says. `visited_on`, `mentor` and `started_on` are filled in as it goes."""

    behaviour: Behaviour
    one_to_one_safe: bool
    on_abc: bool
    need: str
    interests: str = ""
    safety: str = ""
    visited_on: date | None = None
    mentor: str = ""
    started_on: date | None = None
    """The first session with the first mentor: from here the reviews are counted."""


class Mentoring(Pathway[MentoringPayload]):
    """Mentoring, for young people of 13 to 19."""

    key = "mentoring"
    title = "Mentoring"
    payload_version = 1
    form = MentoringForm
    settings = WhomWeTakeForm
    clocks = REVIEWS
    halted = "ended"
    register = OwnPage("Mentors", "mentoring.mentors")
    record = OwnPage("Sessions with the mentor", "mentoring.sessions")
    stages = (
        Stage("referred", "Referred", waits_for=Mover.PROVIDER),
        Stage("accepted", "Accepted", waits_for=Mover.PROVIDER),
        Stage("home_visit", "Home visit made", waits_for=Mover.PROVIDER),
        Stage("matched", "Matched with a mentor", waits_for=Mover.PROVIDER),
        Stage("active", "Active", waits_for=Mover.PROVIDER),
        Stage("reviewed", "Reviewed", waits_for=Mover.PROVIDER),
        Stage("ended", "Ended", closed=True),
        Stage("declined", "Declined", closed=True),
    )
    transitions = (
        Transition(
            "accept", "referred", "accepted", "Accept the referral", _PROVIDER,
            consents=_BOTH, checks_eligibility=True,
        ),
        Transition(
            "visit", "accepted", "home_visit", "Record the home visit", _PROVIDER, HomeVisitForm,
            consents=_BOTH,
        ),
        Transition(
            "match", "home_visit", "matched", "Match with a mentor", _PROVIDER, MatchForm,
            consents=_BOTH, checks_eligibility=True,
        ),
        Transition(
            "start", "matched", "active", "Record the first session", _PROVIDER, StartForm, consents=_BOTH
        ),
        Transition(
            "review", "active", "reviewed", "Record a review", _PROVIDER,
            consents=_BOTH, measures_outcome=True,
        ),
        Transition(
            "review_again", "reviewed", "reviewed", "Record a review", _PROVIDER,
            consents=_BOTH, measures_outcome=True,
        ),
        *(
            Transition(
                f"rematch_{stage}", stage, "matched", "Match with another mentor", _PROVIDER, MatchForm,
                consents=_BOTH,
            )
            for stage in WITH_A_MENTOR
        ),
        *(
            Transition(f"decline_{stage}", stage, "declined", "Decline", _PROVIDER, DeclineForm, declines=True)
            for stage in ("referred", "accepted", "home_visit")
        ),
        *(
            Transition(f"end_{stage}", stage, "ended", "End the mentoring", _PROVIDER, measures_outcome=True)
            for stage in WITH_A_MENTOR
        ),
    )  # fmt: skip

    def eligibility(self, facts: ReferralFacts[MentoringPayload], on: date) -> Sequence[Finding]:
        """Age and, once the form is filled in, whether one-to-one contact is safe [Charnwood 5.4].

        Within the scheme a provider may take fewer: some ages, or those alone who have offended.
        """
        takes = whom_it_takes(facts.settings)
        findings = [_age(facts.person.date_of_birth, facts.person.age_on(on), takes)]
        if facts.payload is not None and takes.behaviour not in ("", facts.payload.behaviour):
            findings.append(Finding.refused(NOT_FOR[takes.behaviour]))
        if facts.payload is not None and facts.payload.one_to_one_safe:
            findings.append(Finding.eligible("No reason is known why one-to-one contact would be unsafe."))
        elif facts.payload is not None:
            findings.append(Finding.refused(UNSAFE))
        return findings

    def consents(self, facts: ReferralFacts[MentoringPayload], on: date) -> Sequence[ConsentNeeded]:
        """The young person's, and a parent's under 16. An age that is not known counts as under 16."""
        own = ConsentNeeded(YOUNG_PERSON, "The young person", "Nobody is mentored against their will.")
        age = facts.person.age_on(on)
        if age is not None and age >= PARENT_UNDER:
            return (own,)
        why = "Needed under 16." if age is not None else "Needed under 16; the date of birth is not known."
        return (own, ConsentNeeded(PARENT, "A parent or guardian", why))

    def payload(self, form: MentoringForm) -> MentoringPayload:
        """What the referral form says."""
        return MentoringPayload(
            behaviour=Behaviour(form.behaviour.data),
            one_to_one_safe=form.one_to_one.data == "safe",
            on_abc=form.on_abc.data == "yes",
            need=form.need.data,
            interests=form.interests.data or "",
            safety=form.safety.data or "",
        )

    def load(self, data: Mapping[str, Any], version: int) -> MentoringPayload:
        """The payload of version 1, the only one so far."""
        if version != 1:
            raise ValueError(f"mentoring payload version {version}")
        return MentoringPayload(
            behaviour=Behaviour(data["behaviour"]),
            one_to_one_safe=bool(data["one_to_one_safe"]),
            on_abc=bool(data["on_abc"]),
            need=str(data["need"]),
            interests=str(data.get("interests", "")),
            safety=str(data.get("safety", "")),
            visited_on=_day_of(data.get("visited_on")),
            mentor=str(data.get("mentor", "")),
            started_on=_day_of(data.get("started_on")),
        )

    def summary(self, payload: MentoringPayload) -> str:
        """That it is mentoring, and no more: the meeting sees stage and dates alone."""
        return "Referred to the mentoring scheme for one-to-one support."

    def rows(self, payload: MentoringPayload, progress: Progress) -> Sequence[Row]:
        """Stage and dates for everybody, the outcome for referrer and chair, the rest for the provider."""
        rows = [
            Row("Stage", self.stage(progress.stage).title, EVERYBODY),
            Row("Referred on", in_words(progress.opened_on), EVERYBODY),
            Row("At this stage since", in_words(progress.since), EVERYBODY),
        ]
        if progress.closed_on is not None:
            rows.append(Row("Closed on", in_words(progress.closed_on), EVERYBODY))
            rows.append(Row("Outcome", progress.outcome, ABOUT_THE_END))
        rows += [
            Row("Why mentoring", BEHAVIOUR[payload.behaviour], STAFF),
            Row("What the young person needs", payload.need, STAFF),
            Row("One-to-one contact", "Safe" if payload.one_to_one_safe else "Unsafe", STAFF),
            Row("On an Acceptable Behaviour Contract", "Yes" if payload.on_abc else "No", STAFF),
        ]
        optional = (
            ("Interests", payload.interests),
            ("Before a visit", payload.safety),
            ("Home visit on", in_words(payload.visited_on) if payload.visited_on else ""),
            ("Mentor", payload.mentor),
            ("First session on", in_words(payload.started_on) if payload.started_on else ""),
        )
        return [*rows, *(Row(label, value, STAFF) for label, value in optional if value)]

    def action_templates(self) -> Sequence[ActionTemplate]:
        """What is usually agreed when somebody is referred."""
        return (
            ActionTemplate("explain", "Explain mentoring to the young person and ask for consent", 5),
            ActionTemplate("parent", "Ask a parent or guardian for consent to mentoring", 5),
            ActionTemplate("visit", "Arrange a home visit with the mentoring scheme", 10),
        )

    def outcomes(self) -> Sequence[OutcomeMeasure]:
        """The six that Charnwood's scheme reported [Charnwood 5.4]."""
        return (
            OutcomeMeasure(
                "asb", "Anti-social behaviour",
                (("ceased", "Ceased"), ("reduced", "Reduced"), ("same", "The same"), ("more", "More"),
                 ("unknown", "Not known")),
            ),
            OutcomeMeasure(
                "abc", "Acceptable Behaviour Contract",
                (("came_off", "Came off it"), ("still_on", "Still on it"), ("none", "Was not on one"),
                 ("unknown", "Not known")),
            ),
            OutcomeMeasure(
                "work", "Work or training",
                (("started", "Started"), ("kept", "Kept it"), ("none", "Has none"), ("school", "At school"),
                 ("unknown", "Not known")),
            ),
            OutcomeMeasure("school", "School", (*_CHANGE, ("left", "Has left school"))),
            OutcomeMeasure("home", "Home life", _CHANGE),
            OutcomeMeasure("confidence", "Confidence", _CHANGE),
        )  # fmt: skip

    def advance(self, payload: MentoringPayload, move: StageMove[MentoringPayload]) -> MentoringPayload:
        """Keep what the home visit found, who the mentor is, and when mentoring began."""
        key = move.transition.key if move.transition else ""
        if key == "visit":
            return replace(
                payload,
                visited_on=date.fromisoformat(move.answers["visited_on"]),
                one_to_one_safe=move.answers["one_to_one"] == "safe",
            )
        if key == "start" and payload.started_on is None:
            return replace(payload, started_on=date.fromisoformat(move.answers["started_on"]))
        if move.target == "matched":
            return replace(payload, mentor=str(move.answers["mentor_name"]))
        return payload

    def outcome(self, move: StageMove[MentoringPayload], measures: Mapping[str, str]) -> str:
        """Why it was declined, or what the measures say."""
        if move.target == "declined":
            return f"Declined: {DECLINE_REASONS[move.answers['reason']]}"
        return super().outcome(move, measures)

    def moved(self, move: StageMove[MentoringPayload]) -> None:
        """Keep the matches of the register in step with the stage."""
        referral_id = move.referral.id
        assert referral_id is not None  # only refer() makes one without, and that matches nobody
        if move.target == "matched":
            operations.match(int(move.answers["mentor"]), move.referral, on=move.on)
        elif move.target == "active":
            operations.begin(referral_id, started_on=date.fromisoformat(move.answers["started_on"]), on=move.on)
        elif self.stage(move.target).closed:
            operations.end_match(referral_id, on=move.on)

    def flags(self, facts: ReferralFacts[MentoringPayload], on: date) -> Sequence[str]:
        """A mentee who turns 20 stays; a mentor whose check has run out must not go on."""
        flags = []
        born = facts.person.date_of_birth
        if born is not None and (turned := birthday(born, OLDEST + 1)) <= on:
            flags.append(f"Turned {OLDEST + 1} on {in_words(turned)}. The referral stays open; plan its end.")
        if facts.id is not None and facts.progress is not None and facts.progress.stage in WITH_A_MENTOR:
            mentor = queries.mentor_with(facts.id)
            reasons = lapses(mentor, on) if mentor is not None else ()
            if mentor is not None and reasons:
                flags.append(f"{mentor.name} must not mentor now: {'; '.join(reasons)}. {NOT_READY}")
        return tuple(flags)

    def clock(self, payload: MentoringPayload, progress: Progress) -> RunningClock | None:
        """Reviews at 3, 6 and 12 months from the first session, whoever the mentor is by then."""
        started = payload.started_on
        done = progress.times("reviewed")
        if progress.stage not in ("active", "reviewed") or started is None or done >= len(REVIEWS):
            return None
        return RunningClock(list(REVIEWS.values())[done], started)


def _day_of(value: str | None) -> date | None:
    return date.fromisoformat(value) if value else None


def _age(born: date | None, age: int | None, takes: Takes) -> Finding:
    if born is None or age is None:
        return Finding.undetermined(
            "Cannot determine: no date of birth is recorded. Ask for it and add it to the person’s page."
        )
    if age < YOUNGEST:
        start = birthday(born, YOUNGEST)
        return Finding.refused(
            f"Is {age}, and the scheme begins at {YOUNGEST}: can be referred from {in_words(start)}.", start
        )
    if age > OLDEST:
        return Finding.refused(f"Is {age}, and the scheme is for young people up to {OLDEST}. {TOO_OLD}")
    if age < takes.youngest:
        start = birthday(born, takes.youngest)
        return Finding.refused(
            f"Is {age}, and this provider takes young people from {takes.youngest}: can be referred to it from "
            f"{in_words(start)}. {ELSEWHERE}",
            start,
        )
    if age > takes.oldest:
        return Finding.refused(f"Is {age}, and this provider takes young people up to {takes.oldest}. {ELSEWHERE}")
    return Finding.eligible(f"Is {age}; the scheme is for young people of {takes.youngest} to {takes.oldest}.")
