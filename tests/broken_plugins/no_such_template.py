"""A form of its pathway names a template that is not there."""

from core.plugin_api import hookimpl
from tests.broken_plugins.errand import Errand, ErrandForm, info


class ShowyForm(ErrandForm):
    template = "no_such_template/showy.html"


class Showy(Errand):
    key = "showy"
    form = ShowyForm


@hookimpl
def roundtable_info():
    return info("no_such_template")


@hookimpl
def roundtable_pathways():
    return [Showy()]
