"""Parts of every command: the store, JSON for programs, sentences and bars for people, options."""

import json
import sys
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Annotated

import typer
from tqdm import tqdm
from typer.models import OptionInfo

from model.catalogue.starter import import_starter
from model.catalogue.store import Store, open_store
from model.errors import InvalidRequest
from model.networks.backbones import BACKBONES
from model.progress import Progress

# Exit codes: some inputs failed, or the work could not be done, is FAILED.
DONE, FAILED, WRONG_USAGE = 0, 1, 2
MOST_SEED = 2**63 - 1


def one_of(names: Collection[str], description: str | None = None) -> OptionInfo:
    """Make an option that takes one of these names."""

    def checked(name: str) -> str:
        if name not in names:
            raise typer.BadParameter(f"{name} is not one of {', '.join(names)}.")
        return name

    option: OptionInfo = typer.Option(callback=checked, metavar="|".join(names), help=description)
    return option


BACKBONE_HELP = " ".join(f"{row.name}: {row.title}. {row.note}" for row in BACKBONES.values())
BackboneOption = Annotated[str, one_of(BACKBONES, BACKBONE_HELP)]
DatasetOption = Annotated[str, typer.Option(metavar="NAME")]
JsonOption = Annotated[bool, typer.Option("--json", help="Write JSON lines to standard output.")]
OutOption = Annotated[Path, typer.Option(metavar="FILE")]
RunOption = Annotated[str, typer.Option(help="The run that answers.")]
SeedOption = Annotated[int, typer.Option(min=0, max=MOST_SEED)]
WorkspaceOption = Annotated[
    str | None, typer.Option(metavar="ID", help="With this workspace's edits.")
]


def open_catalogue() -> Store:
    """Open the data folder and import the starter set, with a bar. Raises StoreUnavailable."""
    store = open_store()
    with progress("Importing the starter set") as bar:
        import_starter(store, bar)
    return store


def tell(as_json: bool, line: Mapping[str, object], sentence: str) -> None:
    """Print one fact: as a line of JSON for programs, or as a sentence for people."""
    if as_json:
        print(json.dumps(line), flush=True)
    else:
        say(sentence)


def say(sentence: str) -> None:
    """Print a sentence for people on standard error."""
    print(sentence, file=sys.stderr)


@contextmanager
def written(out: Path) -> Iterator[IO[bytes]]:
    """Open a file for writing. Raises InvalidRequest where it cannot be written."""
    try:
        with out.open("wb") as file:
            yield file
    except OSError as error:
        raise InvalidRequest(f"{out} cannot be written: {error}. Name another file.") from error


@contextmanager
def progress(title: str) -> Iterator[Progress]:
    """Show a bar on a terminal; it appears with the first report."""
    with tqdm(desc=title, unit=" photos", disable=None, delay=0.1, leave=False) as bar:

        def report(done: int, total: int) -> None:
            bar.total = total
            bar.update(done - bar.n)

        yield report
