"""Names a template folder that could shadow core's pages."""

from flask import Blueprint

from core.plugin_api import hookimpl
from tests.broken_plugins.errand import info

bp = Blueprint("shadows_templates", __name__, template_folder="templates")


@hookimpl
def roundtable_info():
    return info("shadows_templates", blueprint=bp)
