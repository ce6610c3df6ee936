"""The headers of every answer."""

from flask import Flask, Response, request

CONTENT_SECURITY_POLICY = "; ".join(  # noqa: FLY002  one directive a line
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "font-src 'self'",
        "connect-src 'self'",
        "manifest-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)

SECRET_ADDRESSES = frozenset({"calendar.feed"})
"""Endpoints whose address is all that they ask for: not even our own pages are told where they were linked from."""


def set_headers(app: Flask) -> None:
    """No inline script or style, no framing, no address given to other sites, and nothing named kept in a cache."""
    secure = app.config["ROUNDTABLE"].secure

    @app.after_request
    def _set(response: Response) -> Response:
        headers = response.headers
        headers["Content-Security-Policy"] = CONTENT_SECURITY_POLICY
        headers["X-Content-Type-Options"] = "nosniff"
        headers["Referrer-Policy"] = "same-origin"
        headers["Cross-Origin-Opener-Policy"] = "same-origin"
        headers["Cross-Origin-Resource-Policy"] = "same-origin"
        headers["Permissions-Policy"] = "camera=(), microphone=(), geolocation=()"
        if secure:
            headers["Strict-Transport-Security"] = "max-age=31536000"
        if request.endpoint != "assets.file":
            headers["Cache-Control"] = (
                "no-store"  # also where send_file() would have a document kept and asked for anew
            )
        if request.endpoint in SECRET_ADDRESSES:
            headers["Referrer-Policy"], headers["Cache-Control"] = "no-referrer", "private, no-store"
        return response
