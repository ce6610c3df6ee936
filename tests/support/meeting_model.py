"""A meeting as plain Python has it: no database, no clock, no rule of the product's. What the state machine believes.

People and things are their ids. Each `may_…` says whether it can be done as things stand; each of the others does it.
"""

from dataclasses import dataclass, field
from enum import StrEnum

from core.facts import ActionStatus, ItemOutcome, MeetingStatus, MinutesStatus, Presence


class Part(StrEnum):
    """What somebody is in the group."""

    CHAIR = "chair"
    DEPUTY = "deputy chair"
    COORDINATOR = "coordinator"
    MEMBER = "member"
    OBSERVER = "observer"


LEADS = {Part.CHAIR, Part.DEPUTY, Part.COORDINATOR}
CHAIRS = {Part.CHAIR, Part.DEPUTY}


@dataclass
class Item:
    """An item: of a case, or standing."""

    id: int
    case: int | None
    outcome: ItemOutcome = ItemOutcome.PENDING
    reason: str = ""
    taken_up: bool = False
    """Time was spent on it."""

    @property
    def standing(self) -> bool:
        """Of every meeting."""
        return self.case is None


@dataclass
class Line:
    """Something written under an item: an entry or an action."""

    item: int
    text: str
    by: int
    struck: bool = False

    @property
    def status(self) -> ActionStatus:
        """Of an action."""
        return ActionStatus.STRUCK if self.struck else ActionStatus.OPEN


@dataclass
class Model:
    """The meeting, who is there, what was written, and its minutes."""

    parts: dict[int, Part]
    status: MeetingStatus = MeetingStatus.SCHEDULED
    items: list[Item] = field(default_factory=list)
    presence: dict[int, Presence] = field(default_factory=dict)
    accepted: set[int] = field(default_factory=set)
    recused: set[tuple[int, int]] = field(default_factory=set)
    """Who declared an interest, in which case."""
    entries: dict[int, Line] = field(default_factory=dict)
    actions: dict[int, Line] = field(default_factory=dict)
    chair: int | None = None
    acting: int | None = None
    taker: int | None = None
    current: int | None = None
    running: bool = False
    """Whether the clock of the current item runs."""
    paused: bool = False
    goes_on_at: int | None = None
    minutes: MinutesStatus | None = None

    def item(self, item_id: int) -> Item:
        """The item of that id."""
        return next(item for item in self.items if item.id == item_id)

    @property
    def frozen(self) -> bool:
        """The minutes are approved."""
        return self.minutes is MinutesStatus.APPROVED

    @property
    def in_session(self) -> bool:
        """It goes on now."""
        return self.status is MeetingStatus.IN_SESSION

    # Who may

    def leads(self, who: int) -> bool:
        """Chair, deputy chair or coordinator of the group."""
        return self.parts[who] in LEADS

    def keeps(self, who: int) -> bool:
        """Keeps the record."""
        return self.leads(who) or who in (self.chair, self.taker)

    def runs(self, who: int) -> bool:
        """Opens, closes, says who is there."""
        return self.leads(who) or who in (self.chair, self.acting)

    def in_room(self, who: int) -> bool:
        """Has accepted the statement, and has not left; for those who keep the record the door stays open."""
        if who not in self.accepted:
            return False
        away = self.status is MeetingStatus.CLOSED or self.presence[who] is Presence.LEFT
        return self.keeps(who) or not away

    def steers(self, who: int) -> bool:
        """Takes items up, pauses, adjourns."""
        return self.in_room(who) and self.runs(who) and self.in_session

    def open_to(self, who: int, item: Item) -> bool:
        """Nobody reads what they declared an interest in."""
        return item.case is None or (who, item.case) not in self.recused

    def records(self, who: int, item: Item) -> bool:
        """Writes under it while the meeting goes on."""
        present = self.presence.get(who) is Presence.PRESENT and self.parts[who] is not Part.OBSERVER
        here = self.in_room(who) and self.open_to(who, item) and self.in_session and present
        return here and (not self.paused or self.keeps(who))

    def mends(self, who: int) -> bool:
        """Puts the record of a closed meeting right."""
        return self.status is MeetingStatus.CLOSED and not self.frozen and self.keeps(who)

    def writes(self, who: int, item: Item) -> bool:
        """Either of the two."""
        if self.mends(who):
            return self.in_room(who) and self.open_to(who, item)
        return self.records(who, item)

    def changes(self, who: int, line: Line) -> bool:
        """Strikes something out, or takes that back."""
        writes = self.writes(who, self.item(line.item))
        return writes and (self.mends(who) or line.by == who or self.leads(who))

    def corrects_action(self, who: int, line: Line) -> bool:
        """The same of an action, which those who keep the record may strike out, too."""
        return self.writes(who, self.item(line.item)) and (line.by == who or self.keeps(who))

    def settles(self, who: int, item: Item) -> bool:
        """Says what became of it."""
        chairs = who == self.chair or (who == self.acting and item.id == self.current)
        return self.steers(who) and self.open_to(who, item) and (self.leads(who) or chairs)

    def lifts(self, who: int, whose: int, item: Item) -> bool:
        """Lifts somebody else's declaration."""
        chairs = self.parts[who] in CHAIRS or who == self.chair or (who == self.acting and item.id == self.current)
        return self.in_session and self.in_room(who) and self.open_to(who, item) and chairs and who != whose

    def approves(self, who: int) -> bool:
        """Approves the minutes, or sends them back."""
        reads = self.leads(who) or who == self.taker
        return reads and (self.parts[who] in CHAIRS or who == self.chair) and who != self.taker

    @property
    def in_the_chair(self) -> int | None:
        """Who is in the chair now."""
        return self.acting if self.acting is not None else self.chair

    def _able(self, out: int | None) -> set[int]:
        here = {who for who, how in self.presence.items() if how is Presence.PRESENT and who in self.accepted}
        return {who for who in here if self.parts[who] is not Part.OBSERVER} - {self.taker, out}

    def could_chair(self, item: Item) -> set[int]:
        """To whom the chair can be handed for it."""
        out = self.in_the_chair if self.current == item.id else None
        return {who for who in self._able(out) if self.open_to(who, item)}

    def could_chair_the_rest(self) -> set[int]:
        """To whom it can be handed until the end."""
        able = self._able(self.chair)
        if self.acting is not None or self.current is None:
            return able
        return {who for who in able if self.open_to(who, self.item(self.current))}

    def must_stay(self, who: int) -> bool:
        """Whoever is in the chair hands it over before they leave, if somebody is there to take it."""
        if not self.in_session:
            return False
        if who == self.chair and self.could_chair_the_rest():
            return True
        if who != self.acting or self.current is None:
            return False
        return bool(self.could_chair(self.item(self.current)))

    def chair_is_out(self, item: Item) -> bool:
        """The meeting's chair declared an interest in it."""
        return self.chair is not None and not self.open_to(self.chair, item)

    # What was written

    def recorded(self, item: Item) -> bool:
        """Something stands under it."""
        lines = [*self.entries.values(), *self.actions.values()]
        return any(line.item == item.id and not line.struck for line in lines)

    def undecided(self) -> list[Item]:
        """What somebody has to say an outcome of."""
        return [item for item in self.items if not item.standing and item.outcome is ItemOutcome.PENDING]

    # What is done

    def open(self, chair: int, taker: int) -> None:
        """It begins, with everybody expected but the observers, at its first item."""
        self.status, self.chair, self.taker = MeetingStatus.IN_SESSION, chair, taker
        for who, part in self.parts.items():
            if part is not Part.OBSERVER:
                self.presence.setdefault(who, Presence.EXPECTED)
        if self.items and not self.chair_is_out(self.items[0]):
            self._go_to(self.items[0])

    def take_up(self, item: Item) -> None:
        """It goes on to that item, with its own chair."""
        self.acting = None
        self.leave()
        self._go_to(item)

    def leave(self) -> None:
        """It goes on from the item that is being heard: a standing one was heard."""
        if self.current is not None and self.running:
            left = self.item(self.current)
            if left.standing and left.outcome is ItemOutcome.PENDING:
                left.outcome = ItemOutcome.HEARD
        self.running = False

    def _go_to(self, item: Item) -> None:
        self.current, self.running, item.taken_up = item.id, True, True

    def settle(self, item: Item, outcome: ItemOutcome, reason: str) -> None:
        """What became of it is said."""
        item.outcome, item.reason = outcome, reason
        if outcome is not ItemOutcome.PENDING and item.id == self.current:
            self.running = False

    def declare(self, who: int, item: Item, to: int | None) -> None:
        """Somebody declares an interest; out of the chair for it, they hand it over, or it is put down."""
        assert item.case is not None
        chairs_it = self.in_session and self.current == item.id and self.in_the_chair == who
        self.recused.add((who, item.case))
        if chairs_it and to is not None:
            self.seat(to)
        elif chairs_it:
            self.acting = None
            self.leave()
            self.current = None

    def seat(self, who: int) -> None:
        """Somebody takes the chair for the item that is being heard."""
        self.acting = who if who != self.chair else None

    def resume(self) -> None:
        """The clock of what is being heard runs again, unless it was said what became of it."""
        if not self.paused:
            return
        self.paused = False
        if self.current is not None:
            item = self.item(self.current)
            if item.outcome is ItemOutcome.PENDING or item.standing:
                self.running = item.taken_up = True

    def end(self, of_the_recorded: ItemOutcome | None = None, *, goes_on_at: int | None = None) -> None:
        """It is closed, or adjourned to another day: what has no outcome is given one."""
        for item in self.items:
            if item.outcome is ItemOutcome.PENDING:
                item.outcome = self._at_the_end(item, of_the_recorded, adjourned=goes_on_at is not None)
        self.status, self.paused, self.acting, self.current = MeetingStatus.CLOSED, False, None, None
        self.running, self.goes_on_at = False, goes_on_at or self.goes_on_at

    def _at_the_end(self, item: Item, of_the_recorded: ItemOutcome | None, *, adjourned: bool) -> ItemOutcome:
        if item.standing:
            left = ItemOutcome.ADJOURNED if adjourned else ItemOutcome.NOT_HEARD
            return ItemOutcome.HEARD if item.taken_up or self.recorded(item) else left
        if adjourned:
            return ItemOutcome.ADJOURNED
        return of_the_recorded if of_the_recorded is not None and self.recorded(item) else ItemOutcome.NOT_HEARD

    def reopen(self) -> None:
        """It goes on; what closing alone said has no outcome any more."""
        for item in self.items:
            if (item.outcome is ItemOutcome.NOT_HEARD and not item.reason) or item.outcome is ItemOutcome.ADJOURNED:
                item.outcome = ItemOutcome.PENDING
        self.status, self.goes_on_at = MeetingStatus.IN_SESSION, None
        if self.minutes is not None:
            self.minutes = MinutesStatus.DRAFT
