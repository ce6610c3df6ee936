"""Forms of providers."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from wtforms import FormField, RadioField, SelectField, StringField, TextAreaField
from wtforms.validators import ValidationError

from core.partnerships.providers.operations import ProviderDetails
from core.plugin_api.pathway_form import PathwayForm
from core.web.addresses import row_id
from core.web.conflicts import in_words_of
from core.web.forms import SHORT_TEXT, DayField, Form, Required, VersionedForm, at_most

LARGEST_CAPACITY = 1000


class ProviderForm(VersionedForm):
    """What an agency says of its scheme."""

    capacity = StringField(
        "Capacity",
        [Required("Enter how many referrals you can work on at a time")],
        description="How many referrals you can work on at a time",
    )
    contact = TextAreaField(
        "Contact",
        [Required("Enter how to reach the scheme"), at_most(1000, "Contact")],
        description="Who to ask, with telephone number and e-mail address. Everybody in the partnership can read it.",
    )
    area = StringField(
        "Area (optional)",
        [at_most(SHORT_TEXT, "Area")],
        description="Where you work, if not in the whole partnership",
    )

    def validate_capacity(self, field: StringField) -> None:
        """A whole number."""
        typed = field.data or ""
        if not (typed.isascii() and typed.isdecimal() and len(typed) < 6 and 1 <= int(typed) <= LARGEST_CAPACITY):
            raise ValidationError(f"Capacity must be a whole number between 1 and {LARGEST_CAPACITY:,}")

    @property
    def details(self) -> ProviderDetails:
        """What was typed."""
        return ProviderDetails(int(self.capacity.data), self.contact.data, self.area.data or "")


class RegisterForm(ProviderForm):
    """A registration. Its pathways are given by the view, which knows the plugins."""

    pathway = RadioField("Which pathway does your agency provide?", [Required("Choose a pathway")])


class ReasonForm(VersionedForm):
    """A decision's reason, which the agency reads."""

    reason = TextAreaField(
        "Reason",
        [Required("Enter the reason"), at_most(2000, "Reason")],
        description="The agency reads this. Do not name anybody.",
    )


class StaffForm(Form):
    """Somebody who joins a provider's staff. Colleagues are given by the view."""

    user_id = SelectField(
        "Who",
        [Required("Choose who joins the staff")],
        coerce=row_id,
        description="People of your agency with an account",
    )


class SettingsForm(VersionedForm):
    """A provider's settings: the pathway's own form is in `details`."""


def settings_form(kind: type[PathwayForm], **filled_in: Any) -> SettingsForm:
    """The form for a pathway whose form of settings is of that kind; `details` and `version` may be filled in."""
    form: SettingsForm = type("SettingsForm", (SettingsForm,), {"details": FormField(kind)})(**filled_in)
    return form


def values_for(kind: type[PathwayForm], kept: Mapping[str, Any]) -> dict[str, Any]:
    """What was kept as JSON, as the fields of the form take it; of what the form no longer asks, nothing."""
    fields = {name: getattr(kind, name) for name in kept if hasattr(kind, name)}
    return {
        name: date.fromisoformat(kept[name]) if kept[name] and issubclass(field.field_class, DayField) else kept[name]
        for name, field in fields.items()
    }


def settings_in_words(kind: type[PathwayForm], kept: Mapping[str, Any]) -> dict[str, str]:
    """Label -> what was filled in, in the form's order."""
    form = kind(formdata=None, **values_for(kind, kept))
    return {field.label.text: in_words_of(field) for field in form if field.name in kept}
