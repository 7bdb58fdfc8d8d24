"""The worksheet: the ten highest losses of a run's table in order, and what the visitor made of
each.
"""

import numpy as np
import pytest

from model.catalogue.edits import DELETE, KEEP, NOTE, RELABEL, EditAction
from model.catalogue.store import Store
from model.cleaning.decisions import Decision, decide, history, undo
from model.cleaning.worksheet import ROWS, WorksheetCase, worksheet
from model.evaluation.table import Evaluation
from model.runs.run import load_run, run_folder
from tests.conftest import fabricate

CLASSES = ("ant", "bee")
RIGHT_BY = (
    -3.0,
    4.0,
    0.0,
    -1.0,
    2.0,
    -5.0,
    1.0,
    -0.5,
    3.0,
    -2.0,
    0.5,
    -4.0,
)  # By how much the label's logit is the higher one.


@pytest.fixture
def made(store: Store) -> tuple[str, Evaluation]:
    """A workspace and its run's validation table.

    Twelve photos, ants and bees by turns, of every loss.
    """
    labels = [number % 2 for number in range(len(RIGHT_BY))]
    logits = np.zeros((len(RIGHT_BY) + 2, 2), np.float32)
    logits[range(len(RIGHT_BY)), labels] = RIGHT_BY
    logits[len(RIGHT_BY) :, 0] = -9  # Of train: worse than all of valid.
    rows = [*((CLASSES[label], "valid") for label in labels), ("ant", "train"), ("ant", "train")]
    workspace, run = fabricate(store, CLASSES, rows, logits)
    return workspace, load_run(run_folder(store, run)).evaluation.for_split("valid")


def sheet(store: Store, workspace: str, table: Evaluation) -> list[WorksheetCase]:
    return worksheet(table, history(store, workspace).standing)


def test_it_lists_the_ten_highest_losses_the_highest_first(
    store: Store, made: tuple[str, Evaluation]
) -> None:
    workspace, table = made
    cases = sheet(store, workspace, table)
    worst = np.argsort(RIGHT_BY)[:ROWS]
    assert [case.photo for case in cases] == [table.photos[row] for row in worst]
    assert [case.loss for case in cases] == pytest.approx(
        [np.log1p(np.exp(-RIGHT_BY[row])) for row in worst], rel=1e-4
    )
    assert {case.split for case in cases} == {"valid"}


def test_a_case_says_what_it_was_filed_under_and_taken_for(
    store: Store, made: tuple[str, Evaluation]
) -> None:
    workspace, table = made
    cases = sheet(store, workspace, table)
    first, last = cases[0], cases[-1]
    assert (first.label, first.predicted) == ("bee", "ant")
    assert first.probability == pytest.approx(1 / (1 + np.exp(-5)), rel=1e-4)
    assert (last.label, last.predicted) == ("ant", "ant")
    assert last.probability == pytest.approx(1 / (1 + np.exp(-2)), rel=1e-4)


def test_nothing_is_done_before_something_is_decided(
    store: Store, made: tuple[str, Evaluation]
) -> None:
    workspace, table = made
    assert {(case.edit, case.action) for case in sheet(store, workspace, table)} == {(None, "")}


@pytest.mark.parametrize(
    ("action", "label", "words"),
    [
        (KEEP, None, "kept"),
        (DELETE, None, "deleted"),
        (RELABEL, "ant", "moved to ant"),
        (NOTE, None, ""),
    ],
)
def test_what_was_done_and_why_stands_beside_its_photo_only(
    store: Store, made: tuple[str, Evaluation], action: EditAction, label: str | None, words: str
) -> None:
    workspace, table = made
    photo = sheet(store, workspace, table)[0].photo
    decide(store, workspace, [Decision(photo, action, label, "a bee-like ant")])
    first, *others = sheet(store, workspace, table)
    assert (first.photo, first.action) == (photo, words)
    assert first.edit is not None
    assert first.edit.reason == "a bee-like ant"
    assert {case.edit for case in others} == {None}


def test_a_decision_moves_no_photo_and_changes_no_figure(
    store: Store, made: tuple[str, Evaluation]
) -> None:
    workspace, table = made
    before = sheet(store, workspace, table)
    decide(store, workspace, [Decision(case.photo, DELETE) for case in before[:5]])
    after = sheet(store, workspace, table)
    figures = [
        [(case.photo, case.label, case.predicted, case.probability, case.loss) for case in cases]
        for cases in (before, after)
    ]
    assert figures[0] == figures[1]
    assert [case.action for case in after] == ["deleted"] * 5 + [""] * 5


def test_what_was_undone_is_no_longer_there(store: Store, made: tuple[str, Evaluation]) -> None:
    workspace, table = made
    decide(store, workspace, [Decision(table.photos[0], DELETE)])
    undo(store, workspace, 1)
    assert {case.edit for case in sheet(store, workspace, table)} == {None}


def test_decisions_about_other_photos_are_left_out(
    store: Store, made: tuple[str, Evaluation]
) -> None:
    workspace, table = made
    best = table.photos[int(np.argmax(RIGHT_BY))]
    decide(store, workspace, [Decision(best, KEEP)])
    cases = sheet(store, workspace, table)
    assert best not in [case.photo for case in cases]
    assert not any(case.edit for case in cases)


def test_a_short_table_gives_a_short_sheet(made: tuple[str, Evaluation]) -> None:
    _, table = made
    assert len(worksheet(table.rows(range(3)), {})) == 3
    assert worksheet(table.rows([]), {}) == []
