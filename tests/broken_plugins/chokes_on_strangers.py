"""Its eligibility takes for granted what the form will say, and its form chokes on what is typed."""

from wtforms import StringField

from core.plugin_api import PathwayForm, hookimpl
from tests.broken_plugins.errand import Errand, info


class ChokingForm(PathwayForm):
    what = StringField("What")

    def validate_what(self, field):
        raise KeyError(field.data)


class Choking(Errand):
    key = "choking"
    form = ChokingForm

    def eligibility(self, facts, on):
        return [facts.payload.what]


@hookimpl
def roundtable_info():
    return info("chokes_on_strangers")


@hookimpl
def roundtable_pathways():
    return [Choking()]
