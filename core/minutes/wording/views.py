"""Pages on which the minutes are worded anew, and which show how their wording came about."""

from typing import Any

from flask import flash
from flask.typing import ResponseReturnValue
from werkzeug.wrappers import Response

from core.cases.queries import people_named_in
from core.errors import Stale
from core.minutes.blueprint import bp
from core.minutes.loading import entry_of
from core.minutes.showing import mends, shown_part
from core.minutes.wording import operations, queries
from core.minutes.wording.forms import RecordWordsForm, WordingForm
from core.minutes.wording.history import history_of
from core.people.history.disputes import disputed_of
from core.policy import Permission
from core.policy.composing import EntryInMinutes
from core.recording.answering import by_htmx, frame
from core.web import current_actor, disclose, invalid, may, now, render, requires, saved_first, see_other

SAVED = "The minutes have your wording. The record stays as it was written."

ADDRESS = "/meetings/<int:meeting_id>/minutes/entries/<int:entry_id>"


@bp.get(f"{ADDRESS}/wording")
@requires(Permission.WORD_ENTRY, on=entry_of)
def word(target: EntryInMinutes) -> ResponseReturnValue:
    """What should the minutes say? Opened among the minutes by a script, else as a page."""
    page = _page(target)
    form = WordingForm(text=page["words"], version=page["version"])
    return render("minutes/word.html", form=form, frame=frame(), **page)


@bp.post(f"{ADDRESS}/wording")
@requires(Permission.WORD_ENTRY, on=entry_of)
def word_submit(target: EntryInMinutes) -> ResponseReturnValue:
    """Keep the words. When somebody else chose words first, both are shown and the own are kept: 409."""
    form = WordingForm()
    if not form.validate():
        return _again(target, invalid("minutes/word.html", form=form, frame=frame(), **_page(target)))
    try:
        operations.word_entry(current_actor(), target, version=form.version_read, text=form.text.data or "", now=now())
    except Stale as stale:
        page = _page(target)
        context = {**page, "version": int(page["version"]), "frame": frame()}
        return _again(target, saved_first("minutes/word.html", form, stale, **context))
    if by_htmx():
        return _in_its_place(target)
    flash(SAVED)
    return _back_to(target)


def _in_its_place(target: EntryInMinutes) -> ResponseReturnValue:
    """The entry as the minutes have it now, for the page on which its form was open."""
    minutes = target.here.minutes
    mine = shown_part(current_actor(), minutes, "minutes.read")
    item, entry = next((item, each) for item in mine.items for each in item.entries if each.id == target.entry.id)
    return render(
        "minutes/_entry.html",
        meeting=minutes.meeting,
        item=item,
        entry=entry,
        worded=queries.worded_in(minutes.meeting_id, since=now()),
        wording=True,
        mending=mends(current_actor(), minutes.meeting),
        saved=SAVED,
    )


def _again(target: EntryInMinutes, answer: Response) -> Response:
    """The form comes back where it stood; what is saved takes the place of the entry."""
    answer.headers["HX-Retarget"], answer.headers["HX-Reswap"] = f"#wording-{target.entry.id}", "innerHTML"
    return answer


@bp.post(f"{ADDRESS}/wording/record")
@requires(Permission.WORD_ENTRY, on=entry_of)
def unword(target: EntryInMinutes) -> ResponseReturnValue:
    """Take the record's own words again."""
    form = RecordWordsForm()
    operations.take_record_words(current_actor(), target, version=form.version_read, now=now())
    flash("The minutes have the words of the record again.")
    return _back_to(target)


@bp.get(f"{ADDRESS}/wording/history")
@requires(Permission.READ_WORDING, on=entry_of)
def wording_history(target: EntryInMinutes) -> ResponseReturnValue:
    """Every wording of an entry: by whom, when, and what it changed."""
    _disclose(target)
    return render(
        "minutes/wording_history.html",
        target=target,
        meeting=target.here.minutes.meeting,
        item=target.here.item,
        steps=history_of(target.entry, queries.versions_of(target.entry.id)),
        may_word=bool(may(Permission.WORD_ENTRY, target)),
    )


def _page(target: EntryInMinutes) -> dict[str, Any]:
    """What the form's page says besides the form."""
    _disclose(target)
    newest = queries.newest_of(target.entry.id)
    return {
        "meeting": target.here.minutes.meeting,
        "item": target.here.item,
        "entry": target.entry,
        "newest": newest,
        "words": queries.words_of(target.entry, newest),
        "version": str(queries.version_of_words(target.entry, newest)),
        "record_changed": queries.record_changed(target.entry, newest),
        "disputes": disputed_of(target.here.item.case_id) if target.here.item is not None else (),
    }


def _disclose(target: EntryInMinutes) -> None:
    """Note whom the page names."""
    item = target.here.item
    assert item is not None
    subjects = people_named_in([item.case_id]) if item.case_id is not None else ()
    disclose(
        "minutes.wording",
        object=f"entry:{target.entry.id}",
        subjects=subjects,
        purpose=f"meeting:{item.meeting_id}",
    )


def _back_to(target: EntryInMinutes) -> ResponseReturnValue:
    item = target.here.item
    assert item is not None
    return see_other("minutes.show", meeting_id=item.meeting_id, _anchor=f"item-{item.position}")
