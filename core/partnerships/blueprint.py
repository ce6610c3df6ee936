"""The blueprint of the partnership's pages."""

from flask import Blueprint

bp = Blueprint("partnerships", __name__, url_prefix="/partnership")
