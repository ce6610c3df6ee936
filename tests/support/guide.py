"""A guide that can be followed: what it says to type, to write and to replace, done as it is printed.

A block of `console` holds commands, each after `$ `, and what they say; `…` stands for anything. Other blocks are files
and parts of files, and the line before says what becomes of them: "Write `path`:", "At the end of `path`, add", or "In
`path`, replace" one block "with" the next.
"""

import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.support.outside import Outside

BLOCK = re.compile(r"^(?P<said>[^\n]*)\n+```(?P<kind>\w+)\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL)
WRITE = re.compile(r"^Write `(?P<path>[^`]+)`:$")
ADD = re.compile(r"^At the end of `(?P<path>[^`]+)`, add$")
REPLACE = re.compile(r"^In `(?P<path>[^`]+)`, replace$")
FAILS = re.compile(r"\bfailed\b|\bdiffer:")
"""By this a reader sees that a command is to find something wrong."""


@dataclass(frozen=True)
class Command:
    """A command, and the lines that it is said to print."""

    typed: str
    printed: tuple[str, ...]


class Reader:
    """Somebody who follows a guide to the letter, in a folder of an environment outside the checkout."""

    def __init__(self, outside: Outside, folder: Path) -> None:
        self.outside, self.folder = outside, folder
        self.state = folder / ".state"
        self.state.write_text(f"cd {shlex.quote(str(folder))}\n", encoding="utf-8")
        self.followed: list[str] = []

    def follow(self, guide: str) -> None:
        """Do what every block says. Fails where the guide is wrong, or says of a block in no way what it is for."""
        steps = list(BLOCK.finditer(guide))
        waiting: tuple[Path, str] | None = None
        for step in steps:
            said, text = step["said"].strip(), step["text"]
            if step["kind"] == "console":
                for command in commands(text):
                    self._type(command)
            elif found := WRITE.match(said):
                self._path(found["path"]).write_text(text, encoding="utf-8")
            elif found := ADD.match(said):
                path = self._path(found["path"])
                path.write_text(path.read_text("utf-8") + text, encoding="utf-8")
            elif found := REPLACE.match(said):
                waiting = (self._path(found["path"]), text)
            elif said == "with" and waiting is not None:
                self._replace(*waiting, text)
                waiting = None
            else:
                raise AssertionError(f"Nobody can tell what to do with the block after “{said}”:\n{text}")
            self.followed.append(step["kind"])

    def _replace(self, path: Path, old: str, new: str) -> None:
        held = path.read_text("utf-8")
        # The last line of a printed part need not be a whole line of the file.
        old, new = (old, new) if held.count(old) == 1 else (old.rstrip("\n"), new.rstrip("\n"))
        assert held.count(old) == 1, f"{path.name} holds this {held.count(old)} times, not once:\n{old}\n\n{held}"
        path.write_text(held.replace(old, new), encoding="utf-8")

    def _path(self, name: str) -> Path:
        """A path as the guide gives it, from where the reader is."""
        where = re.findall(r"^cd (.+)$", self.state.read_text("utf-8"), re.MULTILINE)[-1]
        return Path(shlex.split(where)[0]) / name

    def _type(self, command: Command) -> None:
        """Type it. It may fail only where the guide says so: a test that finds what is not there yet."""
        script = (
            f"exec 2>&1\n. {shlex.quote(str(self.state))}\n{command.typed}\ncode=$?\n"
            f'{{ export -p; printf "cd %q\\n" "$PWD"; }} > {shlex.quote(str(self.state))}\nexit $code'
        )
        exits = 1 if any(FAILS.search(line) for line in command.printed) else 0
        said = self.outside.run("bash", "-c", script, exits=exits)
        assert as_printed(command.printed, said), (
            f"$ {command.typed}\nsays\n{said}\nand the guide says\n{chr(10).join(command.printed)}"
        )


def commands(block: str) -> Iterator[Command]:
    """The commands of a block, each with what it prints."""
    for typed, *printed in (part.splitlines() for part in re.split(r"^\$ ", block, flags=re.MULTILINE) if part.strip()):
        yield Command(typed, tuple(printed))


def as_printed(printed: tuple[str, ...], said: str) -> bool:
    """Whether a command said these lines, and no others but where the guide has an ellipsis. No lines: anything.

    How far they are indented is a matter of the page's width.
    """
    if not printed:
        return True
    patterns = (r"(?:.*\n)*?" if line == "…" else f"{re.escape(_plain(line)).replace('…', '.*')}\n" for line in printed)
    lines = "".join(f"{_plain(line)}\n" for line in said.splitlines() if line.strip())
    return re.fullmatch("".join(patterns), lines) is not None


def _plain(line: str) -> str:
    return " ".join(line.split())
