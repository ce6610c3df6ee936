"""`roundtable import` and `roundtable import-incidents`."""

import gc
import json
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from core.commands.context import migrated_application, pass_config, plain_refusals
from core.config import Config

if TYPE_CHECKING:
    from core.books.finding import Book
    from core.books.importing import Progress, Tally

_OPTIONS = (
    click.option("--partnership", metavar="KEY", help="The partnership's key. Without it: the folder's name."),
    click.option("--name", help="The partnership's name, should it be new."),
    click.option(
        "--rejects",
        metavar="DIR",
        type=click.Path(file_okay=False, path_type=Path),
        help="Where rows go that cannot be taken, as FILE.rejects.csv. Without it: rejects/FOLDER in the data folder.",
    ),
    click.option("--dry-run", is_flag=True, help="Do it all, show the summary, write the rejects, save nothing."),
    click.option("--json", "as_json", is_flag=True, help="Print the summary as JSON, as the last line."),
)


def _with_options(command: Callable[..., None]) -> Callable[..., None]:
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


@click.command("import")
@click.argument("path", type=click.Path(exists=True, path_type=Path))
@_with_options
@pass_config
def import_books(config: Config, /, path: Path, **options: Any) -> None:
    """Import a partnership's books: the folder PATH, or one file of it.

    The books are agencies, people, groups, users, cases, case_people and actions, each as .csv or .tsv in UTF-8,
    and districts.geojson; those that are there are taken, in this order. Each file is one transaction. Running
    it again changes nothing.

    \b
    roundtable import books/calder --dry-run
    roundtable import books/calder --rejects rejects
    roundtable import rejects/people.csv.rejects.csv      (once it is mended)
    """
    from core.books.finding import books_in

    _run(config, path, books_in, **options)


@click.command("import-incidents")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@_with_options
@pass_config
def import_incidents(config: Config, /, file: Path, **options: Any) -> None:
    """Import police-recorded incidents into the incident register.

    FILE is a .csv or .tsv in UTF-8 with the columns month, longitude, latitude, location and lsoa_code. Equal
    rows are different incidents. Each incident is put into the district that it lies in, if districts were
    imported. Running it again changes nothing.
    """
    from core.books.finding import incidents_in

    _run(config, file, lambda path: [incidents_in(path)], **options)


def spare_the_collector() -> None:
    """What is loaded by now stays, and rows are no rubbish: without this a tenth of an import is spent on looking."""
    gc.freeze()
    gc.set_threshold(100_000, 50, 100)


def _run(
    config: Config,
    path: Path,
    find: Callable[[Path], "list[Book]"],
    *,
    partnership: str | None,
    name: str | None,
    rejects: Path | None,
    dry_run: bool,
    as_json: bool,
) -> None:
    from sqlalchemy.exc import SQLAlchemyError

    from core.books.importing import choose_partnership, rehearse_import
    from core.books.importing import import_books as import_all
    from core.books.reading import Unreadable
    from core.clock import utc_now
    from core.facts import SYSTEM

    app = migrated_application(config)
    spare_the_collector()
    with app.app_context(), plain_refusals():
        try:
            books = find(path)
        except Unreadable as error:
            if as_json:
                where = {"file": error.file, "line": error.line, "column": error.column, "reason": error.reason}
                click.echo(json.dumps({"files": {}, "error": where}, ensure_ascii=False))
            raise click.ClickException(f"{error} Nothing was imported.") from None
        try:
            with _progress(books) as progress:
                tallies = (rehearse_import if dry_run else import_all)(
                    SYSTEM,
                    books,
                    into=lambda: choose_partnership(path, books, key=partnership, name=name),
                    rejects=rejects or _rejects_of(path, config),
                    now=utc_now(),
                    progress=progress,
                )
        except SQLAlchemyError as error:
            reason = str(error.__cause__ or error).splitlines()[0]
            raise click.ClickException(f"The database would not take it ({reason}). Run the import again.") from error
        except OSError as error:
            raise click.ClickException(f"{error.filename} cannot be written: {error.strerror}.") from error
    _show(tallies)
    if dry_run:
        click.echo("This was a dry run: nothing was saved.")
    if as_json:
        click.echo(json.dumps({"files": {tally.file: tally.figures() for tally in tallies}}, ensure_ascii=False))


def _show(tallies: "Sequence[Tally]") -> None:
    width = max(len(tally.file) for tally in tallies)
    click.echo(f"{'file':{width}}  {'read':>7}  {'taken':>7}  {'unchanged':>9}  {'rejected':>8}")
    for tally in tallies:
        click.echo(
            f"{tally.file:{width}}  {tally.read:>7,}  {tally.taken:>7,}  {tally.unchanged:>9,}  {tally.rejected:>8,}"
        )
    for tally in tallies:
        if tally.ignored:
            click.echo(f"{tally.file}: not known here, and left out: {', '.join(tally.ignored)}")
        if tally.rejects:
            click.echo(f"{tally.file}: the rejected rows and what is wrong with them are in {tally.rejects}")


@contextmanager
def _progress(books: "Sequence[Book]") -> "Iterator[Progress]":
    """A bar over all lines of all files, on a terminal; nothing elsewhere."""
    if not sys.stderr.isatty():
        yield lambda _file, _line, _lines: None
        return
    length = sum(book.table.lines for book in books if book.table is not None)
    reached: dict[str, int] = {}
    with click.progressbar(length=length, label="Importing", file=sys.stderr) as bar:

        def advance(file: str, line: int, _lines: int) -> None:
            bar.update(line - reached.get(file, 0))
            reached[file] = line

        yield advance


def _rejects_of(path: Path, config: Config) -> Path:
    """Where the rejects go of which nobody says where: beside none of what is read, mended rejects included."""
    read = (path if path.is_dir() else path.parent).resolve()
    folder = config.data / "rejects" / read.name
    return folder if folder.resolve() != read else folder / "again"
