"""The forms about the plan: what it says, who has a part in it, and what each agency does."""

from datetime import date
from typing import Any

from wtforms import RadioField, SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import ValidationError

from core.plugin_api import DayField, PathwayForm, ReferralFacts, Required, at_most, signatories_beside
from plugins.family_intervention.family import BECAME, DOMAINS, Became
from plugins.family_intervention.forms import FOR_THE_PLAN, SENTENCE, TEXT, Dated, choices_of, ticks


def _agencies_offered(field: Any, facts: ReferralFacts[Any], on: date) -> dict[str, str]:
    """Offer the agencies of the partnership that have signed; key -> name."""
    names = {str(number): name for number, name in signatories_beside(facts.case.id, on=on).items()}
    field.choices = [SelectChoice(key, name) for key, name in names.items()]
    return names


class PlanForm(PathwayForm):
    """What the plan says, and who has a part in it."""

    heading = "What is the plan?"

    plan = StringField(
        "The plan in a sentence",
        description="Everybody who hears the case reads this: name nobody.",
        validators=[Required("Enter the plan in a sentence"), at_most(SENTENCE, "The plan in a sentence")],
    )
    goals = TextAreaField(
        "What does the family want to reach?",
        description=f"A line for each goal. {FOR_THE_PLAN}",
        validators=[Required("Enter at least one goal"), at_most(TEXT, "The goals")],
    )
    partners = ticks(
        "Which agencies have a part in the plan?",
        "They see who is of the household, the plan, what everybody does, and the reviews.",
        "Choose the agencies with a part in the plan",
    )

    def prepare(self, facts: ReferralFacts[Any], on: date) -> None:
        """Offer the agencies, and begin with the plan as it is."""
        self.names = _agencies_offered(self.partners, facts, on)
        if facts.payload is not None and facts.payload.plan and not self.is_submitted():
            self.plan.data = facts.payload.plan
            self.goals.data = "\n".join(facts.payload.goals)
            self.partners.data = [str(partner.agency_id) for partner in facts.payload.partners]

    def answers(self) -> dict[str, Any]:
        """Agencies with their names, goals line by line."""
        told = super().answers()
        told["partners"] = [{"agency_id": int(key), "name": self.names[key]} for key in self.partners.data or ()]
        told["goals"] = [line.strip() for line in (self.goals.data or "").splitlines() if line.strip()]
        return told


class ContractForm(PlanForm, Dated):
    """The family and the agencies agree."""

    heading = "What did the family and the agencies agree?"

    def prepare(self, facts: ReferralFacts[Any], on: date) -> None:
        """The day, then the plan."""
        Dated.prepare(self, facts, on)
        PlanForm.prepare(self, facts, on)


class ActionForm(PathwayForm):
    """What an agency does for the family under the plan."""

    heading = "What does an agency do for the family?"

    domain = SelectField(
        "In which domain does it help?",
        choices=[SelectChoice("", "Choose"), *choices_of(DOMAINS)],
        validators=[Required("Choose the domain in which it helps")],
    )
    what = TextAreaField(
        "What will be done?",
        description=FOR_THE_PLAN,
        validators=[Required("Enter what will be done"), at_most(TEXT, "What will be done")],
    )
    agency = RadioField(
        "Which agency does it?",
        description="It has a part in the plan from now on, if it had none.",
        choices=[],
        validators=[Required("Choose the agency that does it")],
    )
    due_on = DayField("By when?", [Required("Enter by when it is done")], what="The date")

    def prepare(self, facts: ReferralFacts[Any], on: date) -> None:
        """Offer the agencies."""
        self.earliest = on
        self.names = _agencies_offered(self.agency, facts, on)

    def validate_due_on(self, field: DayField) -> None:
        """Today or later."""
        if field.data is not None and field.data < self.earliest:
            raise ValidationError("The date must be today or in the future")

    def answers(self) -> dict[str, Any]:
        """The agency with its name."""
        told = super().answers()
        return told | {"agency": int(self.agency.data), "agency_name": self.names[self.agency.data]}


class SettleForm(PathwayForm):
    """What became of an action of the plan."""

    heading = "What became of an action?"

    action = RadioField("Which action?", choices=[], validators=[Required("Choose the action")])
    became = RadioField(
        "What became of it?",
        choices=choices_of({key: text for key, text in BECAME.items() if key is not Became.OPEN}),
        validators=[Required("Say what became of it")],
    )
    told = TextAreaField("Note (optional)", description=FOR_THE_PLAN, validators=[at_most(TEXT, "The note")])

    def prepare(self, facts: ReferralFacts[Any], on: date) -> None:
        """Offer what is still to be done."""
        still_open = facts.payload.open_actions if facts.payload is not None else ()
        self.action.choices = [SelectChoice(str(each.number), f"{each.agency}: {each.what}") for each in still_open]
