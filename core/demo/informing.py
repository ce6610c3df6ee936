"""What the story’s agencies promised to complainants and victims, and what they kept of it."""

from collections.abc import Callable
from datetime import datetime, time
from functools import partial

from core.clock import at_local
from core.demo.cast import Cast, Timeline, Told
from core.standards import operations
from core.standards.complaints.operations import write_way_to_complain
from core.standards.complaints.queries import of_agency, of_partnership, words_for
from core.standards.lists import ContactWay, EntryKind, SupportAnswer, UpdateInterval
from core.standards.models import Logged, Promised
from core.standards.operations import Agreement, SupportOffer, WayToComplain
from core.standards.queries import log_of, promised_to


class Informing:
    """One complainant or victim who is kept informed, from the agreement to the latest line of the log."""

    def __init__(self, cast: Cast, timeline: Timeline, told: Told) -> None:
        self.cast, self.told = cast, told
        self._at(timeline, told["day"], 10, self._agree)
        if "support" in told:
            self._at(timeline, told["support"]["day"], 10, self._offer)
        if "complaint" in told:
            self._at(timeline, told["complaint"]["day"], 10, self._complaint)
        for line in told.get("log", ()):
            self._at(timeline, line["day"], 14, partial(self._log, line))

    def _at(self, timeline: Timeline, day: int, hour: int, what: Callable[[datetime], None]) -> None:
        timeline.at(at_local(self.cast.day(day), time(hour)), what)

    def _promised(self) -> Promised:
        return promised_to(self.cast.case(self.told["case"]).id, self.cast.person(self.told["person"]).id)

    def _agree(self, at: datetime) -> None:
        promised, told = self._promised(), self.told
        # The books came in today; the story has it that somebody was named to be kept informed on that day.
        operations.begin(promised.case, promised.person.id, on=self.cast.day(told["day"]))
        promised = self._promised()
        contact = self.cast.user(told["by"])
        agreement = Agreement(
            contact_name=contact.name,
            agency_id=contact.agency_id or 0,
            contact_details=told["contact"],
            way=ContactWay(told["way"]),
            instruction=told["instruction"],
            reach=told["reach"],
            interval=UpdateInterval(told["interval"]),
            agreed_on=self.cast.day(told["day"]),
        )
        version = operations.version_of(Agreement, promised.plan)
        actor = self.cast.actor(told["by"], at)
        operations.agree(actor, promised=promised, version=version, agreement=agreement, now=at)

    def _offer(self, at: datetime) -> None:
        promised, told = self._promised(), self.told["support"]
        offer = SupportOffer(
            support_offered_on=self.cast.day(told["day"]),
            support_by=self.cast.user(self.told["by"]).name,
            support_what=told["what"],
            support_answer=SupportAnswer(told["answer"]),
        )
        version = operations.version_of(SupportOffer, promised.plan)
        actor = self.cast.actor(self.told["by"], at)
        operations.offer_support(actor, promised=promised, version=version, offer=offer, now=at)

    def _complaint(self, at: datetime) -> None:
        promised, told = self._promised(), self.told["complaint"]
        way = WayToComplain(
            complaint_given_on=self.cast.day(told["day"]),
            complaint_by=self.cast.user(self.told["by"]).name,
            complaint_text=words_for(self.cast.partnership_id, promised.case.lead_agency_id),
        )
        version = operations.version_of(WayToComplain, promised.plan)
        actor = self.cast.actor(self.told["by"], at)
        operations.give_way_to_complain(actor, promised=promised, version=version, way=way, now=at)

    def _log(self, told: Told, at: datetime) -> None:
        promised = self._promised()
        actor = self.cast.actor(self.told["by"], at)
        operations.record_contact(
            actor,
            promised=promised,
            made_on=self.cast.day(told["day"]),
            kind=EntryKind(told["kind"]),
            way=ContactWay(told["way"] if "way" in told else self.told["way"]),
            by=actor.name,
            said=told["said"],
            now=at,
        )
        if "struck" in told:
            promised = self._promised()
            assert promised.plan is not None
            entry = log_of(promised.plan)[0]
            operations.strike_out(actor, logged=Logged(promised, entry), reason=told["struck"], now=at)


def write_complaints(cast: Cast, told: Told, at: datetime) -> None:
    """The way to complain about an agency, or about the partnership."""
    actor = cast.actor(told["by"], at)
    here = cast.partnership_id
    way = of_agency(here, cast.agency(told["agency"]).id) if "agency" in told else of_partnership(here)
    write_way_to_complain(actor, of=way, version=way.version, words=told["words"])
