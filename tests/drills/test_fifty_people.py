"""Drill: fifty people change the same twenty fields. No change is lost, and each conflict is shown.

Ten entries under one item, each with a wording and with who may read it: asked about together, since neither is chosen
without the other. A change of the wording adds the writer's own mark to the text that they read. Who is refused is
shown what is saved now beside what they typed, takes what is saved, makes their change and sends it again: so that at
the end every acknowledged mark is there, once.
"""

import http.client
import random
import re
import threading
import time
import uuid
from collections import Counter
from contextlib import suppress

from sqlalchemy import select

from core.extensions import db
from core.recording.models import Entry
from tests.support.forms import forms_of

PEOPLE, FIELDS = 50, 20
READERS = ("everyone at this item", "chair and coordinator")
WORDING = "What information is shared?"


class Person(threading.Thread):
    """Changes one field after the other, and sends each change until it is acknowledged."""

    def __init__(self, meeting, number, entries, edits):
        super().__init__(daemon=True)
        self.client = meeting.client(0)
        self.addresses = [f"{meeting.write}/entries/{each}" for each in entries]
        self.number, self.edits, self.rng = number, edits, random.Random(number)
        self.marks: dict[str, list[str]] = {address: [] for address in self.addresses}
        self.shown = self.unshown = 0
        self.failure: BaseException | None = None

    def run(self):
        try:
            for edit in range(self.edits):
                address = self.rng.choice(self.addresses)
                if self.rng.random() < 0.5:
                    self._reword(address, f"[{self.number}.{edit}]")
                else:
                    self._open_to(address, self.rng.choice(READERS))
        except BaseException as failure:
            self.failure = failure
        self.client.close()

    def _reword(self, address, mark):
        """Add a mark to the wording."""
        form = self._read(address)
        while True:
            text = f"{form['text'][0]} {mark}"
            answer = self._send(address, form | {"text": [text]})
            if answer is None:
                self.marks[address].append(mark)
                return
            self._count(mark in answer.partition("<textarea")[2] and self._saved(answer) != text)
            form = self._form(answer, address) | {"text": [self._saved(answer) or ""]}

    def _open_to(self, address, readers):
        """Say who may read it, of the wording that is saved."""
        form = self._read(address)
        while (answer := self._send(address, form | {"visibility": [readers]})) is not None:
            saved = self._saved(answer)
            self._count(saved is not None or "Who may read it?" in self._notice(answer))
            form = self._form(answer, address) | ({"text": [saved]} if saved is not None else {})

    def _saved(self, answer):
        """The wording that is saved now, where it is another."""
        of_it = self._notice(answer).partition(WORDING)[2].partition("Who may read it?")[0]
        stored = re.search(r'What is saved now</h4><div class="app-text">(.*?)</div>', of_it, re.DOTALL)
        return stored and stored[1]

    def _notice(self, answer):
        return answer.partition("Somebody else saved first")[2].partition("<form")[0]

    def _count(self, shown):
        self.shown, self.unshown = self.shown + shown, self.unshown + (not shown)

    def _read(self, address):
        status, _, page = self._answered(lambda: self.client.get(address))
        assert status == 200, (status, page[:500])
        return self._form(page, address)

    def _form(self, page, address):
        (form,) = (form for form in forms_of(page) if form.action == address)
        return form.data()

    def _send(self, address, form):
        """None where it was saved, else the page that asks."""
        key = str(uuid.uuid4())
        status, _, page = self._answered(lambda: self.client.post(address, form, key=key))
        if status == 303:
            return None
        assert status == 409, (status, page[:500])
        return page

    def _answered(self, send):
        """Sent again, under the same key, where the server is too busy to answer."""
        while True:
            with suppress(OSError, http.client.HTTPException):
                answer = send()
                if answer[0] != 503:
                    return answer
            time.sleep(0.1)


def test_fifty_people_lose_no_change_and_see_each_conflict(meeting, full, figure):
    chair = meeting.client(0)
    for number in range(FIELDS // 2):
        form = {"text": f"Entry {number}", "source": meeting.agency_id, "visibility": READERS[0]}
        assert chair.post(f"{meeting.write}/write/information", form)[0] == 303
    chair.close()
    entries = list(db.session.scalars(select(Entry.id)))
    db.session.rollback()
    edits = 200 if full else 4
    people = [Person(meeting, number, entries, edits) for number in range(PEOPLE)]
    for person in people:
        person.start()
    for person in people:
        person.join()
    assert [person.failure for person in people if person.failure is not None] == []

    stored = {entry.id: entry.text for entry in db.session.scalars(select(Entry))}
    lost, twice = [], []
    for number, address in zip(entries, people[0].addresses, strict=True):
        there = Counter(re.findall(r"\[\d+\.\d+\]", stored[number]))
        acknowledged = [mark for person in people for mark in person.marks[address]]
        lost += [mark for mark in acknowledged if not there[mark]]
        twice += [mark for mark, times in there.items() if times > 1]
    shown, unshown = sum(person.shown for person in people), sum(person.unshown for person in people)
    figure(
        "fifty people",
        f"{PEOPLE * edits} changes of {FIELDS} fields, lost {len(lost)}, twice {len(twice)}"
        f", {shown} conflicts shown, {unshown} not",
    )
    assert (lost, twice, unshown) == ([], [], 0)
    assert shown, "they did not meet: the drill tried nothing"
