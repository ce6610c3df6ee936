"""Where the pages of a meeting being held are."""

from flask import Blueprint

bp = Blueprint("recording", __name__, url_prefix="/meetings/<int:meeting_id>/live")
