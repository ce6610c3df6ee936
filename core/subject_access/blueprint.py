"""Where the pages of requests for one's own data are."""

from flask import Blueprint

bp = Blueprint("subject_access", __name__, url_prefix="/data-protection/requests")
"""Everything at these addresses is the data protection lead's, or a second person's who releases."""
