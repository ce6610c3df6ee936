"""Pages on which attendees write: information, discussion, decisions, risk. Actions: views_actions."""

from collections.abc import Collection
from typing import Any

from flask import url_for
from flask.typing import ResponseReturnValue

from core.errors import Refused, Stale
from core.facts import EntryKind, Risk, Visibility
from core.meetings.models import AgendaItem
from core.partnerships.belonging import agencies_in
from core.policy import Permission
from core.policy.recording import NOT_WIDER, readers_to_choose, take_back_striking
from core.policy.room import EntryInRoom, ItemInRoom
from core.recording.answering import form_page, stale_page, written
from core.recording.blueprint import bp
from core.recording.entries import operations
from core.recording.entries.forms import InformationForm, RiskForm, TextForm
from core.recording.entries.queries import readers_at
from core.recording.loading import Writing, entry_of, item_of, writing_of
from core.recording.models import Entry
from core.recording.room.board import sources
from core.web import beside, current_actor, now, requires, save_merged, today
from core.web.choices import offered

SAVED = {
    EntryKind.INFORMATION: "The information is recorded.",
    EntryKind.DISCUSSION: "The discussion is recorded.",
    EntryKind.DECISION: "The decision is recorded.",
}


@bp.get("/items/<int:item_id>/write/<kind>", endpoint="entry")
@requires(Permission.WRITE, on=writing_of)
def entry_page(here: Writing) -> ResponseReturnValue:
    """What was said?"""
    form = _form_for(here.item, here.kind)
    if isinstance(form, InformationForm) and form.source.data is None:
        form.source.data = current_actor().agency_id
    return form_page("recording/entry.html", form=form, item=here.item, kind=here.kind)


@bp.post("/items/<int:item_id>/write/<kind>", endpoint="entry_submit")
@requires(Permission.WRITE, on=writing_of)
def write_entry(here: Writing) -> ResponseReturnValue:
    """Record it."""
    form = _form_for(here.item, here.kind)
    if not form.validate():
        return form_page("recording/entry.html", form=form, item=here.item, kind=here.kind)
    shared = isinstance(form, InformationForm)
    try:
        operations.share(
            current_actor(),
            item=here.item,
            kind=here.kind,
            text=form.text.data,
            source_agency_id=form.source.data if shared else None,
            visibility=Visibility(form.visibility.data) if shared else Visibility.EVERYONE,
            named=form.named.data if shared else (),
            said=form.said if shared and "in_complaint" in form else None,
            now=now(),
        )
    except Refused as refused:
        if not refused.field:
            raise
        beside(form, refused, "text")
        return form_page("recording/entry.html", form=form, item=here.item, kind=here.kind)
    again = url_for(
        "recording.entry", meeting_id=here.item.meeting_id, item_id=here.item.id, kind=here.kind.value.split()[0]
    )
    return written(SAVED[here.kind], meeting=here.item.meeting, item=here.item, again=again)


@bp.get("/items/<int:item_id>/entries/<int:entry_id>", endpoint="change_entry")
@requires(Permission.EDIT_ENTRY, on=entry_of)
def change_page(here: EntryInRoom) -> ResponseReturnValue:
    """Change what was written."""
    entry = here.entry
    return _change_page(
        _limited(_changing(_form_for(entry.item, entry.kind, of=entry, also=_named_in(entry))), entry), entry
    )


@bp.post("/items/<int:item_id>/entries/<int:entry_id>", endpoint="change_entry_submit")
@requires(Permission.EDIT_ENTRY, on=entry_of)
def change_entry(here: EntryInRoom) -> ResponseReturnValue:
    """Save the change, beside what somebody else changed meanwhile. Of the same field both values are shown and the own
    is kept: 409.
    """
    entry = here.entry
    form = _limited(_changing(_form_for(entry.item, entry.kind, also=_named_in(entry))), entry)
    if not form.validate():
        return _change_page(form, entry)

    def save() -> None:
        shared = isinstance(form, InformationForm) and "visibility" in form
        operations.change_entry(
            current_actor(),
            entry=entry,
            version=form.version_read,
            text=form.text.data,
            visibility=Visibility(form.visibility.data) if shared else Visibility.EVERYONE,
            named=form.named.data if shared else (),
            now=now(),
        )

    try:
        save_merged(form, save, version=lambda: entry.version)
    except Refused as refused:
        beside(form, refused, "text")
        return _change_page(form, entry)
    except Stale as stale:
        _offer_readers_left(form, entry)
        return stale_page(
            "recording/entry.html",
            form,
            stale,
            version=entry.version,
            item=entry.item,
            kind=entry.kind,
            entry=entry,
            restoring=take_back_striking(current_actor(), entry),
        )
    return written("The change is saved.", meeting=entry.item.meeting, item=entry.item)


@bp.post("/items/<int:item_id>/entries/<int:entry_id>/strike", endpoint="strike_entry")
@requires(Permission.EDIT_ENTRY, on=entry_of)
def strike(here: EntryInRoom) -> ResponseReturnValue:
    """Strike it out."""
    operations.strike_entry(current_actor(), entry=here.entry, now=now())
    return written("It is struck out.", meeting=here.entry.item.meeting, item=here.entry.item)


@bp.post("/items/<int:item_id>/entries/<int:entry_id>/restore", endpoint="restore_entry")
@requires(Permission.RESTORE_ENTRY, on=entry_of)
def restore(here: EntryInRoom) -> ResponseReturnValue:
    """Take the striking out back."""
    operations.restore_entry(current_actor(), entry=here.entry)
    return written("It stands again.", meeting=here.entry.item.meeting, item=here.entry.item)


@bp.get("/items/<int:item_id>/risk", endpoint="risk")
@requires(Permission.RECORD, on=item_of)
def risk_page(here: ItemInRoom) -> ResponseReturnValue:
    """What level of risk?"""
    item = here.item
    form = RiskForm(risk=operations.risk_as_it_stands(item) or None, version=str(operations.version_of_risk(item)))
    return form_page("recording/risk.html", form=form, item=item)


@bp.post("/items/<int:item_id>/risk", endpoint="risk_submit")
@requires(Permission.RECORD, on=item_of)
def agree_risk(here: ItemInRoom) -> ResponseReturnValue:
    """Record it. When somebody else agreed one first, both are shown and the own choice is kept: 409."""
    item, form = here.item, RiskForm()
    if not form.validate():
        return form_page("recording/risk.html", form=form, item=item)
    try:
        operations.agree_risk(
            current_actor(), item=item, version=form.version_read, risk=Risk(form.risk.data), now=now()
        )
    except Stale as stale:
        return stale_page("recording/risk.html", form, stale, version=operations.version_of_risk(item), item=item)
    return written(f"The risk agreed is {form.risk.data}.", meeting=item.meeting, item=item)


def _form_for(item: AgendaItem, kind: EntryKind, *, of: Entry | None = None, also: Collection[int] = ()) -> TextForm:
    """The form of that kind, as `of` stands. `also`: agencies that can stay named, whether or not they are there."""
    stored: dict[str, Any] = {"text": of.text, "version": str(of.version)} if of is not None else {}
    if kind is not EntryKind.INFORMATION:
        plain = TextForm(**stored)
        plain.ask_for(kind)
        return plain
    if of is not None:
        stored |= {
            "source": of.source_agency_id,
            "visibility": of.visibility.value,
            "named": _named_in(of),
        }
    form = InformationForm(**stored)
    form.ask_for(kind)
    agencies = agencies_in(item.meeting.group.partnership_id, on=today())
    whose = sources(current_actor(), item, agencies)
    readers = readers_at(item, on=today(), also=also)
    if len(whose) == 1:  # it always sees what it shared
        readers = [each for each in readers if each.id != whose[0][0]]
    form.offer(whose, readers)
    form.as_of(today()).agreed_agencies.offer(offered((each.id, each.name) for each in readers if each.signed))
    if item.case_id is None:
        form.without_complaint()
    return form


def _named_in(entry: Entry) -> list[int]:
    return [link.agency_id for link in entry.named_agencies]


def _changing(form: TextForm) -> TextForm:
    return form.keeping_source() if isinstance(form, InformationForm) else form


def _limited(form: TextForm, entry: Entry) -> TextForm:
    """Without a choice of readers where its provider chose them."""
    if isinstance(form, InformationForm) and entry.visibility is Visibility.AGREED:
        form.keeping_readers()
    return form


def _change_page(form: TextForm, entry: Entry) -> ResponseReturnValue:
    _offer_readers_left(form, entry)
    restoring = take_back_striking(current_actor(), entry)
    return form_page(
        "recording/entry.html", form=form, item=entry.item, kind=entry.kind, entry=entry, restoring=restoring
    )


def _offer_readers_left(form: TextForm, entry: Entry) -> None:
    """Of another agency's information, offer the readers that may be let in, and say why no more."""
    readers = readers_to_choose(current_actor(), entry)
    if (
        isinstance(form, InformationForm)
        and "visibility" in form
        and entry.source_agency is not None
        and len(readers) < len(Visibility)
    ):
        named = _named_in(entry)
        form.narrow_to(readers, named, NOT_WIDER.format(agency=entry.source_agency.name))
