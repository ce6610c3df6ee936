"""Pages of the diary: the list, series, one meeting's date and place, calendars."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from flask import flash, make_response, request
from flask.typing import ResponseReturnValue

from core.clock import at_local, local_date
from core.dates import in_words
from core.errors import NotFound, Refused, Stale
from core.meetings.blueprint import bp
from core.meetings.diary import notices, operations, queries
from core.meetings.diary.changes import Fate, Terms, changes_of, clashes_of
from core.meetings.diary.forms import CancelForm, ChangeSeriesForm, MeetingForm, MoveForm, SeriesForm
from core.meetings.ics import Method, calendar_text, invitation_text
from core.meetings.loading import group_of, meeting_of, series_of
from core.meetings.models import Meeting, Series
from core.meetings.over import unless_scheduled
from core.meetings.schedule import Rule, Skipped, plan
from core.partnerships.models import Group
from core.policy import Permission
from core.references import file_name
from core.web import beside, current_actor, invalid, now, render, requires, saved_first, see_other, today
from core.web.addresses import row_id
from core.web.forms import VersionedForm, held

PREVIEW = timedelta(days=365)
NOTHING_CHANGED = "Nothing was changed, so nobody was told."


@bp.get("")
@requires(Permission.SEE_MEETINGS)
def index() -> ResponseReturnValue:
    """The meetings of the reader's groups, by group, still to come or past."""
    actor = current_actor()
    groups = queries.groups_of(actor)
    group_id = row_id(request.args.get("group")) or 0
    if group_id not in {row.id for row in groups}:
        group_id = 0
    past = request.args.get("when") == "past"
    listed = queries.meetings_past if past else queries.meetings_ahead
    rows = listed(actor, now=now(), group_id=group_id or None, after=row_id(request.args.get("after")) or 0)
    more = rows[queries.PAGE - 1].id if len(rows) > queries.PAGE else 0
    return render(
        "meetings/index.html",
        meetings=rows[: queries.PAGE],
        groups=groups,
        group_id=group_id,
        past=past,
        more=more,
        series=[(each, Rule.from_json(each.rule)) for each in queries.series_of_groups([group_id])],
        led=[row for row in groups if actor.leads(row.id) and group_id in (0, row.id)],
    )


@bp.get("/calendar.ics")
@requires(Permission.SEE_MEETINGS)
def calendar() -> ResponseReturnValue:
    """A group's meetings to come, for somebody's calendar. It names nobody."""
    group_id = row_id(request.args.get("group")) or 0
    meetings = queries.meetings_to_download(current_actor(), group_id=group_id, now=now())
    if not meetings:
        raise NotFound
    entries = [notices.entry_of(Method.PUBLISH, meeting, stamp=now()) for meeting in meetings]
    return _ics(calendar_text(Method.PUBLISH, entries), file_name(meetings[0].group.key, suffix="ics"))


@bp.get("/<int:meeting_id>/calendar.ics")
@requires(Permission.SEE_MEETING, on=meeting_of)
def entry(meeting: Meeting) -> ResponseReturnValue:
    """One meeting for somebody's calendar; a cancelled one takes itself out again."""
    method = Method.CANCEL if meeting.status == "cancelled" else Method.PUBLISH
    return _ics(invitation_text(notices.entry_of(method, meeting, stamp=now())), file_name(meeting.ref, suffix="ics"))


@bp.get("/groups/<int:group_id>/new")
@requires(Permission.SCHEDULE_MEETING, on=group_of)
def new(group: Group) -> ResponseReturnValue:
    """The form for a single meeting."""
    return render("meetings/new.html", form=MeetingForm.for_group(group), group=group)


@bp.post("/groups/<int:group_id>/new", endpoint="schedule")
@requires(Permission.SCHEDULE_MEETING, on=group_of)
def schedule(group: Group) -> ResponseReturnValue:
    """Make it."""
    form = MeetingForm().as_of(now())
    if not form.validate():
        return invalid("meetings/new.html", form=form, group=group)
    try:
        meeting = operations.schedule_meeting(
            current_actor(),
            group=group,
            starts_at=form.starts_at,
            ends_at=form.ends_at,
            venue=form.venue.data or "",
            online_link=form.online_link.data or "",
            title=form.title.data or "",
            now=now(),
        )
    except Refused as refused:
        beside(form, refused, "day")
        return invalid("meetings/new.html", form=form, group=group)
    flash("The meeting is in the diary. The group’s members are being told.")
    return see_other("meetings.meeting", meeting_id=meeting.id)


@bp.get("/groups/<int:group_id>/series/new", endpoint="new_series")
@requires(Permission.SCHEDULE_MEETING, on=group_of)
def new_series(group: Group) -> ResponseReturnValue:
    """The form for a series, empty or (from the preview's link) as it was."""
    form = SeriesForm(request.args, meta={"csrf": False}) if request.args else SeriesForm.for_group(group)
    return render("meetings/series_new.html", form=form, group=group)


@bp.get("/groups/<int:group_id>/series/preview", endpoint="preview_series")
@requires(Permission.SCHEDULE_MEETING, on=group_of)
def preview_series(group: Group) -> ResponseReturnValue:
    """The dates that the rule gives in a year, with what happens on bank holidays. Nothing is saved."""
    form = SeriesForm(request.args, meta={"csrf": False})
    rule = _rule_of(form)
    if rule is None:
        return invalid("meetings/series_new.html", form=form, group=group)
    return render("meetings/series_preview.html", **_preview(form, rule, group))


@bp.post("/groups/<int:group_id>/series/new", endpoint="start_series")
@requires(Permission.SCHEDULE_MEETING, on=group_of)
def start_series(group: Group) -> ResponseReturnValue:
    """Keep the rule, and make the meetings of a year."""
    form = SeriesForm()
    rule = _rule_of(form)
    if rule is None:
        return invalid("meetings/series_new.html", form=form, group=group)
    clashes = clashes_of(group, _with_times(form, rule), now=now())
    try:
        series = operations.start_series(
            current_actor(),
            group=group,
            rule=rule,
            starts=held(form.starts.data),
            length_minutes=form.length_minutes.data,
            venue=form.venue.data or "",
            online_link=form.online_link.data or "",
            now=now(),
        )
    except Refused as refused:
        beside(form, refused, "start")
        return invalid("meetings/series_new.html", form=form, group=group)
    flash(_set_up(len(queries.meetings_of_series(series.id, since=today())), clashes))
    return see_other("meetings.series", series_id=series.id)


@bp.get("/series/<int:series_id>")
@requires(Permission.SCHEDULE_MEETING, on=series_of)
def series(series: Series) -> ResponseReturnValue:
    """A series: its rule, and what has become of each of its days in the next year."""
    rule = Rule.from_json(series.rule)
    made = {meeting.series_day: meeting for meeting in queries.meetings_of_series(series.id, since=today())}
    days = [] if series.ended_on else _planned(rule)
    form = VersionedForm(version=str(series.version))
    return render("meetings/series.html", series=series, rule=rule, days=days, made=made, form=form)


@bp.get("/series/<int:series_id>/change", endpoint="change_series")
@requires(Permission.SCHEDULE_MEETING, on=series_of)
def change_series(series: Series) -> ResponseReturnValue:
    """The form for another rule, time or place, as the series is or (from the preview's link) as it was typed."""
    if request.args:
        form = ChangeSeriesForm(request.args, meta={"csrf": False})
    else:
        form = ChangeSeriesForm.of_series(series, today=today())
    return render("meetings/series_change.html", form=form, series=series)


@bp.get("/series/<int:series_id>/change/preview", endpoint="preview_series_change")
@requires(Permission.SCHEDULE_MEETING, on=series_of)
def preview_series_change(series: Series) -> ResponseReturnValue:
    """What becomes of each meeting. Nothing is saved."""
    form = ChangeSeriesForm(request.args, meta={"csrf": False})
    terms = _terms_of(form)
    if terms is None:
        return invalid("meetings/series_change.html", form=form, series=series)
    try:
        changes = changes_of(series, terms, now=now())
    except Refused as refused:
        beside(form, refused, "start")
        return invalid("meetings/series_change.html", form=form, series=series)
    days = sorted(
        [(local_date(step.starts_at), step, None) for step in changes.steps]
        + [(each.day, None, each) for each in changes.added],
        key=lambda row: row[0],
    )
    confirm = VersionedForm(formdata=None)
    return render(
        "meetings/series_change_preview.html",
        form=form,
        confirm=confirm,
        series=series,
        terms=terms,
        days=days,
        Fate=Fate,
    )


@bp.post("/series/<int:series_id>/change", endpoint="change_series_submit")
@requires(Permission.SCHEDULE_MEETING, on=series_of)
def change_series_submit(series: Series) -> ResponseReturnValue:
    """Change it, and its meetings to come."""
    form = ChangeSeriesForm()
    terms = _terms_of(form)
    if terms is None:
        return invalid("meetings/series_change.html", form=form, series=series)
    try:
        operations.change_series(current_actor(), series=series, wanted=terms, version=form.version_read, now=now())
    except Refused as refused:
        beside(form, refused, "start")
        return invalid("meetings/series_change.html", form=form, series=series)
    except Stale as stale:
        return saved_first("meetings/series_change.html", form, stale, version=series.version, series=series)
    flash("The series was changed. If that changes a meeting, the group’s members are being told.")
    return see_other("meetings.series", series_id=series.id)


@bp.post("/series/<int:series_id>/meetings", endpoint="make_meetings")
@requires(Permission.SCHEDULE_MEETING, on=series_of)
def make_meetings(series: Series) -> ResponseReturnValue:
    """Make those of the next year that are not there yet."""
    made = operations.make_meetings(current_actor(), series=series, now=now())
    count = {0: "All meetings of the next 12 months are in the diary already.", 1: "1 meeting was added."}
    flash(count.get(len(made), f"{len(made)} meetings were added."))
    return see_other("meetings.series", series_id=series.id)


@bp.post("/series/<int:series_id>/end", endpoint="end_series")
@requires(Permission.SCHEDULE_MEETING, on=series_of)
def end_series(series: Series) -> ResponseReturnValue:
    """Make no more meetings by this rule."""
    form = VersionedForm()
    operations.end_series(current_actor(), series=series, version=form.version_read, on=today())
    flash("The series has ended. Meetings that are in the diary stay there until you cancel them.")
    return see_other("meetings.series", series_id=series.id)


@bp.get("/<int:meeting_id>/move")
@requires(Permission.MANAGE_MEETING, on=meeting_of)
def move(meeting: Meeting) -> ResponseReturnValue:
    """The form for another date, time or place."""
    if (gone := unless_scheduled(meeting)) is not None:
        return gone
    return render("meetings/move.html", form=MoveForm.of(meeting), meeting=meeting)


@bp.post("/<int:meeting_id>/move", endpoint="move_submit")
@requires(Permission.MANAGE_MEETING, on=meeting_of)
def move_submit(meeting: Meeting) -> ResponseReturnValue:
    """Move it."""
    form = MoveForm().as_of(now())
    if not form.validate():
        return invalid("meetings/move.html", form=form, meeting=meeting)
    try:
        changed = operations.move_meeting(
            current_actor(),
            meeting=meeting,
            starts_at=form.starts_at,
            ends_at=form.ends_at,
            venue=form.venue.data or "",
            online_link=form.online_link.data or "",
            version=form.version_read,
            now=now(),
        )
    except Stale as stale:
        return saved_first("meetings/move.html", form, stale, version=meeting.version, meeting=meeting)
    except Refused as refused:
        beside(form, refused, "day")
        return invalid("meetings/move.html", form=form, meeting=meeting)
    flash("The meeting was changed. The group’s members are being told." if changed else NOTHING_CHANGED)
    return see_other("meetings.meeting", meeting_id=meeting.id)


@bp.get("/<int:meeting_id>/cancel")
@requires(Permission.MANAGE_MEETING, on=meeting_of)
def cancel(meeting: Meeting) -> ResponseReturnValue:
    """The form for cancelling."""
    if (gone := unless_scheduled(meeting)) is not None:
        return gone
    return render("meetings/cancel.html", form=CancelForm(version=str(meeting.version)), meeting=meeting)


@bp.post("/<int:meeting_id>/cancel", endpoint="cancel_submit")
@requires(Permission.MANAGE_MEETING, on=meeting_of)
def cancel_submit(meeting: Meeting) -> ResponseReturnValue:
    """Cancel it."""
    form = CancelForm()
    if not form.validate():
        return invalid("meetings/cancel.html", form=form, meeting=meeting)
    try:
        operations.cancel_meeting(
            current_actor(), meeting=meeting, reason=form.reason.data, version=form.version_read, now=now()
        )
    except Stale as stale:
        return saved_first("meetings/cancel.html", form, stale, version=meeting.version, meeting=meeting)
    except Refused as refused:
        beside(form, refused, "reason")
        return invalid("meetings/cancel.html", form=form, meeting=meeting)
    flash("The meeting is cancelled. The group’s members are being told.")
    return see_other("meetings.meeting", meeting_id=meeting.id)


def _rule_of(form: SeriesForm) -> Rule | None:
    return form.rule if form.as_of(today()).validate() else None


def _terms_of(form: ChangeSeriesForm) -> Terms | None:
    return form.terms if form.as_of(today()).validate() else None


def _planned(rule: Rule) -> list[Any]:
    return plan(rule, since=today(), until=today() + PREVIEW)


def _preview(form: SeriesForm, rule: Rule, group: Group) -> dict[str, Any]:
    days = [(each, isinstance(each, Skipped), at_local(each.day, held(form.starts.data))) for each in _planned(rule)]
    clashes = clashes_of(group, _with_times(form, rule), now=now())
    return {"form": form, "confirm": SeriesForm(), "rule": rule, "group": group, "days": days, "clashes": clashes}


def _with_times(form: SeriesForm, rule: Rule) -> Terms:
    place = (form.venue.data or "", form.online_link.data or "")
    return Terms(rule, held(form.starts.data), form.length_minutes.data, *place)


def _set_up(made: int, clashes: Mapping[date, str]) -> str:
    """What came of setting up a series, in a sentence or two."""
    sentence = (
        f"The series is set up: {made} meeting{' is' if made == 1 else 's are'} in the diary for the next 12 months."
    )
    if not clashes:
        return sentence
    skipped = ", ".join(f"{in_words(day)} ({ref})" for day, ref in clashes.items())
    return f"{sentence} Left out, because the group has another meeting then: {skipped}."


def _ics(content: bytes, name: str) -> ResponseReturnValue:
    response = make_response(content)
    response.headers["Content-Type"] = "text/calendar; charset=utf-8"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
