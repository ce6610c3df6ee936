"""A third party's scheme in a meeting, and after it was taken away. Run outside the checkout, by the Python of the
environment that has Roundtable's wheel:

    python contracts_in_use.py used DATA           with the scheme: a meeting refers, hears, minutes, circulates
    python contracts_in_use.py taken-away DATA     without it: what was kept is opened again
    python contracts_in_use.py put-back DATA       installed once more: what was begun goes on

`used` writes what it saw into the data folder, and `taken-away` compares with that. `read.html` there is every page
that `used` opened.
"""

import hashlib
import json
import sys
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from core.accounts.models import User
from core.app import create_app
from core.cases.models import CasePerson
from core.circulation.models import Copy
from core.clock import utc_now
from core.config import Config
from core.documents.operations import RENDERER
from core.extensions import db
from core.facts import AdminRole, GroupRole, ItemOutcome, MeetingStatus, PersonRole, Presence
from core.minutes.models import Minutes
from core.partnerships.models import Provider
from core.recording.models import Attendance, ItemAttendance
from core.referrals.models import Referral
from tests import builders
from tests.support.browser import Browser
from tests.support.papers import text_of

KEY = "acceptable_behaviour"
TODAY = builders.today()
ACCOUNT = "A window broken with a stone"
HELP = "Somewhere to go after school"
TERM = "I will not throw stones"

READ: list[str] = []
"""Every page that was opened."""

Sign = Callable[[User], Browser]


class Table:
    """A conference of three agencies, of whom one is to provide contracts, about two young people and a child."""

    def __init__(self) -> None:
        self.partnership = builders.a_partnership()
        self.council = builders.an_agency(self.partnership, "Northbridge Borough Council")
        self.police = builders.an_agency(self.partnership, "Northbridge Constabulary")
        self.team = builders.an_agency(self.partnership, "Anti-Social Behaviour Team")
        self.homes = builders.an_agency(self.partnership, "Eastmere Homes")
        self.group = builders.a_group(self.partnership)
        self.chair = builders.a_user(self.council, "Gwen Pritchard", group=self.group, role=GroupRole.CHAIR)
        self.taker = builders.a_user(self.council, "Samir Hussain", group=self.group, role=GroupRole.COORDINATOR)
        self.officer = builders.a_user(self.police, "Aisha Rafiq", group=self.group)
        self.worker = builders.a_user(
            self.team, "Wendy Worker", group=self.group, admin=AdminRole.AGENCY_ADMIN, partnership=self.partnership
        )
        self.landlord = builders.a_user(self.homes, "Martin Obi")
        self.admin = builders.a_user(
            self.council, "Pat Admin", admin=AdminRole.PARTNERSHIP_ADMIN, partnership=self.partnership
        )
        self.jayden = builders.a_person(self.partnership, "Jayden", "Whitworth", born=_years_ago(15))
        self.nia = builders.a_person(self.partnership, "Nia", "Adeyemi", born=_years_ago(17))
        self.tom = builders.a_person(self.partnership, "Tom", "Underhill", born=_years_ago(8))
        self.case = builders.a_case(
            self.partnership, self.council, title="Jayden Whitworth", group=self.group, subject=self.jayden
        )
        for person in (self.nia, self.tom):
            db.session.add(CasePerson(case_id=self.case.id, person_id=person.id, role=PersonRole.SUBJECT))
        self.meeting = builders.a_meeting(self.group, status=MeetingStatus.IN_SESSION, cases=[self.case])
        self.meeting.chair_id, self.meeting.minute_taker_id = self.chair.id, self.taker.id
        self.item = self.meeting.items[0]
        self.later = builders.a_meeting(self.group, cases=[self.case])
        self.action = builders.an_action(self.case, self.group, self.police, item=self.item)
        for user in (self.chair, self.taker, self.officer, self.worker):
            self._in_the_room(user)
        db.session.commit()

    def _in_the_room(self, user: User) -> None:
        line = Attendance(
            meeting_id=self.meeting.id,
            user_id=user.id,
            name=user.name,
            agency_id=user.agency_id,
            agency_name=user.agency.name,
            presence=Presence.PRESENT,
            accepted_at=utc_now(),
        )
        db.session.add(line)
        db.session.flush()
        db.session.add(ItemAttendance(item_id=self.item.id, attendance_id=line.id))

    def heard(self) -> None:
        """The meeting is over."""
        self.item.outcome = ItemOutcome.HEARD
        self.meeting.status, self.meeting.closed_at = MeetingStatus.CLOSED, utc_now()
        db.session.commit()


def used(data: Path) -> None:
    """Registered, approved, referred to from the item, carried to its end, minuted, approved and circulated."""
    app = create_app(Config(data=data, testing=True))
    with app.app_context():
        table = Table()
        sign = _signing(app)
        provider_id = _provided(table, sign)
        _refused_under_10(table, sign(table.officer))
        _agreed_with_the_parents(table, sign)
        ended = _referred(table, sign(table.officer), provider_id, table.jayden.id)
        drafted = _referred(table, sign(table.officer), provider_id, table.nia.id)
        worker, chair = sign(table.worker), sign(table.chair)
        _page(worker, f"/referrals/{ended}")
        second = {"details-second_agency": str(table.homes.id)}
        _move(worker, ended, "accept", consents=("young_person", "parent"), **second)
        _until_a_breach(worker, ended)
        _the_second_agency_reads_the_terms(sign(table.landlord), table, ended)
        _move(worker, drafted, "accept", consents=("young_person",), **second)
        agenda = _page(chair, f"/meetings/{table.meeting.id}")
        assert "2 breaches recorded. A breach is evidence, not an offence: the meeting decides the next step." in agenda
        assert "Acceptable Behaviour Contract: being drafted since" in agenda
        _move(chair, ended, "end", **{"details-next_step": "A community protection warning"})
        referral = _page(worker, f"/referrals/{ended}")
        assert "Ended by breach. Next step: A community protection warning" in referral
        table.heard()
        copy_id = _minuted(table, sign)
        _sent(sign(table.taker), f"/meetings/{table.later.id}/agenda/circulate", {"version": str(table.later.version)})
        _remember(data, table, sign, {"ended": ended, "drafted": drafted, "copy": copy_id})
    RENDERER.close()


def taken_away(data: Path) -> None:
    """What was kept reads the same; nothing new begins, nothing goes on, and both say why."""
    seen = json.loads((data / "seen.json").read_text("utf-8"))
    app = create_app(Config(data=data, testing=True))
    with app.app_context():
        browsers = {name: Browser(app, db.session.get_one(User, user)) for name, user in seen["users"].items()}
        for name, path, digest in seen["papers"]:
            answer = browsers[name].get(path)
            assert answer.status_code == 200, f"{path}: {answer.status_code}"
            assert _digest(answer.data) == digest, f"{path} is not the same without the plugin"
        for name, path, words in seen["printed"]:
            paper = text_of(browsers[name].get(path).data)
            assert all(each in paper for each in words), f"{path}: {[each for each in words if each not in paper]}"
        for name, path, words in seen["pages"]:
            page = _page(browsers[name], path)
            for each in words:
                assert each in page, f"{path} no longer says: {each}"
        officer, worker = browsers["officer"], browsers["worker"]
        chooser = _page(officer, seen["choose"])
        assert seen["refer"] not in chooser
        assert "Acceptable Behaviour Contract is not available at the moment" in chooser, chooser
        assert officer.get(seen["refer"]).status_code == officer.post(seen["refer"], _form()).status_code == 404
        assert "is not available at the moment, so nothing can be moved on" in _page(worker, seen["drafted"])
        answer = worker.post(f"{seen['drafted']}/moves/decline_drafting", {"version": "1"})
        assert answer.status_code == 409, answer.status_code
        assert "not available" in answer.get_data(as_text=True)
        assert worker.get(seen["register"]).status_code == 404
        assert db.session.execute(db.text(f"SELECT count(*) FROM {KEY}_contract")).scalar() == 1
    RENDERER.close()


def put_back(data: Path) -> None:
    """The contract that was being drafted goes on where it was."""
    seen = json.loads((data / "seen.json").read_text("utf-8"))
    app = create_app(Config(data=data, testing=True))
    with app.app_context():
        worker = Browser(app, db.session.get_one(User, seen["users"]["worker"]))
        _move(worker, int(seen["drafted"].rpartition("/")[2]), "decline_drafting", **{"details-reason": "unwilling"})
        assert "Declined: the young person or a parent does not want a contract" in _page(worker, seen["drafted"])


def _provided(table: Table, sign: Sign, key: str = KEY) -> int:
    """The team's administrator registers it, and the partnership's approves."""
    team, partnership = sign(table.worker), sign(table.admin)
    for path in ("/partnership", "/partnership/providers"):
        _page(team, path)
    assert f'value="{key}"' in _page(team, "/partnership/providers/new")
    _sent(team, "/partnership/providers/new", {"pathway": key, "capacity": "20", "contact": "The duty officer"})
    provider_id = db.session.query(Provider.id).filter_by(pathway_key=key).scalar()
    _page(partnership, f"/partnership/providers/{provider_id}")
    _sent(partnership, f"/partnership/providers/{provider_id}/approve", {"version": "1"})
    return int(provider_id)


def _refused_under_10(table: Table, officer: Browser) -> None:
    """The child is not offered a contract: the page says what instead, and from which day one is possible."""
    chooser = _page(officer, f"{_live(table)}/refer")
    day = table.tom.date_of_birth
    assert day is not None
    assert "propose a parental agreement to the parents instead" in chooser
    assert str(day.year + 10) in chooser.partition("A contract can be offered from")[2][:40]


def _agreed_with_the_parents(table: Table, sign: Sign) -> None:
    """Instead: the same agency provides agreements with the parents of a child under 10, and records one."""
    provider_id, worker = _provided(table, sign, "parental_agreement"), sign(table.worker)
    agreed = _referred(table, sign(table.officer), provider_id, table.tom.id)
    told = {"details-agreed_with": "Ann Underhill", "details-promised": "Tom is home by six"}
    _move(worker, agreed, "agree", consents=("parent",), **_in_boxes("details-agreed_on", TODAY), **told)
    assert "Tom is home by six" in _page(worker, f"/referrals/{agreed}")


def _referred(table: Table, officer: Browser, provider_id: int, person_id: int) -> int:
    """Referred from the item of the live meeting."""
    path = f"{_live(table)}/refer/{person_id}/{provider_id}"
    assert path in _page(officer, f"{_live(table)}/refer")
    assert "Which behaviour is it about?" in _page(officer, path)
    _sent(officer, path, _form())
    return int(db.session.query(Referral.id).order_by(Referral.id.desc()).limit(1).scalar())


def _until_a_breach(worker: Browser, referral_id: int) -> None:
    """Drafted, signed by all four, and broken."""
    record = f"/pathways/{KEY}/referrals/{referral_id}"
    empty = worker.post(f"/referrals/{referral_id}/moves/sign", {**_signatures(), "version": _version(referral_id)})
    assert "Agree the terms first" in empty.get_data(as_text=True)
    _sent(worker, f"{record}/terms/new", {"text": TERM, "proposed_by": "Eastmere Homes"})
    alone = {**_signatures(), "details-parent": "", "version": _version(referral_id)}
    answer = worker.post(f"/referrals/{referral_id}/moves/sign", alone)
    assert answer.status_code == 422
    assert "A parent or carer must have signed, too" in answer.get_data(as_text=True)
    _move(worker, referral_id, "sign", **_signatures())
    early = worker.post(
        f"/referrals/{referral_id}/moves/complete_in_force",
        {"measures-kept": "kept", "measures-asb": "ceased", "version": _version(referral_id)},
    )
    assert "can be completed from that day on" in early.get_data(as_text=True)
    broken = {**_in_boxes("details-happened_on", TODAY), "details-account": ACCOUNT}
    _move(worker, referral_id, "breach_in_force", **broken)
    _move(worker, referral_id, "breach_again", **broken)
    page = _page(worker, f"{record}/contract")
    assert TERM in page and ACCOUNT in page and "A breach is not an offence" in page


def _the_second_agency_reads_the_terms(landlord: Browser, table: Table, referral_id: int) -> None:
    """Though the case is closed to it; and what would help is for the provider's own staff."""
    page = _page(landlord, f"/referrals/{referral_id}")
    assert TERM in page and "not an offence" in page
    assert HELP not in page
    assert landlord.get(f"/cases/{table.case.id}").status_code == 404


def _minuted(table: Table, sign: Sign) -> int:
    """Composed, approved and circulated; what the chair reads holds the scheme's section."""
    chair, taker = sign(table.chair), sign(table.taker)
    meeting = f"/meetings/{table.meeting.id}"
    _sent(taker, f"{meeting}/minutes", {})
    minutes = db.session.query(Minutes).one()
    _sent(taker, f"{meeting}/minutes/submit", {"version": str(minutes.version)})
    _sent(chair, f"{meeting}/minutes/approve", {"version": str(minutes.version)})
    _sent(taker, f"{meeting}/circulate", {"readers": [str(table.officer.id)]})
    paper = text_of(chair.get(f"{meeting}/minutes.pdf").data)
    for words in ("Acceptable Behaviour Contract, step by step", "Being drafted", "Ended by breach", "not an offence"):
        assert words in paper, words
    assert ACCOUNT not in paper
    return int(db.session.query(Copy.id).filter_by(user_id=table.officer.id).scalar())


def _remember(data: Path, table: Table, sign: Sign, made: dict[str, int]) -> None:
    """What was seen, for after the scheme is gone: documents by their bytes, pages by what they say."""
    browsers = {name: sign(getattr(table, name)) for name in ("chair", "officer", "worker")}
    papers = [
        ("chair", f"/meetings/{table.meeting.id}/minutes.pdf"),
        ("officer", f"/copies/{made['copy']}/minutes.pdf"),
    ]
    ended = f"/referrals/{made['ended']}"
    pages: list[tuple[str, str, list[str]]] = [
        ("worker", ended, ["Ended by breach. Next step: A community protection warning", TERM, "not an offence"]),
        ("chair", ended, ["Signed on", "Ended by breach"]),
        ("chair", f"/cases/{table.case.id}", ["Jayden Whitworth", "Acceptable Behaviour Contract: ended by breach"]),
        ("chair", f"/meetings/{table.meeting.id}", ["Jayden Whitworth"]),
        ("chair", f"/meetings/{table.meeting.id}/minutes", ["Acceptable Behaviour Contract, step by step"]),
        ("officer", f"/actions/{table.action.id}", [table.action.text]),
        ("officer", "/actions", [table.action.text]),
        ("worker", "/referrals", ["Acceptable Behaviour Contract"]),
        ("chair", "/partnership/providers", ["Anti-Social Behaviour Team"]),
        ("chair", "/", ["Northbridge"]),
    ]
    for name, path, words in pages:
        page = _page(browsers[name], path)
        assert all(each in page for each in words), f"{path}: {[each for each in words if each not in page]}"
    printed: list[tuple[str, str, list[str]]] = [
        ("chair", f"/meetings/{table.later.id}/agenda/1.pdf", ["Jayden Whitworth"]),
        ("officer", "/actions/export.pdf", [table.action.ref, table.action.text]),
        ("chair", f"/meetings/{table.meeting.id}/minutes/full.pdf", ["Full copy of", "Ended by breach"]),
    ]
    for name, path, words in printed:
        paper = text_of(browsers[name].get(path).data)
        assert all(each in paper for each in words), f"{path}: {[each for each in words if each not in paper]}"
    provider_id = db.session.query(Provider.id).filter_by(pathway_key=KEY).scalar()
    register = f"/pathways/{KEY}/providers/{provider_id}/contracts"
    assert "Nia Adeyemi" in _page(browsers["worker"], register)
    seen = {
        "users": {name: getattr(table, name).id for name in browsers},
        "papers": [(name, path, _digest(browsers[name].get(path).data)) for name, path in papers],
        "pages": pages,
        "printed": printed,
        "drafted": f"/referrals/{made['drafted']}",
        "register": register,
        "choose": f"/cases/{table.case.id}/refer",
        "refer": f"/cases/{table.case.id}/refer/{table.tom.id}/{provider_id}",
    }
    (data / "seen.json").write_text(json.dumps(seen), encoding="utf-8")
    (data / "read.html").write_text("\n".join(READ), encoding="utf-8")


def _move(browser: Browser, referral_id: int, key: str, consents: tuple[str, ...] = (), **fields: str) -> None:
    """Record those consents, and make the move."""
    for consent in consents:
        given = {"state": "given", **_in_boxes("on", TODAY)}
        _sent(browser, f"/referrals/{referral_id}/consents/{consent}", given)
    _sent(browser, f"/referrals/{referral_id}/moves/{key}", {**fields, "version": _version(referral_id)})


def _version(referral_id: int) -> str:
    return str(db.session.query(Referral.version).filter_by(id=referral_id).scalar())


def _sent(browser: Browser, path: str, fields: dict[str, Any]) -> None:
    answer = browser.post(path, fields)
    assert answer.status_code == 303, f"{path}: {answer.status_code}\n{answer.get_data(as_text=True)}"


def _page(browser: Browser, path: str) -> str:
    answer = browser.get(path)
    page = answer.get_data(as_text=True)
    assert answer.status_code == 200, f"{path}: {answer.status_code}\n{page}"
    READ.append(page)
    return page


def _signing(app: Any) -> Sign:
    """A browser for each, signed in once."""
    browsers: dict[int, Browser] = {}

    def sign(user: User) -> Browser:
        if user.id not in browsers:
            browsers[user.id] = Browser(app, user)
        return browsers[user.id]

    return sign


def _form() -> dict[str, str]:
    return {"details-behaviour": "Stones thrown at buses", "details-support": HELP}


def _signatures() -> dict[str, str]:
    """Those of everybody who signs."""
    return {
        **_in_boxes("details-signed_on", TODAY),
        "details-for_referrer": "Aisha Rafiq",
        "details-for_second": "Martin Obi",
        "details-young_person": "y",
        "details-parent": "y",
    }


def _live(table: Table) -> str:
    return f"/meetings/{table.meeting.id}/live/items/{table.item.id}"


def _in_boxes(name: str, day: date) -> dict[str, str]:
    return {f"{name}-day": str(day.day), f"{name}-month": str(day.month), f"{name}-year": str(day.year)}


def _digest(paper: bytes) -> str:
    return hashlib.sha256(paper).hexdigest()


def _years_ago(years: int) -> date:
    day = TODAY - timedelta(days=30)
    return date(day.year - years, day.month, min(day.day, 28))


if __name__ == "__main__":
    {"used": used, "taken-away": taken_away, "put-back": put_back}[sys.argv[1]](Path(sys.argv[2]))
