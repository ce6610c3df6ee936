"""What atheris feeds: the one-line action parser, and every importer. In a process of its own, which it ends itself.

    python -m tests.support.fuzzing TARGET FOLDER RUNS SECONDS

Whatever a target raises, but what it may say of a file that will not do, ends the process with another code than 0 and
leaves the input in the folder.
"""

import sys
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["core.recording", "core.books", "core.partnerships", "core.working_days"]):
    from core.books.importing import fingerprint
    from core.books.incidents import COLUMNS, _Register
    from core.books.reading import Unreadable, open_table, peek
    from core.books.rejects import Reject, rejects_path, write_rejects
    from core.books.rows import SCHEMAS, Schema
    from core.errors import Refused
    from core.partnerships.areas import district_of, read_districts
    from core.recording.due_words import Moment
    from core.recording.one_line import Doer, understand

ON = date(2026, 3, 2)
DOERS = (
    Doer("Mereside Homes", 1, also=("housing association",)),
    Doer("Wendershire Police", 2),
    Doer("Mereside Borough Council", 3, also=("MBC",)),
    Doer("Paula Frost", 2, user_id=7),
    Doer("Paul Heskin", 3, user_id=8),
)

LINES = (
    "Homes to visit and check the tenancy by next Friday",
    "Paula will ring the school in two weeks",
    "MBC: clear the alley by 3/12",
    "Police to send the log before the next meeting",
    "By the end of January the housing association is to write",
    "Council to fence it off no later than Thursday the 3rd of December 2026",
)
"""Where the parser's search begins."""

SAID = (
    "today tomorrow week month year monday fri 31 29 0 1 12th 2026 26 31/2 3.12.26 2026-02-29 9999 one a the fortnight "
    "end of next this in within days working meeting to will to: must not – : , . ’ İ ß Σ \u0301 ² ٣ \x00"
)
WORDS = (*sorted({word for each in LINES for word in each.split()}), *SAID.split(" "))
"""What lines are put together from, half of the time: few bytes at random are a word."""

DISTRICT = (
    b'{"type":"FeatureCollection","features":[{"type":"Feature","properties":{"district":"North","objectid":1},'
    b'"geometry":{"type":"Polygon","coordinates":[[[0,0],[1,0],[1,1],[0,0]]]}}]}'
)

ATOMS = (
    "0", "1", "-1", "0.5", "180", "181", "90", "1e400", "-0", "NaN", "Infinity", "true", "null", '"x"', "[]", "{}",
    "[0]", "[0, 0]", "[0, 0, 0]", '[0, 0, "x"]', "[0, 0, null]", "[0, 1, 2, 3, 4]", "[1, 1]", "[1, 0]", "[[0, 0]]",
    "9" * 400, "[180, 90]", "[0, 1]", "[0.5, 0.5]", "[1e-320, 1e-320]", "[true, false]",
)  # fmt: skip
"""What rings are put together from, half of the time."""

Target = Callable[[bytes], None]


def line(data: bytes) -> None:
    """One line of typing: never raises, and every word of it is somewhere in what was understood."""
    days = int.from_bytes(data[:2], "big") % 3_000
    in_words = data[2:3] >= b"\x80"
    typed = " ".join(WORDS[byte % len(WORDS)] for byte in data[3:]) if in_words else data[2:].decode(errors="replace")
    on = ON + timedelta(days=days)
    said = understand(typed, DOERS, Moment(on, on + timedelta(days=30) if days % 2 else None))
    kept = f"{said.text} {said.owner_words} {said.due_words}".casefold()
    words = [word.strip(" .,;:!?()[]{}\"'“”‘’–—-") for word in typed.split()]
    lost = [word for word in words if word.casefold() not in kept]
    assert not lost, lost


def table(schema: Schema, folder: Path) -> Target:
    """A file of the books: what cannot be read is refused in words, what cannot be taken goes to the rejects."""
    path, header = folder / f"{schema.name}.csv", ",".join(schema.columns).encode()

    def read(data: bytes) -> None:
        path.write_bytes(data[1:] if data[:1] >= b"\xc0" else header + b"\n" + data[1:])
        try:
            opened = open_table(path, schema.columns)
        except Unreadable:
            return
        rejects = []
        for raw in opened.rows():
            if raw.problem is not None:
                rejects.append(Reject(raw.line, raw.cells, [raw.problem]))
                continue
            row, problems = schema.parse(dict(zip(opened.header, raw.cells, strict=True)), on=ON)
            if row is None:
                rejects.append(Reject(raw.line, raw.cells, problems))
            else:
                assert len(fingerprint(row)) == 32 and schema.key_of(row) is not None
        target = rejects_path(folder / "rejects", opened)
        write_rejects(target, opened, rejects)
        if rejects:
            assert len([each for each in peek(target).rows() if any(each.cells)]) == len(rejects)

    return read


def incidents(folder: Path) -> Target:
    """The incident register."""
    path, header = folder / "incidents.csv", ",".join(COLUMNS).encode()

    def read(data: bytes) -> None:
        path.write_bytes(data[1:] if data[:1] >= b"\xc0" else header + b"\n" + data[1:])
        try:
            opened = open_table(path, COLUMNS)
        except Unreadable:
            return
        register = _Register(opened)
        taken = sum(len(numbers) for some in register.equal_rows() for _, _, numbers in some)
        assert taken + len(register.rejects) <= register.read
        district_of([place.point for place in register.new_places()], read_districts(DISTRICT))

    return read


def districts(data: bytes) -> None:
    """The map: what was taken of it can be asked where a point lies."""
    if data[:1] >= b"\x80":
        atoms = [ATOMS[byte % len(ATOMS)] for byte in data[2:]]
        ring = f"[{', '.join([*atoms, *atoms[:1]] if data[1:2] >= bytes([64]) else atoms)}]"
        data = DISTRICT.replace(b"[[0,0],[1,0],[1,1],[0,0]]", ring.encode())
    try:
        outlines = read_districts(data)
    except Refused as refused:
        assert refused.reason
        return
    district_of([(0.5, 0.25), (float("nan"), 1.0)], outlines)


def any_table(folder: Path) -> Target:
    """Any of the books: the first byte says which."""
    readers = [table(schema, folder) for schema in SCHEMAS.values()]
    return lambda data: readers[(data[0] if data else 0) % len(readers)](data[1:])


def targets(folder: Path) -> dict[str, Target]:
    """By name."""
    books = {name: table(schema, folder) for name, schema in SCHEMAS.items()}
    return {"line": line, "districts": districts, "incidents": incidents(folder), "books": any_table(folder), **books}


def seeds(name: str) -> list[bytes]:
    """What the search begins with."""
    if name == "line":
        in_words = [bytes([0, 1, 255, *(WORDS.index(word) for word in each.split())]) for each in LINES]
        return [*in_words, *(b"\0\1" + each.encode() for each in LINES)]
    if name == "districts":
        return [
            bytes([255, 255, 17, 23, 24, 17]),
            DISTRICT,
            DISTRICT.replace(b"Polygon", b"MultiPolygon").replace(b"[[[0", b"[[[[0"),
        ]
    if name == "incidents":
        return [b"\0" + b'2026-01,-0.1,51.5,"On or near X",E01012607\n2026-02-01,1,2,,\n']
    rows = [b"P1,Ann,2026-01-31,31/01/2026,yes,no\n", b'"a ""b""",2026-02-30,x@y.example,;;a;b,=1+1\n']
    return [bytes([number, 0]) + row for number in range(7) for row in rows]


def main(name: str, folder: Path, runs: int, seconds: int) -> None:
    """Feed it, until so many runs or seconds are over."""
    corpus = folder / f"corpus of {name}"
    corpus.mkdir(parents=True, exist_ok=True)
    for number, seed in enumerate(seeds(name)):
        (corpus / str(number)).write_bytes(seed)
    options = [f"-runs={runs}", f"-max_total_time={seconds}", "-seed=1", "-max_len=2000", "-timeout=20"]
    options += [f"-artifact_prefix={folder}/", "-print_final_stats=1", str(corpus)]
    atheris.Setup([sys.argv[0], *options], targets(folder)[name])
    atheris.Fuzz()


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4]))
