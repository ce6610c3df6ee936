"""The blueprint of everything that is sent out, and what came of it."""

from flask import Blueprint

bp = Blueprint("circulation", __name__)
