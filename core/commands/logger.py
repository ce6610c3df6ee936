"""gunicorn's own log, as lines of JSON like ours: it would write out the addresses of requests that fail."""

from typing import Any

from gunicorn.glogging import Logger

from core.web.logs import JsonLines


class JsonLogger(Logger):
    """Its faults in our form. It keeps no log of accesses: each request is a line of ours."""

    def setup(self, cfg: Any) -> None:
        """As gunicorn sets it up, with our form."""
        super().setup(cfg)
        for handler in self.error_log.handlers:
            handler.setFormatter(JsonLines())
