"""The blueprint of accounts; its views are in the modules beside it."""

from flask import Blueprint

bp = Blueprint("accounts", __name__)
