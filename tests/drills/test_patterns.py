"""A text of 50,000 characters against every regular expression of the product: each is done within 50 ms."""

import importlib
import pkgutil
import re
import time
from collections.abc import Iterator

import core
import plugins

MOST = 0.050
LENGTH = 50_000
TEXTS = {
    "one letter": "a" * LENGTH,
    "blanks": " " * LENGTH,
    "digits": "1" * LENGTH,
    "digits and blanks": "1 " * (LENGTH // 2),
    "words": "word " * (LENGTH // 5),
    "line breaks": "\n" * LENGTH,
    "tags": "<" * LENGTH,
    "quotation marks": '"' * LENGTH,
    "a postcode nearly": "AB1 " * (LENGTH // 4),
    "an address nearly": "14 High " * (LENGTH // 8),
    "at signs": "a@" * (LENGTH // 2),
    "a key nearly": "a-" * (LENGTH // 2) + "!",
    "commas": ", " * (LENGTH // 2),
}


def patterns() -> Iterator[tuple[str, re.Pattern[str]]]:
    """Every pattern that a module or a class of a module keeps, with where it is."""
    for package in (core, plugins):
        for found in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            if ".migrations." in found.name or found.name == "core.wsgi":  # which begins to serve
                continue
            module = importlib.import_module(found.name)
            yield from _in(found.name, vars(module))
            for name, value in vars(module).items():
                if isinstance(value, type) and value.__module__ == found.name:
                    yield from _in(f"{found.name}.{name}", vars(value))


def _in(where: str, names: object) -> Iterator[tuple[str, re.Pattern[str]]]:
    for name, value in dict(names).items():  # type: ignore[call-overload]
        kept = (
            value if isinstance(value, list | tuple | set) else value.values() if isinstance(value, dict) else [value]
        )
        inner = [each for one in kept for each in (one if isinstance(one, list | tuple) else [one])]
        for number, each in enumerate(inner):
            if isinstance(each, re.Pattern) and isinstance(each.pattern, str):
                yield f"{where}.{name}[{number}]", each


def taken(pattern: re.Pattern[str], text: str) -> float:
    """Seconds of this thread: what else the machine does is not counted. Of two, the quicker."""
    seconds = []
    for _ in range(2):
        start = time.thread_time()
        pattern.fullmatch(text)
        for _, _found in zip(range(LENGTH), pattern.finditer(text), strict=False):
            pass
        seconds.append(time.thread_time() - start)
        if seconds[-1] < MOST:
            break
    return min(seconds)


def test_no_pattern_takes_long_for_a_long_text(figure):
    each = {pattern: where for where, pattern in patterns()}
    assert len(each) > 20, "the modules keep no patterns: the search for them is out of date"
    times = {(where, kind): taken(pattern, text) for pattern, where in each.items() for kind, text in TEXTS.items()}
    slow = [f"{where}, {kind}: {seconds * 1000:.0f} ms" for (where, kind), seconds in times.items() if seconds >= MOST]
    assert not slow, "\n".join(slow)
    (where, _), most = max(times.items(), key=lambda item: item[1])
    figure(
        "50,000 characters against every pattern", f"{len(each)} patterns, the slowest {most * 1000:.1f} ms ({where})"
    )
