"""The same reason in two places: beside a field without a full stop, as GOV.UK has it, and on a page of its own."""

import re
from collections.abc import Iterable

_NEXT_SENTENCE = re.compile(r"[.?!]\s+(?=[“‘\"A-Z0-9])")


def error_message(said: str | Iterable[str]) -> str:
    """What is wrong, for beside a field and for the summary: a sentence has no full stop, several keep theirs."""
    messages = [said] if isinstance(said, str) else said
    text = ". ".join(each.strip().removesuffix(".") for each in messages)
    return sentence(text) if _NEXT_SENTENCE.search(text) else text


def sentence(text: str) -> str:
    """The same for a paragraph: it ends as a sentence does. Nothing stays nothing."""
    return text if not text or text.endswith((".", "?", "!", ":", "”")) else f"{text}."
