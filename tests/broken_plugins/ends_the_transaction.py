"""Its `moved` writes, and does with core's transaction what a test says."""

from collections.abc import Callable

from sqlalchemy import text

from core.plugin_api import hookimpl, session
from tests.broken_plugins.errand import Errand, info

HOW: list[Callable[[], object]] = []
"""What it does, one after the other."""


class Ending(Errand):
    def moved(self, move):
        for each in HOW:
            session().execute(text("UPDATE partnership SET name = 'Half'"))
            each()


@hookimpl
def roundtable_info():
    return info("ends_the_transaction")


@hookimpl
def roundtable_pathways():
    return [Ending()]
