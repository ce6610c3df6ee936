"""Has pages under another name than its own."""

from flask import Blueprint

from core.plugin_api import hookimpl
from tests.broken_plugins.errand import info

bp = Blueprint("cases", __name__)


@hookimpl
def roundtable_info():
    return info("misnames_blueprint", blueprint=bp)
