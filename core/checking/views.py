"""The page where whoever holds a PDF asks whether it is what Roundtable issued. What is uploaded is never kept."""

from flask import Blueprint, request
from flask.typing import ResponseReturnValue

from core.checking import queries
from core.checking.forms import CheckForm, digest_of
from core.policy import Permission
from core.policy.checking import NOT_YOURS_TO_CHECK, IssuedTo
from core.web import disclose, invalid, may, render, requires, see_other

bp = Blueprint("checking", __name__)


@bp.get("/check")
@requires(Permission.CHECK_DOCUMENT)
def check() -> ResponseReturnValue:
    """Ask; with a SHA-256 in the address, the answer."""
    digest = digest_of(request.args.get("sha256", ""))
    form = CheckForm(formdata=None)
    return render("checking/check.html", form=form, digest=digest, **(_answer(digest) if digest else {}))


@bp.post("/check")
@requires(Permission.CHECK_DOCUMENT)
def check_submit() -> ResponseReturnValue:
    """Work out the SHA-256 of what was uploaded, or take the one that was typed, and go to its answer."""
    form = CheckForm()
    if not form.validate():
        return invalid("checking/check.html", form=form, digest="")
    return see_other("checking.check", sha256=form.digest)


def _answer(digest: str) -> dict[str, object]:
    issued = queries.issued_under(digest)
    found = next(
        (each for each in issued if may(Permission.CHECK_DOCUMENT, IssuedTo(each.meeting, each.user_id))), None
    )
    if found is None:
        return {"found": None, "refusal": NOT_YOURS_TO_CHECK if issued else ""}
    about = f"document:{found.document.id}" if found.document is not None else f"meeting:{found.meeting.id}"
    disclose("document.check", object=about, purpose=f"meeting:{found.meeting.id}")
    return {
        "found": found,
        "refusal": "",
        "proofs": list(queries.proofs_of(found)),
        "replaced": list(queries.replaced_by(found)),
    }
