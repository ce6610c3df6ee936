"""The blueprint that all pages about cases are on."""

from flask import Blueprint

bp = Blueprint("cases", __name__, url_prefix="/cases")
