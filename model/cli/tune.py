"""The command `search`: try other settings, alone or together with others in the same database."""

import argparse
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from types import FrameType
from typing import Any

from tqdm import tqdm

from model.catalogue.dataset import Dataset, find_dataset
from model.catalogue.store import Store
from model.cli.output import DONE, SOME_FAILED, between, progress, say, tell
from model.errors import Cancelled, NotFound
from model.experiments.tuning.findings import TuningResult, best_request, findings
from model.experiments.tuning.run import TuningRequest, forget_search, run_trials
from model.experiments.tuning.space import Trial
from model.runs.run import Run
from model.training.head_run import train_head_run


def add_search_command(
    commands: "argparse._SubParsersAction[argparse.ArgumentParser]",
) -> argparse.ArgumentParser:
    """Teach the command line to search."""
    searched = commands.add_parser(
        "search", help="try other settings with Optuna; any number of processes and hosts may join"
    )
    searched.add_argument(
        "--trials",
        type=between(int, 0, 100_000),
        default=50,
        metavar="N",
        help="default: %(default)s",
    )
    searched.add_argument(
        "--storage",
        metavar="URL",
        help="the database that all who join share (default: the catalogue's)",
    )
    searched.add_argument(
        "--other-backbones",
        action="store_true",
        help="also EfficientNet-Lite2, which looks at all photos first",
    )
    searched.add_argument("--seed", type=between(int, 0, 2**63 - 1), default=0)
    searched.add_argument(
        "--timeout",
        type=between(float, 0.0, 1e7),
        metavar="SECONDS",
        help="begin no trial after so long",
    )
    searched.add_argument(
        "--workspace", metavar="ID", help="on the dataset with this workspace's edits"
    )
    searched.add_argument(
        "--keep-best", action="store_true", help="train the best settings and save the run"
    )
    searched.add_argument(
        "--forget",
        action="store_true",
        help="first delete what was found before; with --trials 0 only that",
    )
    searched.set_defaults(command=search)
    return searched


def search(store: Store, options: argparse.Namespace) -> int:
    """Try settings, a line each, and say what all who joined have found; Ctrl-C ends it early, and nothing is lost."""
    dataset = find_dataset(store, options.dataset, workspace=options.workspace)
    if options.forget:
        forget_search(store, dataset, storage=options.storage, workspace=options.workspace)
        if not options.trials:
            return DONE
    code = DONE
    try:
        _run(store, dataset, options)
    except Cancelled as stopped:
        say(str(stopped))
        code = SOME_FAILED
    found = findings(store, dataset, storage=options.storage, workspace=options.workspace)
    if found is None:
        raise NotFound(f"There is no finished trial on {dataset.name}.")
    run = _keep(store, dataset, found, options) if options.keep_best else None
    tell(
        options,
        _in_short(found, run),
        f"{found.sentence} Best: {_in_words(found.best)}{f', run {run.card.id}' if run else ''}",
    )
    return code


def _run(store: Store, dataset: Dataset, options: argparse.Namespace) -> None:
    with (
        _stoppable() as check,
        progress("Looking at the photos") as looking,
        _bar(options) as on_trial,
    ):
        request = TuningRequest(
            dataset,
            options.trials,
            workspace=options.workspace,
            storage=options.storage,
            other_backbones=options.other_backbones,
            seed=options.seed,
            timeout_s=options.timeout,
        )
        run_trials(store, request, progress=looking, on_trial=on_trial, check=check)


def _keep(store: Store, dataset: Dataset, found: TuningResult, options: argparse.Namespace) -> Run:
    return train_head_run(store, best_request(dataset, found, options.workspace))


@contextmanager
def _stoppable() -> Iterator[Callable[[], None]]:
    """Ctrl-C and SIGTERM only ask to stop: `check` raises Cancelled where that does no harm."""
    asked: list[int] = []

    def check() -> None:
        if asked:
            raise Cancelled("Stopped. What was found is kept: the same command goes on from there.")

    def ask(number: int, _frame: FrameType | None) -> None:
        asked.append(number)

    before = {number: signal.signal(number, ask) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield check
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@contextmanager
def _bar(options: argparse.Namespace) -> Iterator[Callable[[Trial], None]]:
    """A JSON line a trial for programs, a bar on a terminal for people."""
    with tqdm(
        desc="Searching", total=options.trials, unit=" trials", disable=None, leave=False
    ) as bar:

        def on_trial(trial: Trial) -> None:
            bar.update()
            if options.json:
                tell(options, _line(trial), "")

        yield on_trial


def _line(trial: Trial) -> dict[str, Any]:
    """Without the test figures: who looks at each of them chooses by them."""
    kept = ("number", "state", "params", "valid_loss")
    return {
        **{name: getattr(trial, name) for name in kept},
        "error_rate": trial.valid_error,
        "seconds": round(trial.seconds, 3),
    }


def _in_short(found: TuningResult, run: Run | None) -> dict[str, Any]:
    """What was found, without the trials: each had its line, in the process that made it."""
    short = {
        name: value for name, value in asdict(found).items() if name not in ("trials", "history")
    }
    return {
        "trials": len(found.trials),
        "finished": len(found.history),
        **short,
        "run": run.card.id if run else None,
    }


def _in_words(trial: Trial) -> str:
    values = {
        name: f"{value:.3g}" if isinstance(value, float) else value
        for name, value in trial.params.items()
    }
    return ", ".join(f"{name} {value}" for name, value in values.items())
