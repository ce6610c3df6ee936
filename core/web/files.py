"""Sending the built front-end files: hashed names, kept by the browser for a year."""

import mimetypes

from flask import Blueprint, Response, request, send_from_directory

from core.paths import static_root
from core.web.assets import static_max_age
from core.web.gate import public

bp = Blueprint("assets", __name__)


@bp.get("/static/<path:name>", endpoint="file")
@public
def file(name: str) -> Response:
    """One built file, compressed for whom it may be; a path that leads out of the folder is a 404."""
    seconds = static_max_age(name)
    zipped = request.accept_encodings.quality("gzip") > 0 and (static_root() / f"{name}.gz").is_file()
    response = send_from_directory(
        static_root(),
        f"{name}.gz" if zipped else name,
        mimetype=mimetypes.guess_type(name)[0],
        max_age=seconds,
    )
    if zipped:
        response.headers["Content-Encoding"] = "gzip"
    response.vary.add("Accept-Encoding")
    if name.startswith("worker."):  # it stands in for pages of meetings, and for nothing else
        response.headers["Service-Worker-Allowed"] = "/meetings/"
    response.headers["Cache-Control"] = f"public, max-age={seconds}, immutable" if seconds else "no-cache"
    return response
