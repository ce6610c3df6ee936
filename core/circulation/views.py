"""The pages of what is sent out, in a module for each part of the subject; here what a demonstration caught."""

from flask import current_app, request
from flask.typing import ResponseReturnValue

from core.circulation import queries
from core.circulation.actions_out import views as actions_out
from core.circulation.blueprint import bp
from core.circulation.copies import views as copies
from core.circulation.corrected import views as corrected
from core.circulation.extracts import views as extracts
from core.circulation.forms import CaughtFilter
from core.circulation.full import views as full
from core.circulation.queue import views as queue
from core.circulation.recipients import views as recipients
from core.circulation.sent import views as sent
from core.errors import NotFound
from core.policy import Permission
from core.web import render, requires
from core.web.addresses import row_id

__all__ = ["actions_out", "bp", "copies", "corrected", "extracts", "full", "queue", "recipients", "sent"]


@bp.get("/demo/mail")
@requires(Permission.SEE_CAUGHT_MAIL)
def caught() -> ResponseReturnValue:
    """The mails that a demonstration caught. There is no such page elsewhere."""
    if not current_app.config["ROUNDTABLE"].demo:
        raise NotFound
    form = CaughtFilter(request.args, meta={"csrf": False})
    form.to.choices = [("", "Anybody"), *((each, each) for each in queries.caught_recipients())]
    to = form.to.data or ""
    mails, following = queries.caught_mails(to=to, before=row_id(request.args.get("before")))
    return render("circulation/caught.html", form=form, mails=mails, following=following, to=to)
