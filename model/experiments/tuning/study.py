"""Optuna's side of a search: its storage, its studies, and the sampler of the next settings.

For imports inside functions only: Optuna and its storage take most of a second.
"""

import sqlite3
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from time import monotonic, sleep

import numpy as np
import optuna
from optuna.exceptions import DuplicatedStudyError, ExperimentalWarning, StorageInternalError
from optuna.samplers import TPESampler
from optuna.storages import RDBStorage, RetryHeartbeatStaleTrialCallback
from optuna.study import Study
from optuna.trial import FrozenTrial, TrialState
from sqlalchemy import URL, Connection, Engine, event, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, IntegrityError, SQLAlchemyError

from model.catalogue.store import BUSY_TIMEOUT_S, Store, unavailable
from model.errors import StoreUnavailable
from model.experiments.tuning.space import DEFAULTS
from model.experiments.tuning.trial import IS_DEFAULTS, described

HEARTBEAT_S = 30  # A trial whose process has been silent for twice as long is tried again.
# Processes that start at once collide while the tables are made: all but one try again.
OPENINGS = 5
FOUNDER_S = 2.0  # The wait for the process that creates a study to put the defaults first


class SeededSampler(TPESampler):
    """TPE (Bergstra et al. 2011), seeded anew for each trial by its number.

    Its draws depend on the seed, the number and the trials before it only: a search that was
    stopped goes on as if it had not been, and processes with the same seed never draw the same.
    """

    def __init__(self, seed: int) -> None:
        super().__init__(seed=seed)
        self._first_seed = seed

    def before_trial(self, study: Study, trial: FrozenTrial) -> None:
        """Seed the sampler for this trial."""
        own = int(np.random.SeedSequence([self._first_seed, trial.number]).generate_state(1)[0])
        super().__init__(seed=own)


@contextmanager
def opened(store: Store, storage: str | None, *, writing: bool) -> Iterator[RDBStorage]:
    """Open Optuna's storage, by default the catalogue's database. Raises StoreUnavailable."""
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    # Heartbeats have been experimental for five years.
    warnings.filterwarnings("ignore", category=ExperimentalWarning)
    url = _url(store, storage)
    try:
        shared = _open(url)
        try:
            if url.get_backend_name() == "sqlite":
                _queue_writers(shared.engine, writing=writing)
            yield shared
        finally:
            shared.remove_session()
            shared.engine.dispose()
    except (SQLAlchemyError, StorageInternalError) as error:
        fact = _fact(error)
        raise (_unusable(url, fact) if storage else unavailable(store.home, fact)) from error


def join(shared: RDBStorage, name: str, attributes: dict[str, str | None], seed: int) -> Study:
    """Create the study of this name with the default settings first, or load it.

    A process that loads it waits up to two seconds for those, and adds them where they broke off.
    """
    sampler = SeededSampler(seed)
    try:
        study = optuna.create_study(storage=shared, study_name=name, sampler=sampler)
        study.enqueue_trial(DEFAULTS, user_attrs={IS_DEFAULTS: True})
        for key, value in attributes.items():
            study.set_user_attr(key, value)
    except DuplicatedStudyError:
        study = optuna.load_study(storage=shared, study_name=name, sampler=sampler)
        deadline = monotonic() + FOUNDER_S
        while not trials_of(study) and monotonic() < deadline:
            sleep(0.05)
        defaults = [trial for trial in trials_of(study) if IS_DEFAULTS in trial.user_attrs]
        if all(trial.state == TrialState.FAIL for trial in defaults):
            study.enqueue_trial(DEFAULTS, user_attrs={IS_DEFAULTS: True})
    return study


def find(shared: RDBStorage, name: str) -> Study | None:
    """Load the study of this name, None where there is none."""
    names = {study.study_name for study in shared.get_all_studies()}
    return optuna.load_study(storage=shared, study_name=name) if name in names else None


def trials_of(study: Study) -> list[FrozenTrial]:
    """List all trials by number. Raises StoreUnavailable where they cannot be understood."""
    try:
        trials = study.get_trials(deepcopy=False)
        for trial in trials:
            described(trial)
    except (LookupError, ValueError, TypeError, AttributeError) as error:
        raise StoreUnavailable(
            f"What this search has found is damaged ({error}). Forget it, and search again."
        ) from error
    return trials


def _url(store: Store, storage: str | None) -> URL:
    try:
        return make_url(storage) if storage else store.engine.url
    except (ArgumentError, ValueError) as error:
        raise StoreUnavailable(
            f"--storage must be a database's URL, as sqlite:///search.db: {error}."
        ) from error


def _open(url: URL) -> RDBStorage:
    # Optuna fills templates in URLs; a folder may well have braces in its name.
    text = url.render_as_string(hide_password=False).replace("{", "{{").replace("}", "}}")
    is_sqlite = url.get_backend_name() == "sqlite"
    options = {"connect_args": {"timeout": BUSY_TIMEOUT_S}} if is_sqlite else {}
    for left in reversed(range(OPENINGS)):
        try:
            return RDBStorage(
                text,
                engine_kwargs=options,
                heartbeat_interval=HEARTBEAT_S,
                heartbeat_stale_trial_callback=RetryHeartbeatStaleTrialCallback(max_retry=1),
            )
        except (SQLAlchemyError, StorageInternalError) as error:
            fact = _fact(error)
            if not left or not (isinstance(fact, IntegrityError) or "exist" in str(fact)):
                raise
            sleep(0.2)
        # No driver; nonsense; tables of another Optuna
        except (ImportError, ValueError, RuntimeError) as error:
            raise _unusable(url, error) from error
    raise AssertionError("unreachable")


def _queue_writers(engine: Engine, *, writing: bool) -> None:
    """Let a writer wait its turn before it reads, as the catalogue does: what it has read holds."""

    def prepare(connection: sqlite3.Connection, _record: object) -> None:
        connection.isolation_level = None
        for pragma in ("journal_mode=WAL", "synchronous=NORMAL"):
            connection.execute(f"PRAGMA {pragma}")

    def begin(connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN")

    engine.dispose()  # Connections that were opened without.
    event.listen(engine, "connect", prepare)
    event.listen(engine, "begin", begin)


def _fact(error: Exception) -> Exception:
    """Return SQLAlchemy's error behind Optuna's."""
    cause = error.__cause__ if isinstance(error, StorageInternalError) else None
    return cause if isinstance(cause, Exception) else error


def _unusable(url: URL, error: Exception) -> StoreUnavailable:
    fact = str(error.orig if isinstance(error, DBAPIError) else error).strip()
    return StoreUnavailable(
        f"The search's storage {url.render_as_string()} cannot be used: {fact}."
    )
