"""Everything that a report says, computed from the workspace; what was not done is None."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime

from model.catalogue.dataset import Dataset, find_dataset
from model.catalogue.edits import History
from model.catalogue.origins import origins
from model.catalogue.starter import STARTER
from model.catalogue.store import Store
from model.catalogue.workspaces import dataset_name
from model.cleaning.decisions import history
from model.errors import NotFound
from model.evaluation.table import Evaluation
from model.report.data import Data, describe_data
from model.report.effect import Cleaning, Effect, describe_cleaning, find_effect
from model.report.losses import Losses, find_losses
from model.report.results import Training
from model.report.svg import Drawing
from model.report.texts import Texts, texts
from model.runs.current import current_evaluation
from model.runs.listing import SHIPPED_NAME, runs_of
from model.runs.run import SHIPPED, Run, load_run, run_folder


@dataclass(frozen=True)
class ReportTable:
    """A small table of an experiment."""

    caption: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class Finding:
    """The answer of an experiment to its question, with the figure behind it."""

    question: str
    sentence: str | None  # None: not done yet
    drawing: Drawing | None = None
    table: ReportTable | None = None


@dataclass(frozen=True)
class Contents:
    """A report. None, and an empty text or sequence, is what was not done."""

    texts: Texts
    made_on: date
    data: Data
    training: Training | None
    results: Mapping[str, Evaluation]  # By split, under the labels of now
    losses: Losses | None  # Of this run, or of the first where the visitor judged more of those
    remaining: Losses | None  # Of this run, where the others are of the first
    cleaning: Cleaning | None
    effect: Effect | None
    findings: tuple[Finding, ...]


@dataclass(frozen=True)
class _Subject:
    """A run and its dataset, now and as it was imported, with a run to compare it with."""

    dataset: Dataset
    imported: Dataset
    history: History | None
    run: tuple[str, Run] | None  # With its name
    first: tuple[str, Run] | None  # The shipped one, or the first that was trained


def report_contents(
    store: Store, workspace: str | None, run_id: str | None, experiments: Sequence[Finding] = ()
) -> Contents:
    """Collect the contents of a report on a run, in a workspace or on its dataset as imported.

    Without a run they cover the work until now. Raises NotFound for a run it cannot see.
    """
    subject = _in_workspace(store, workspace, run_id) if workspace else _as_imported(store, run_id)
    dataset, imported, run = subject.dataset, subject.imported, subject.run
    losses, remaining = _losses(store, subject)
    training = Training(run[0], current_evaluation(run[1], dataset)) if run else None
    return Contents(
        texts(store, workspace) if workspace else Texts(),
        datetime.now(UTC).date(),
        describe_data(dataset, imported, origins(store, dataset.id)),
        training,
        training.results if training else {},
        losses,
        remaining,
        describe_cleaning(subject.history, imported),
        find_effect(subject.first, run, dataset) if run and subject.first else None,
        tuple(experiments),
    )


def _in_workspace(store: Store, workspace: str, run_id: str | None) -> _Subject:
    names = {entry.id: entry.name for entry in runs_of(store, workspace)}
    if run_id is not None and run_id not in names:
        raise NotFound(f"There is no run {run_id} of this workspace's dataset.")
    dataset = dataset_name(store, workspace)
    *_, first = names or [None]  # The newest comes first.
    return _Subject(
        find_dataset(store, dataset, workspace=workspace),
        find_dataset(store, dataset),
        history(store, workspace),
        (names[run_id], load_run(run_folder(store, run_id))) if run_id else None,
        _readable(store, names[first], first) if first and first != run_id else None,
    )


def _as_imported(store: Store, run_id: str | None) -> _Subject:
    run = load_run(run_folder(store, run_id)) if run_id else None
    dataset = find_dataset(store, run.card.dataset if run else STARTER)
    has_shipped = dataset.name == STARTER and run_id != SHIPPED
    shipped = _readable(store, SHIPPED_NAME, SHIPPED) if has_shipped else None
    return _Subject(dataset, dataset, None, (run.card.name, run) if run else None, shipped)


def _readable(store: Store, name: str, run_id: str) -> tuple[str, Run] | None:
    """Load a run to compare with; None where it is damaged, for the report is about the other."""
    try:
        return name, load_run(run_folder(store, run_id))
    except NotFound:
        return None


def _losses(store: Store, subject: _Subject) -> tuple[Losses | None, Losses | None]:
    """Find the ten losses to explain: the first run's where more were judged; else this run's."""
    if subject.run is None:
        return None, None
    photos = subject.imported.labels.keys() | subject.dataset.labels.keys()
    own = find_losses(store, *subject.run, photos, subject.history)
    if subject.first is None:
        return own, None
    before = find_losses(store, *subject.first, photos, subject.history)
    return (before, own) if before.decided > own.decided else (own, None)
