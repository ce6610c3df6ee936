"""The blueprint that all pages about meetings are on."""

from flask import Blueprint

bp = Blueprint("meetings", __name__, url_prefix="/meetings")
