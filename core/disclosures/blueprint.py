"""The blueprint of who was told what."""

from flask import Blueprint

bp = Blueprint("disclosures", __name__, url_prefix="/disclosures")
