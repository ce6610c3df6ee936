"""Forms of periods, of a line of a list, and of holds."""

from typing import Any, ClassVar

from wtforms import RadioField, TextAreaField
from wtforms.validators import Optional

from core.retention.kinds import CHOSEN, Kind, Rule
from core.retention.operations import ERASE, KEEP
from core.retention.queries import box_of
from core.web.choices import offered
from core.web.forms import DayField, Form, Required, VersionedForm, WholeNumberField, at_most

LONGEST = 1_000
NOBODY = "Write nothing that names anybody."


class PeriodsForm(VersionedForm):
    """How long each kind is kept. `periods_form` makes its boxes."""

    rules: ClassVar[tuple[Rule, ...]] = CHOSEN

    @property
    def periods(self) -> dict[Kind, int]:
        """What was typed, once the form is valid."""
        return {rule.kind: self[box_of(rule.kind)].data for rule in self.rules}


def _box(rule: Rule) -> WholeNumberField:
    sentence = f"{rule.title}: enter a whole number of {rule.unit.value} from {rule.least} to {rule.most}"
    return WholeNumberField(
        f"{rule.title}: {rule.unit.value} after {rule.runs_from}",
        least=rule.least,
        most=rule.most,
        sentence=sentence,
        description=f"From {rule.least} to {rule.most}; {rule.default} unless you choose. {rule.source}.",
    )


def periods_form() -> type[PeriodsForm]:
    """The form with a box for each kind that has a period to choose."""
    boxes: dict[str, Any] = {box_of(rule.kind): _box(rule) for rule in CHOSEN}
    return type("PeriodsForm", (PeriodsForm,), boxes)


class EntryForm(VersionedForm):
    """What becomes of a line of a monthly list."""

    decision = RadioField(
        "What becomes of it?",
        [Required("Choose what becomes of it")],
        choices=offered([(ERASE, "It is erased with the list"), (KEEP, "It is kept until a day")]),
    )
    keep_until = DayField("Kept until", [Optional()])
    reason = TextAreaField("Why it is kept", [at_most(LONGEST, "Reason")], description=NOBODY)

    def validate(self, extra_validators: Any = None) -> bool:
        """A day and a reason where it is kept."""
        valid = super().validate(extra_validators)
        if self.decision.data != KEEP:
            return valid
        if self.keep_until.data is None and not self.keep_until.errors:
            self.keep_until.errors = ["Enter the day until which it is kept"]
        if not self.reason.data:
            self.reason.errors = ["Enter why it is kept"]
        return valid and not self.keep_until.errors and not self.reason.errors


class HoldForm(Form):
    """Why nothing is erased."""

    reason = TextAreaField(
        "Why must nothing be erased?",
        [Required("Enter why nothing may be erased"), at_most(LONGEST, "Reason")],
        description=f"For example a claim, an inquest, a complaint to the Ombudsman. {NOBODY}",
    )


class EndForm(VersionedForm):
    """Why a hold is ended."""

    reason = TextAreaField(
        "Why is the hold ended?",
        [Required("Enter why the hold is ended"), at_most(LONGEST, "Reason")],
        description=NOBODY,
    )


class ApproveForm(VersionedForm):
    """A list is approved as it was read."""
