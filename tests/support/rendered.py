"""Documents are laid out once a run: the same HTML gives the same bytes, and to lay it out again takes a second."""

from collections import OrderedDict
from hashlib import sha256

from core.documents.pdf import Paper, Renderer

KEPT = 300
"""Documents that are kept at most: tens of kilobytes each."""


def remember(renderer: Renderer) -> None:
    """Let it give again what it made of the same. Whoever closes it has everything made anew, by another child."""
    made: OrderedDict[tuple[str, bytes, bytes], Paper] = OrderedDict()
    ask, close = renderer._ask, renderer.close

    def remembering(job: str, html: bytes, paper: bytes = b"") -> Paper:
        key = (job, sha256(html).digest(), sha256(paper).digest())
        if key not in made:
            made[key] = ask(job, html, paper)
            if len(made) > KEPT:
                made.popitem(last=False)
        return made[key]

    def forgetting() -> None:
        made.clear()
        close()

    renderer._ask, renderer.close = remembering, forgetting  # type: ignore[method-assign]
