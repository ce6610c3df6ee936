"""The queue's pages: a coordinator's, of the groups that they lead, and the administrators'."""

from typing import Any

from flask import flash
from flask.typing import ResponseReturnValue

from core.admin.blueprint import bp as admin
from core.circulation.blueprint import bp
from core.circulation.queue import operations, queries
from core.circulation.queue.queries import Queue
from core.errors import Refused
from core.policy import Permission
from core.policy.partnerships import partnership_admin
from core.web import current_actor, now, render, requires, see_other


@bp.get("/mail")
@requires(Permission.SEE_OWN_QUEUE)
def queue() -> ResponseReturnValue:
    """What has not gone of the groups that the reader leads."""
    actor = current_actor()
    return render("circulation/queue.html", **_page(queries.queue_of_groups(actor)), named=True)


@bp.post("/mail/again")
@requires(Permission.SEE_OWN_QUEUE)
def queue_again() -> ResponseReturnValue:
    """Try what failed of the reader's groups."""
    try:
        _say(operations.try_groups_again(current_actor(), now=now()))
    except Refused as refused:
        flash(refused.reason, "important")
    return see_other("circulation.queue")


@admin.get("/queue", endpoint="queue")
@requires(Permission.SEE_QUEUE)
def administrators_queue() -> ResponseReturnValue:
    """What has not gone of the partnership, or of the whole machine; and the workers."""
    actor = current_actor()
    page = _page(queries.queue_of_administrator(actor))
    return render("admin/queue.html", **page, named=bool(partnership_admin(actor)))


@admin.post("/queue/again", endpoint="queue_again")
@requires(Permission.SEE_QUEUE)
def administrators_queue_again() -> ResponseReturnValue:
    """Try what failed."""
    try:
        _say(operations.try_all_again(current_actor(), now=now()))
    except Refused as refused:
        flash(refused.reason, "important")
    return see_other("admin.queue")


def _page(queue: Queue) -> dict[str, Any]:
    moment = now()
    workers = queries.workers(now=moment)
    return {
        "queue": queue,
        "workers": [(worker, queries.is_at_work(worker, now=moment)) for worker in workers],
        "at_work": sum(queries.is_at_work(worker, now=moment) for worker in workers),
        "now": moment,
        "shown": queries.SHOWN,
    }


def _say(number: int) -> None:
    flash(f"{number} {'mail is' if number == 1 else 'mails are'} tried again.")
