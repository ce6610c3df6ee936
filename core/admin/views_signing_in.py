"""The page of how the partnership's people sign in."""

from flask import flash
from flask.typing import ResponseReturnValue
from wtforms import RadioField

from core.admin.blueprint import bp
from core.errors import Stale
from core.partnerships.terms import operations, queries
from core.policy import Permission
from core.web import current_actor, invalid, render, requires, saved_first, see_other
from core.web.choices import offered
from core.web.forms import Required, VersionedForm


class SigningInForm(VersionedForm):
    """Who takes two steps."""

    who = RadioField(
        "Who must sign in in two steps?",
        [Required("Choose who must sign in in two steps")],
        choices=offered(
            [
                (operations.THOSE_WHO_LEAD, "Chairs, deputy chairs, coordinators and administrators"),
                (operations.EVERYBODY, "Everybody"),
            ]
        ),
    )


@bp.get("/signing-in", endpoint="signing_in")
@requires(Permission.ASK_FOR_TWO_STEPS)
def signing_in_page() -> ResponseReturnValue:
    """Who takes two steps now."""
    partnership = queries.partnership(current_actor().partnership_id)
    who = operations.who_takes_two_steps(partnership)
    return render("admin/signing_in.html", form=SigningInForm(version=str(partnership.version), who=who))


@bp.post("/signing-in", endpoint="change_signing_in")
@requires(Permission.ASK_FOR_TWO_STEPS, proved=True)
def change_signing_in() -> ResponseReturnValue:
    """Save it, unless somebody else saved first."""
    partnership = queries.partnership(current_actor().partnership_id)
    form = SigningInForm()
    if not form.validate():
        return invalid("admin/signing_in.html", form=form)
    everybody = form.who.data == operations.EVERYBODY
    try:
        operations.change_who_takes_two_steps(
            current_actor(), partnership=partnership, version=form.version_read, everybody=everybody
        )
    except Stale as stale:
        return saved_first("admin/signing_in.html", form, stale, version=partnership.version)
    flash(
        "Everybody signs in in two steps from now on. Whoever has no app yet is asked to set one up on their next page."
        if everybody
        else "Only those who lead and administer must sign in in two steps."
    )
    return see_other("admin.index")
