"""The blueprint that all pages of the action log are on."""

from flask import Blueprint

bp = Blueprint("actions", __name__, url_prefix="/actions")
