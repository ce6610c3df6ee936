"""Where the pages of minutes are."""

from flask import Blueprint

bp = Blueprint("minutes", __name__)
