"""On what a list or a document is downloaded, as the trail keeps it with the download."""

from core.disclosures.lists import LEGAL_OBLIGATION, NO_CONDITION, SECTION_17A, Grounds, Kind
from core.disclosures.usual import grounds_of

DEPERSONALISED = Grounds(SECTION_17A, NO_CONDITION, "Statistics of the partnership")
"""Of what names nobody."""

ANSWERING = Grounds(LEGAL_OBLIGATION, "", "Answering somebody who asked what is held about them (UK GDPR, article 15)")
"""Of what is made for whoever asks for their own data: the law asks for it, whatever the partnership wrote."""

_BASIS = "basis:"
_PART = " | "


def in_trail(grounds: Grounds, about: str = "") -> str:
    """As a record's purpose. `about`: what else the record says that it was for."""
    return _BASIS + _PART.join((grounds.basis, grounds.condition, about, grounds.purpose))


def out_of_trail(purpose: str | None) -> Grounds:
    """What a record says; nothing of one that is older than the keeping of grounds."""
    if not purpose or not purpose.startswith(_BASIS):
        return Grounds("", "", "")
    basis, condition, _, what_for = [*purpose.removeprefix(_BASIS).split(_PART, 3), "", "", ""][:4]
    return Grounds(basis, condition, what_for)


def begins_with(basis: str) -> str:
    """How the purpose of such a record begins; of any that has grounds, without a basis."""
    return f"{_BASIS}{basis}{_PART}" if basis else _BASIS


def on_grounds_of(partnership_id: int, about: str = "") -> str:
    """The partnership's own grounds of a download today. One query."""
    return in_trail(grounds_of(partnership_id, Kind.EXPORT), about)
