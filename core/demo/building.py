"""Building the demonstration: books in, passwords set, the story played, its documents written."""

import csv
import tomllib
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

from flask import Flask
from sqlalchemy import select, update

from core.accounts.models import User
from core.accounts.passwords import hash_password
from core.books.finding import books_in, incidents_in
from core.books.importing import choose_partnership, import_books
from core.cases.models import Case, CaseEvent
from core.clock import at_local, local_date
from core.config import Config
from core.demo.cast import Told
from core.demo.documents import write_documents
from core.demo.post import catch_what_was_sent
from core.demo.story import play_story
from core.extensions import db
from core.facts import SYSTEM
from core.partnerships.models import Countersignature, GroupMember, Partnership, PartnershipAgency, Signature
from core.schema import bring_up_to_date
from core.web.transaction import begin_write

HERE = Path(__file__).resolve().parent
BOOKS = HERE / "books"
KEY = "northbridge"
PASSWORD = "demonstration-lantern-42"  # noqa: S105  printed beside every account: it guards invented people
COLUMNS = ("email", "password", "roles")

Say = Callable[[str], None]


def built_on(config: Config) -> date | None:
    """The day on which the demonstration in the data folder was built to its end; None where there is none."""
    try:
        return local_date(datetime.fromtimestamp(accounts_file(config).stat().st_mtime, UTC))
    except FileNotFoundError:
        return None


def accounts_file(config: Config) -> Path:
    """The table of demo accounts; written last, so that it says that all went well."""
    return config.data / "demo" / "accounts.csv"


def build_demo(app: Flask, *, now: datetime, say: Say) -> None:
    """Build it in the application's data folder, telling each step. Raises Refused where a rule says no."""
    config: Config = app.config["ROUNDTABLE"]
    story = tomllib.loads((HERE / "story.toml").read_text("utf-8"))
    say("Making the tables")
    bring_up_to_date(app)
    with app.app_context():
        say("Importing the books of an invented partnership")
        _import(config, now)
        _settle_in(story["partnership"], now)
        say("Playing its story: meetings, minutes, referrals")
        cast = play_story(story, now=now)
        catch_what_was_sent()
        say("Writing the story’s documents")
        write_documents(config.data / "demo", cast, now=now)
        _write_accounts(accounts_file(config))


def demo_accounts() -> list[dict[str, str]]:
    """The accounts to start from: email, role, of, try."""
    accounts: list[dict[str, str]] = tomllib.loads((HERE / "accounts.toml").read_text("utf-8"))["account"]
    return accounts


def _import(config: Config, now: datetime) -> None:
    books = [*books_in(BOOKS), incidents_in(BOOKS / "incidents.tsv")]
    import_books(
        SYSTEM,
        books,
        into=lambda: choose_partnership(BOOKS, books, key=KEY, name="Northbridge Community Safety Partnership"),
        rejects=config.data / "rejects",
        now=now,
        progress=lambda _file, _line, _lines: None,
    )


def _settle_in(told: Told, now: datetime) -> None:
    """Everybody has sat in their groups for long, each agency has a contact who signed for it and whose colleagues
    countersigned, the books were taken over as each case was opened, and one password opens all accounts: it is
    hashed once.
    """
    begin_write()
    db.session.execute(update(Partnership).where(Partnership.key == told["key"]).values(prefix=told["prefix"]))
    for case_id, opened_on in db.session.execute(select(Case.id, Case.opened_on)).all():
        taken_over = update(CaseEvent).where(CaseEvent.case_id == case_id).values(at=at_local(opened_on, time(9)))
        db.session.execute(taken_over)
    db.session.execute(update(GroupMember).values(since=local_date(now) - timedelta(days=500)))
    db.session.execute(update(PartnershipAgency).values(joined_on=local_date(now) - timedelta(days=2_000)))
    db.session.execute(update(Signature).values(document="version 3"))
    for user in db.session.scalars(select(User).where(User.agency_id.is_not(None)).order_by(User.id.desc())):
        theirs = PartnershipAgency.agency_id == user.agency_id
        db.session.execute(update(PartnershipAgency).where(theirs).values(spoc=user.name))
        db.session.execute(update(Signature).where(Signature.agency_id == user.agency_id).values(signed_by=user.name))
    for signature, user_id in db.session.execute(
        select(Signature, User.id).join(User, User.agency_id == Signature.agency_id)
    ).all():
        db.session.add(
            Countersignature(
                user_id=user_id,
                agency_id=signature.agency_id,
                partnership_id=signature.partnership_id,
                document=signature.document,
                signed_on=signature.signed_on,
            )
        )
    db.session.execute(update(User).values(password_hash=hash_password(PASSWORD)))
    db.session.commit()


def _write_accounts(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_suffix(".part")
    with unfinished.open("w", encoding="utf-8", newline="") as file:
        out = csv.DictWriter(file, COLUMNS)
        out.writeheader()
        for account in demo_accounts():
            out.writerow({"email": account["email"], "password": PASSWORD, "roles": account["role"]})
    unfinished.replace(path)
