"""Settings, read once at start from the environment and handed on as one frozen object."""

import contextlib
import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import time
from functools import cached_property
from pathlib import Path

from core.environment import Environment

BUILT_IN_PLUGINS = ("plugins.mentoring", "plugins.mediation", "plugins.victim_support", "plugins.family_intervention")


@dataclass(frozen=True)
class Config:
    """Where things are and how the installation runs. Every field has a safe default."""

    data: Path = Path("var")
    """Folder of the database, the keys and the demonstration's files."""
    database_url: str = ""
    """SQLAlchemy URL; empty means SQLite in the data folder."""
    plugins: tuple[str, ...] = BUILT_IN_PLUGINS
    external_url: str = "http://127.0.0.1:8000"
    """As written in mails. https makes cookies Secure and host-bound."""
    smtp_host: str = ""
    smtp_port: int = 25
    smtp_user: str = ""
    smtp_password: str = field(default="", repr=False)
    smtp_starttls: bool = False
    smtp_timeout: float = 20
    """Seconds for each exchange with the mail server."""
    mail_from: str = "roundtable@localhost"
    digest_at: time = time(7, 30)
    """When on a working day the reminders go out, on the clock of the United Kingdom."""
    live_events: str = "listen"
    """How web processes learn of each other's saves: "listen" (to PostgreSQL) or "poll" (the table)."""
    log_requests: bool = True
    """Whether each request is a line of the log, beside the faults."""
    metrics: bool = False
    """Whether requests are counted, and /metrics answers."""
    metrics_token: str = field(default="", repr=False)
    """Who bears it may read /metrics from another machine; without it only this machine itself may."""
    anchors_file: Path | None = None
    """Where the worker adds the audit trail's anchors; in the data folder where it is not set."""
    demo: bool = False
    """A demonstration: catches its own mail and says so on every page."""
    two_step: bool = True
    """Whether those who lead and administer must sign in in two steps. Off for a trial on loopback alone."""
    keys: Path | None = None
    """The file of the keys to protected data; None means among the other keys of the data folder."""
    testing: bool = False

    @cached_property
    def url(self) -> str:
        """The database's URL."""
        return self.database_url or f"sqlite:///{(self.data / 'roundtable.db').resolve()}"

    @cached_property
    def listens(self) -> bool:
        """Whether what is saved is told to other web processes. One that has SQLite is alone, or asks the table."""
        return self.live_events == "listen" and self.url.startswith("postgresql")

    @property
    def secure(self) -> bool:
        """Whether the site is reached over HTTPS."""
        return self.external_url.startswith("https://")

    @classmethod
    def from_environment(cls, environ: Mapping[str, str] = os.environ, *, data: Path | None = None) -> "Config":
        """From the variables ROUNDTABLE_*. `data`, from the command line, goes first.

        Raises Unsound with all that cannot be read. Whether it is fit to serve is asked by core.starting.
        """
        given = Environment(environ)
        set_there = Path(given.text("ROUNDTABLE_DATA", "var"))
        folder = data or set_there
        config = cls(
            data=folder,
            database_url=given.text("ROUNDTABLE_DATABASE_URL"),
            plugins=given.words("ROUNDTABLE_PLUGINS", BUILT_IN_PLUGINS),
            external_url=given.text("ROUNDTABLE_URL", cls.external_url).rstrip("/"),
            smtp_host=given.text("ROUNDTABLE_SMTP_HOST"),
            smtp_port=given.whole("ROUNDTABLE_SMTP_PORT", 25, least=1, most=65535),
            smtp_user=given.text("ROUNDTABLE_SMTP_USER"),
            smtp_password=given.text("ROUNDTABLE_SMTP_PASSWORD"),
            smtp_starttls=given.switch("ROUNDTABLE_SMTP_STARTTLS"),
            smtp_timeout=given.number("ROUNDTABLE_SMTP_TIMEOUT", cls.smtp_timeout, least=1, most=300),
            mail_from=given.text("ROUNDTABLE_MAIL_FROM", cls.mail_from),
            digest_at=given.hour("ROUNDTABLE_DIGEST_AT", cls.digest_at),
            live_events=given.one_of("ROUNDTABLE_LIVE_EVENTS", "listen", "poll"),
            anchors_file=Path(named) if (named := given.text("ROUNDTABLE_ANCHORS")) else None,
            log_requests=given.one_of("ROUNDTABLE_LOG", "requests", "faults") == "requests",
            metrics=given.switch("ROUNDTABLE_METRICS"),
            metrics_token=given.text("ROUNDTABLE_METRICS_TOKEN"),
            two_step=given.one_of("ROUNDTABLE_TWO_STEP", "on", "off") == "on",
            keys=Path(named_keys) if (named_keys := given.text("ROUNDTABLE_KEYS")) else None,
            demo=(folder / "demo" / "accounts.csv").exists(),
        )
        given.refuse_faults()
        return config

    @property
    def anchors(self) -> Path:
        """The file that the audit trail's anchors are added to."""
        return self.anchors_file or self.data / "anchors.jsonl"

    @property
    def erasures(self) -> Path:
        """The file that says what was erased, which outlives a restore (core.retention.register)."""
        return self.data / "erasures.jsonl"

    def at(self, url: str) -> "Config":
        """The same installation, reached at that address."""
        return replace(self, external_url=url)

    def secret(self, name: str) -> bytes:
        """A key of this installation, made at first use in a file that only its owner reads."""
        path = self.data / "keys" / name
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            made = path.with_name(f"{name}.{secrets.token_hex(8)}")
            with os.fdopen(os.open(made, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
                file.write(secrets.token_bytes(32))
            # Whole or not at all: the server and its worker start at the same moment, and an empty key is none.
            with contextlib.suppress(FileExistsError):
                os.link(made, path)
            made.unlink()
        return path.read_bytes()
