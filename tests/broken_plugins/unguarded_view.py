"""Has a page without a policy."""

from flask import Blueprint

from core.plugin_api import hookimpl
from tests.broken_plugins.errand import info

bp = Blueprint("unguarded_view", __name__)


@bp.get("/open")
def open_to_all():
    return "everybody reads this"


@hookimpl
def roundtable_info():
    return info("unguarded_view", blueprint=bp)
