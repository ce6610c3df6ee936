"""Settings, read once at start from the environment and handed on as one frozen object."""

import contextlib
import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import time
from pathlib import Path

BUILT_IN_PLUGINS = ("plugins.mentoring", "plugins.mediation", "plugins.victim_support")


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
    demo: bool = False
    """A demonstration: catches its own mail and says so on every page."""
    testing: bool = False

    @property
    def url(self) -> str:
        """The database's URL."""
        return self.database_url or f"sqlite:///{(self.data / 'roundtable.db').resolve()}"

    @property
    def secure(self) -> bool:
        """Whether the site is reached over HTTPS."""
        return self.external_url.startswith("https://")

    @classmethod
    def from_environment(cls, environ: Mapping[str, str] = os.environ, *, data: Path | None = None) -> "Config":
        """From the variables ROUNDTABLE_*. `data`, from the command line, goes first."""
        folder = data or Path(environ.get("ROUNDTABLE_DATA", "var"))
        named = environ.get("ROUNDTABLE_PLUGINS")
        return cls(
            data=folder,
            database_url=environ.get("ROUNDTABLE_DATABASE_URL", ""),
            plugins=tuple(named.split()) if named is not None else BUILT_IN_PLUGINS,
            external_url=environ.get("ROUNDTABLE_URL", cls.external_url).rstrip("/"),
            smtp_host=environ.get("ROUNDTABLE_SMTP_HOST", ""),
            smtp_port=int(environ.get("ROUNDTABLE_SMTP_PORT", "25")),
            smtp_user=environ.get("ROUNDTABLE_SMTP_USER", ""),
            smtp_password=environ.get("ROUNDTABLE_SMTP_PASSWORD", ""),
            smtp_starttls=environ.get("ROUNDTABLE_SMTP_STARTTLS", "") == "1",
            smtp_timeout=float(environ.get("ROUNDTABLE_SMTP_TIMEOUT", cls.smtp_timeout)),
            mail_from=environ.get("ROUNDTABLE_MAIL_FROM", cls.mail_from),
            digest_at=time.fromisoformat(environ.get("ROUNDTABLE_DIGEST_AT", "07:30")),
            demo=(folder / "demo" / "accounts.csv").exists(),
        )

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
