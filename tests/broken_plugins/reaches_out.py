"""Runs code before everybody's pages."""

from flask import Blueprint

from core.plugin_api import hookimpl
from tests.broken_plugins.errand import info

bp = Blueprint("reaches_out", __name__)


@bp.before_app_request
def meddle():
    return "mine now"


@hookimpl
def roundtable_info():
    return info("reaches_out", blueprint=bp)
