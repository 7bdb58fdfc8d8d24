"""A search for better settings: stopped, continued, joined by others, honest about luck."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path

import numpy as np
import pytest
from sqlalchemy import Engine, event, text

from model.catalogue.dataset import Dataset, find_dataset
from model.catalogue.schema import FeatureRow
from model.catalogue.store import ROOT, Store, open_store
from model.cli.main import main
from model.datasets.cleanup import clear_workspaces
from model.errors import Cancelled, NotFound, StoreUnavailable
from model.experiments.background import ExperimentJob
from model.experiments.tuning.background import start_tuning
from model.experiments.tuning.findings import (
    LEAST_FOR_IMPORTANCES,
    Gain,
    best_request,
    findings,
    sentence_of,
    verdict_of,
)
from model.experiments.tuning.run import (
    TuningRequest,
    forget_search,
    run_trials,
    was_ever_searched,
)
from model.experiments.tuning.space import BACKBONES_TRIED, DEFAULTS, SPACE, Trial, study_name
from model.experiments.tuning.study import join, opened
from model.jobs.threads import BackgroundJobs
from model.networks.features import STORED
from model.runs.run import load_run, run_folder
from model.training.head_run import train_head_run
from tests.conftest import fabricate
from tests.model.catalogue.test_postgresql import store as on_postgresql  # noqa: F401  # A fixture

CLASSES = ("left", "right")
SIZES = {"train": 120, "valid": 60, "test": 400}
Make = Callable[..., Dataset]


@pytest.fixture
def make(store: Store) -> Make:
    return lambda **options: made(store, **options)


def made(
    store: Store, *, random: bool = False, informative: str = BACKBONES_TRIED[0], seed: int = 0
) -> Dataset:
    """Make photos whose classes differ faintly: the usual learning rate is too low to see it."""
    draw = np.random.default_rng(seed)
    splits = [split for split, size in SIZES.items() for _ in range(size)]
    labels = draw.integers(0, 2, len(splits))
    rows = [(CLASSES[label], split) for label, split in zip(labels, splits, strict=True)]
    fabricate(store, CLASSES, rows, np.zeros((len(rows), 2), np.float32))
    with store.reading() as session:
        name = session.execute(text("select name from datasets order by id desc")).scalars().first()
    dataset = find_dataset(store, str(name))
    with store.writing() as session:
        for backbone in BACKBONES_TRIED:
            vectors = draw.normal(size=(len(rows), 12))
            if backbone == informative and not random:
                vectors[:, 0] = 0.1 * (2 * labels - 1) + draw.normal(scale=0.05, size=len(rows))
            session.add_all(
                FeatureRow(
                    photo=labelled.photo, backbone=backbone, vector=vector.astype(STORED).tobytes()
                )
                for labelled, vector in zip(dataset.photos, vectors, strict=True)
            )
    return dataset


def trials_of(store: Store, dataset: Dataset, storage: str | None = None) -> tuple[Trial, ...]:
    found = findings(store, dataset, storage=storage)
    assert found
    return found.trials


def test_finds_what_the_defaults_miss_and_says_that_the_gain_is_real(
    store: Store, make: Make
) -> None:
    dataset, numbers = make(), list[int]()
    run_trials(
        store, TuningRequest(dataset, 25), on_trial=lambda trial: numbers.append(trial.number)
    )
    found = findings(store, dataset)
    assert found
    assert found.defaults
    assert found.valid
    assert found.test
    assert numbers == list(range(25))
    assert (found.trials[0], found.defaults.params) == (found.defaults, DEFAULTS)
    assert found.best.valid_loss == min(
        trial.valid_loss for trial in found.trials if trial.valid_loss is not None
    )
    assert (found.best.valid_error, found.defaults.valid_error) == (
        found.valid.errors_after / 60,
        found.valid.errors_before / 60,
    )
    assert found.best.test_error == found.test.errors_after / 400
    assert found.verdict == "real"
    assert found.sentence.startswith("25 settings were tried. The best gets ")
    assert next(iter(found.importances)) == "learning_rate"
    assert sum(found.importances.values()) == pytest.approx(1)
    losses = [row.valid_loss for row in found.history if row.valid_loss is not None]
    assert losses == sorted(losses, reverse=True)
    assert losses[-1] == found.best.valid_loss
    assert json.loads(json.dumps(asdict(found)))["best"]["number"] == found.best.number


def test_in_the_background_each_trial_is_reported(store: Store, make: Make, workspace: str) -> None:
    dataset, jobs = make(), BackgroundJobs[ExperimentJob]()
    job = start_tuning(jobs, store, workspace, dataset, trials=3, other_backbones=False)
    assert job.finished.wait(60)
    assert (job.error, job.done, job.total) == (None, 3, 3)
    result = findings(store, dataset, workspace=workspace)
    assert result is not None
    assert len(result.trials) == 3


def test_the_best_trial_becomes_a_run_with_its_figures(store: Store, make: Make) -> None:
    dataset = make()
    run_trials(store, TuningRequest(dataset, 6))
    found = findings(store, dataset)
    assert found
    run = train_head_run(store, best_request(dataset, found))
    assert run.card.name == "Best of 6 trials"
    assert run.card.history[run.card.best_epoch].valid_loss == pytest.approx(
        found.best.valid_loss, abs=1e-6
    )
    for split, rate in (("valid", found.best.valid_error), ("test", found.best.test_error)):
        assert run.evaluation.for_split(split).errors / SIZES[split] == rate


@pytest.mark.parametrize("seed", range(2))
def test_what_random_labels_gain_is_never_called_real(store: Store, make: Make, seed: int) -> None:
    dataset = make(random=True, seed=seed)
    run_trials(store, TuningRequest(dataset, 12, seed=seed))
    found = findings(store, dataset)
    assert found
    assert found.verdict in ("none", "luck")
    assert found.test
    assert abs(found.test.rate) < 0.1


@pytest.mark.parametrize(
    ("valid", "test", "verdict", "ending"),
    [
        (
            (99, 10, 7, 0.3),
            (90, 8, 8, 1.0),
            "luck",
            "The best gets 3 photos fewer wrong of the 99 it was chosen on, "
            "and none fewer of the 90 it was not: the gain is luck.",
        ),
        (
            (99, 10, 7, 0.3),
            (90, 8, 9, 1.0),
            "luck",
            "and 1 photo more of the 90 it was not: the gain is luck.",
        ),
        (
            (99, 10, 6, 0.3),
            (90, 8, 7, 1.0),
            "luck",
            "and 1 photo fewer of the 90 it was not: most of the gain is luck.",
        ),
        (
            (99, 10, 7, 0.3),
            (90, 8, 6, 0.5),
            "unclear",
            "but so few photos cannot tell it from luck.",
        ),
        ((99, 20, 7, 0.01), (90, 18, 6, 0.01), "real", "the gain is real."),
        (
            (99, 10, 10, 1.0),
            (90, 8, 6, 0.5),
            "none",
            "as far as these photos can tell, other settings do not help.",
        ),
        (
            (99, 10, 7, 0.3),
            None,
            "untested",
            "There are no test photos, so nobody can say how much of that is luck.",
        ),
    ],
)
def test_says_how_much_of_a_gain_is_luck(
    valid: tuple[int, int, int, float],
    test: tuple[int, int, int, float] | None,
    verdict: str,
    ending: str,
) -> None:
    gains = [
        Gain(n, before, after, 0.4, 0.3, p) if n else None
        for n, before, after, p in (valid, test or (0, 0, 0, 0.0))
    ]
    assert verdict_of(*gains) == verdict
    assert sentence_of(50, *gains).endswith(ending)


def test_importances_wait_for_enough_trials(store: Store, make: Make) -> None:
    dataset = make()
    run_trials(store, TuningRequest(dataset, LEAST_FOR_IMPORTANCES - 1))
    found = findings(store, dataset)
    assert found
    assert found.importances == {}
    run_trials(store, TuningRequest(dataset, 1))
    found = findings(store, dataset)
    assert found
    assert set(found.importances) == set(SPACE)


def test_a_search_that_was_stopped_goes_on_as_if_it_had_not_been(
    store: Store, make: Make, tmp_path: Path
) -> None:
    dataset = make()
    at_once, in_pieces = (f"sqlite:///{tmp_path}/{name}.db" for name in ("{once}", "pieces"))
    run_trials(store, TuningRequest(dataset, 14, storage=at_once))
    for trials in (5, 9):
        run_trials(store, TuningRequest(dataset, trials, storage=in_pieces))
    settings = [trial.params for trial in trials_of(store, dataset, at_once)]
    assert [trial.params for trial in trials_of(store, dataset, in_pieces)] == settings
    assert (tmp_path / "{once}.db").exists()
    assert findings(store, dataset) is None  # The catalogue's own study is another.


def test_other_backbones_are_tried_only_where_asked_for(store: Store, make: Make) -> None:
    dataset = make(informative=BACKBONES_TRIED[1])
    run_trials(store, TuningRequest(dataset, 3))
    assert {trial.params["backbone"] for trial in trials_of(store, dataset)} == {BACKBONES_TRIED[0]}
    run_trials(store, TuningRequest(dataset, 15, other_backbones=True))
    found = findings(store, dataset)
    assert found
    assert found.best.params["backbone"] == BACKBONES_TRIED[1]
    assert best_request(dataset, found).backbone == BACKBONES_TRIED[1]


def test_a_cancelled_trial_is_broken_off_and_the_rest_is_kept(store: Store, make: Make) -> None:
    dataset, left = make(), iter(range(40))

    def check() -> None:
        if next(left, None) is None:
            raise Cancelled("Enough.")

    with pytest.raises(Cancelled, match="Enough"):
        run_trials(store, TuningRequest(dataset, 50), check=check)
    *done, last = trials_of(store, dataset)
    assert {trial.state for trial in done} == {"done"}
    assert (last.state, last.valid_loss) == ("broken off", None)
    run_trials(store, TuningRequest(dataset, 2))
    assert [trial.state for trial in trials_of(store, dataset)[len(done) :]] == [
        "broken off",
        "done",
        "done",
    ]


def test_defaults_that_broke_off_are_tried_again(store: Store, make: Make) -> None:
    dataset, left = make(), iter(range(3))

    def check() -> None:
        if next(left, None) is None:
            raise Cancelled("Enough.")

    with pytest.raises(Cancelled):
        run_trials(store, TuningRequest(dataset, 1), check=check)
    assert findings(store, dataset) is None
    run_trials(store, TuningRequest(dataset, 2))
    found = findings(store, dataset)
    assert found
    assert found.defaults
    assert (found.defaults.number, found.defaults.params) == (1, DEFAULTS)


def test_a_trial_whose_process_was_killed_is_tried_again(store: Store, make: Make) -> None:
    dataset = make()
    with opened(store, None, writing=True) as shared:
        study = join(shared, study_name(dataset, None), {"dataset": dataset.name}, 0)
        with pytest.warns(UserWarning, match="Heartbeat"):  # It shall not beat here.
            number = study.ask().number
        killed = shared.get_trial_id_from_study_id_trial_number(
            shared.get_study_id_from_name(study.study_name), number
        )
        shared.record_heartbeat(killed)
    with store.writing() as session:
        long_ago = "update trial_heartbeats set heartbeat = '2020-01-01 00:00:00'"
        session.execute(text(f"{long_ago} where trial_id = {killed}"))
    run_trials(store, TuningRequest(dataset, 2))
    first, second, third = trials_of(store, dataset)
    assert (first.state, second.state, third.state) == ("broken off", "done", "done")
    assert second.params == DEFAULTS != third.params


def test_losses_beyond_all_bounds_end_a_trial_not_the_search(
    store: Store, make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    dataset = make()
    monkeypatch.setattr(
        "model.training.head.isfinite", lambda losses: losses < 2 * np.log(2) + 0.01
    )  # Twice that of guessing
    run_trials(store, TuningRequest(dataset, 12))
    states = [trial.state for trial in trials_of(store, dataset)]
    assert set(states) == {"done", "diverged"}


def joined(
    store: Store, dataset: Dataset, *, processes: int = 2, trials: int = 6
) -> list[dict[str, object]]:
    """The trials of several processes that search together, as they report them."""
    command = [
        sys.executable,
        "-m",
        "model",
        "search",
        "--dataset",
        dataset.name,
        "--trials",
        str(trials),
        "--json",
    ]
    environment = {**os.environ, "AREOLE_HOME": str(store.home)}
    pipe = subprocess.PIPE
    started = [
        subprocess.Popen(command, cwd=ROOT, env=environment, stdout=pipe, stderr=pipe)
        for _ in range(processes)
    ]
    lines: list[dict[str, object]] = []
    for process in started:
        said, complained = process.communicate(timeout=120)
        assert (process.returncode, complained.decode()) == (0, "")
        *own, _summary = (json.loads(line) for line in said.splitlines())
        assert len(own) == trials
        lines += own
    return lines


def check_that_two_join(store: Store, dataset: Dataset) -> None:
    lines = joined(store, dataset)
    assert sorted(int(str(line["number"])) for line in lines) == list(range(12))
    assert len({json.dumps(line["params"]) for line in lines}) == 12
    kept = trials_of(store, dataset)
    assert [trial.state for trial in kept] == ["done"] * 12
    assert kept[0].params == DEFAULTS
    assert {trial.number: trial.valid_loss for trial in kept} == {
        line["number"]: line["valid_loss"] for line in lines
    }


def test_two_processes_join_one_search_in_one_sqlite_file(empty_store: Store) -> None:
    check_that_two_join(empty_store, made(empty_store))


@pytest.mark.parametrize(
    "step", ["CREATE TABLE studies", "INSERT INTO version_info", "INSERT INTO alembic_version"]
)
def test_another_process_may_be_quicker_at_each_step_of_making_the_tables(
    empty_store: Store, step: str
) -> None:
    came_between: list[str] = []

    def come_between(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        if statement.strip().startswith(step) and not came_between:
            came_between.append(statement)
            with opened(empty_store, None, writing=True):
                pass

    event.listen(Engine, "before_cursor_execute", come_between)
    try:
        with opened(empty_store, None, writing=True) as shared:
            assert shared.get_all_studies() == []
    finally:
        event.remove(Engine, "before_cursor_execute", come_between)
    assert came_between


def test_two_processes_join_one_search_on_postgresql(on_postgresql: Store) -> None:  # noqa: F811
    check_that_two_join(on_postgresql, made(on_postgresql))


def test_the_catalogue_works_on_beside_optunas_tables(empty_store: Store) -> None:
    dataset = made(empty_store)
    assert findings(empty_store, dataset) is None
    assert not was_ever_searched(empty_store)  # Looking made no tables.
    run_trials(empty_store, TuningRequest(dataset, 1))
    again = open_store(empty_store.home)
    try:
        assert find_dataset(again, dataset.name) == dataset
        train_head_run(
            again,
            best_request(dataset, findings(again, dataset) or pytest.fail("Nothing was found.")),
        )
        forget_search(again, dataset)
        assert findings(again, dataset) is None
        run_trials(again, TuningRequest(dataset, 1))
        assert len(trials_of(again, dataset)) == 1
    finally:
        again.engine.dispose()


def test_a_search_that_is_forgotten_while_it_runs_ends_with_a_sentence(
    store: Store, make: Make
) -> None:
    dataset = make()
    with pytest.raises(NotFound, match="forgotten this search"):
        run_trials(
            store, TuningRequest(dataset, 3), on_trial=lambda _trial: forget_search(store, dataset)
        )


def test_searches_of_workspaces_that_are_gone_are_forgotten(
    store: Store, make: Make, workspace: str
) -> None:
    dataset = make()
    for owner in (workspace, None):
        run_trials(store, TuningRequest(dataset, 1, workspace=owner))
    run_trials(store, TuningRequest(dataset, 0))
    assert findings(store, dataset, workspace=workspace)
    clear_workspaces(store, [workspace])
    run_trials(store, TuningRequest(dataset, 0))
    assert findings(store, dataset, workspace=workspace) is None
    assert findings(store, dataset)


def test_a_damaged_search_is_said_to_be_so_and_can_be_forgotten(store: Store, make: Make) -> None:
    dataset = make()
    run_trials(store, TuningRequest(dataset, 2))
    newest = "(select max(trial_id) from trials)"
    with store.writing() as session:
        session.execute(
            text(f"update trial_user_attributes set value_json = '[1' where trial_id = {newest}")
        )
    with pytest.raises(StoreUnavailable, match="is damaged"):
        findings(store, dataset)
    with pytest.raises(StoreUnavailable, match="is damaged"):
        run_trials(store, TuningRequest(dataset, 1))
    forget_search(store, dataset)
    run_trials(store, TuningRequest(dataset, 1))
    assert len(trials_of(store, dataset)) == 1


@pytest.mark.parametrize(
    "storage",
    [
        "nonsense",
        "nosuch://host/x",
        "sqlite:////proc/search.db",
        "postgresql+psycopg://me:secret@127.0.0.1:1/x",
    ],
)
def test_a_storage_that_cannot_be_used_is_a_sentence(
    store: Store, storage: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("AREOLE_HOME", str(store.home))
    assert main(["search", "--storage", storage, "--trials", "1", "--json"]) == 1
    said = capsys.readouterr()
    assert said.out == ""
    assert "storage" in said.err
    assert "secret" not in said.err


@pytest.fixture
def home(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AREOLE_HOME", str(store.home))


@pytest.mark.usefixtures("home")
def test_the_command_writes_a_line_a_trial_and_what_was_found_last(
    store: Store, make: Make, capsys: pytest.CaptureFixture[str]
) -> None:
    dataset = make()
    command = ["search", "--dataset", dataset.name, "--json"]
    assert main([*command, "--trials", "4", "--keep-best"]) == 0
    said = capsys.readouterr()
    *lines, last = (json.loads(line) for line in said.out.splitlines())
    assert [line["number"] for line in lines] == [0, 1, 2, 3]
    assert {frozenset(line) for line in lines} == {
        frozenset({"number", "state", "params", "valid_loss", "error_rate", "seconds"})
    }
    assert (last["trials"], last["finished"]) == (4, 4)
    best = min(lines, key=lambda line: float(line["valid_loss"]))
    assert last["best"]["number"] == best["number"]
    assert load_run(run_folder(store, last["run"])).card.settings.epochs == best["params"]["epochs"]
    assert said.err == ""
    assert main([*command, "--trials", "0", "--forget"]) == 0
    assert findings(store, dataset) is None


def test_ctrl_c_ends_the_command_with_what_was_found(empty_store: Store) -> None:
    dataset = made(empty_store)
    command = [
        sys.executable,
        "-m",
        "model",
        "search",
        "--dataset",
        dataset.name,
        "--trials",
        "100000",
        "--json",
    ]
    environment = {**os.environ, "AREOLE_HOME": str(empty_store.home)}
    with subprocess.Popen(
        command,
        cwd=ROOT,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout
        assert process.stderr
        process.stdout.readline()
        process.send_signal(signal.SIGINT)
        *_, last = process.stdout.readlines()
        assert process.stderr.read().startswith("Stopped. What was found is kept")
    assert process.returncode == 1
    assert json.loads(last)["defaults"]["number"] == 0
    assert not [trial for trial in trials_of(empty_store, dataset) if trial.state == "running"]


def test_pages_can_import_it_without_optuna_and_torch() -> None:
    heavy = "{'optuna', 'torch', 'alembic'} & set(sys.modules)"
    code = (
        f"import sys, model.experiments.tuning.findings; sys.exit(str({heavy}) if {heavy} else 0)"
    )
    subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True)
