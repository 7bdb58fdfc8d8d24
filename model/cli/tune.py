"""The command `search`: try other settings, alone or with others in the same database."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from types import FrameType
from typing import TYPE_CHECKING, Annotated, Any

import typer
from tqdm import tqdm

from model.catalogue.dataset import find_dataset
from model.catalogue.starter import STARTER
from model.cli.output import (
    DONE,
    FAILED,
    DatasetOption,
    JsonOption,
    SeedOption,
    WorkspaceOption,
    open_catalogue,
    progress,
    say,
    tell,
)
from model.errors import Cancelled, InvalidRequest
from model.progress import Check

if TYPE_CHECKING:
    from model.catalogue.store import Store
    from model.experiments.tuning.findings import TuningResult
    from model.experiments.tuning.run import TuningRequest
    from model.experiments.tuning.space import Trial
    from model.runs.run import Run

SHOWN = ("number", "state", "params", "valid_loss")  # No test figures: they are not to choose by.


def search(
    *,
    dataset: DatasetOption = STARTER,
    trials: Annotated[int, typer.Option(min=0, max=100_000, metavar="N")] = 50,
    storage: Annotated[
        str | None, typer.Option(metavar="URL", help="The database that all who join share.")
    ] = None,
    other_backbones: Annotated[
        bool, typer.Option("--other-backbones", help="Try other installed backbones too.")
    ] = False,
    seed: SeedOption = 0,
    timeout: Annotated[
        float | None,
        typer.Option(min=0, max=1e7, metavar="SECONDS", help="Begin no trial after so long."),
    ] = None,
    workspace: WorkspaceOption = None,
    keep_best: Annotated[
        bool, typer.Option("--keep-best", help="Train the best settings and save the run.")
    ] = False,
    forget: Annotated[
        bool,
        typer.Option("--forget", help="Delete earlier trials first; with --trials 0 only that."),
    ] = False,
    as_json: JsonOption = False,
) -> int:
    """Try other settings with Optuna; any number of processes and hosts may join.

    Ctrl-C ends it early, and nothing is lost.
    """
    from model.experiments.tuning.findings import best_request, findings
    from model.experiments.tuning.run import TuningRequest, forget_search
    from model.training.head_run import train_head_run

    store = open_catalogue()
    data = find_dataset(store, dataset, workspace=workspace)
    if forget:
        forget_search(store, data, storage=storage, workspace=workspace)
        if not trials:
            return DONE
    request = TuningRequest(data, trials, workspace, storage, other_backbones, seed, timeout)
    code = _run(store, request, as_json)
    result = findings(store, data, storage=storage, workspace=workspace)
    if result is None:
        raise InvalidRequest(f"There is no finished trial on {data.name}.")
    run = train_head_run(store, best_request(data, result, workspace)) if keep_best else None
    best = f"{result.sentence} Best: {_sentence(result.best)}"
    tell(as_json, _summary(result, run), f"{best}{f', run {run.card.id}' if run else ''}")
    return code


def _run(store: "Store", request: "TuningRequest", as_json: bool) -> int:
    """Run trials, with a line or a step of the bar for each; return the exit code."""
    from model.experiments.tuning.run import run_trials

    bar = tqdm(desc="Searching", total=request.trials, unit=" trials", disable=None, leave=False)

    def show_trial(trial: "Trial") -> None:
        bar.update()
        if as_json:
            tell(True, _line(trial), "")

    with _stoppable() as check, progress("Extracting features") as on_features, bar:
        try:
            run_trials(store, request, progress=on_features, on_trial=show_trial, check=check)
        except Cancelled as stopped:
            say(str(stopped))
            return FAILED
    return DONE


@contextmanager
def _stoppable() -> Iterator[Check]:
    """Let Ctrl-C and SIGTERM only ask to stop: `check` raises Cancelled where that does no harm."""
    signals: list[int] = []

    def check() -> None:
        if signals:
            raise Cancelled("Stopped. What was found is kept: the same command goes on from there.")

    def note(number: int, _frame: FrameType | None) -> None:
        signals.append(number)

    before = {number: signal.signal(number, note) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield check
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _line(trial: "Trial") -> dict[str, Any]:
    shown = {name: getattr(trial, name) for name in SHOWN}
    return {**shown, "error_rate": trial.valid_error, "seconds": round(trial.seconds, 3)}


def _summary(result: "TuningResult", run: "Run | None") -> dict[str, Any]:
    """Summarise a search without its trials: each had its line, in the process that made it."""
    rest = asdict(result)
    counts = {"trials": len(rest.pop("trials")), "finished": len(rest.pop("history"))}
    return {**counts, **rest, "run": run.card.id if run else None}


def _sentence(trial: "Trial") -> str:
    return ", ".join(
        f"{name} {value:.3g}" if isinstance(value, float) else f"{name} {value}"
        for name, value in trial.params.items()
    )
