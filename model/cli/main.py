"""The command line: `python -m model COMMAND`; `--help` lists the commands.

JSON goes to standard output, all else to standard error. Exit code 0: done, 1: some inputs failed
or the work could not be done, 2: wrong usage. Each command imports what it needs when it runs.
"""

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec

import typer

from model.cli import classify, datasets, gather, report, train, tune
from model.cli.output import DONE, FAILED, WRONG_USAGE, say
from model.errors import ArchiveRefused, AreoleError, InvalidRequest, NotFound

P = ParamSpec("P")
WRONG_WORDS = (ArchiveRefused, InvalidRequest, NotFound)  # Another command line would help.
COMMANDS: dict[str, Callable[..., int]] = {
    "predict": classify.predict,
    "evaluate": classify.evaluate,
    "train": train.train,
    "lr-find": train.lr_find,
    "search": tune.search,
    "report": report.report,
    "gather": gather.gather,
    "import": datasets.import_photos,
    "datasets": datasets.list_datasets,
    "export": datasets.export_dataset,
    "features": datasets.export_features,
    "clear": datasets.clear,
}


def main(arguments: list[str] | None = None) -> int:
    """Run one command; returns its exit code."""
    app = typer.Typer(
        add_completion=False, rich_markup_mode=None, help="Classify, evaluate, train."
    )
    for name, command in COMMANDS.items():
        app.command(name)(_with_exit_code(command))
    try:
        app(arguments, prog_name="python -m model")
    except SystemExit as ended:  # typer ends each command so, and explains wrong usage before.
        return int(ended.code or DONE)
    return DONE


def _with_exit_code(command: Callable[P, int]) -> Callable[P, None]:
    """Make a command end with its exit code; print the sentence of an AreoleError."""

    @wraps(command)
    def run(*arguments: P.args, **options: P.kwargs) -> None:
        try:
            code = command(*arguments, **options)
        except AreoleError as error:
            say(str(error))
            code = WRONG_USAGE if isinstance(error, WRONG_WORDS) else FAILED
        raise typer.Exit(code)

    return run
