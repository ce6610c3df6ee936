"""A download of a named list or document is a disclosure: noted with what the partnership does that on."""

from collections.abc import Iterable

from core.disclosures.exporting import DEPERSONALISED, in_trail, on_grounds_of
from core.web.gate import current_actor, disclose


def disclose_export(action: str, *, object: str, subjects: Iterable[int] = (), about: str = "") -> None:
    """Note that this download shows named data. `about`: what it was for besides."""
    partnership_id = current_actor().partnership_id
    assert partnership_id is not None, "nobody downloads anything outside a partnership"
    disclose(action, object=object, subjects=subjects, purpose=on_grounds_of(partnership_id, about))


def disclose_depersonalised(action: str, *, object: str) -> None:
    """Note a download that names nobody."""
    disclose(action, object=object, purpose=in_trail(DEPERSONALISED))
