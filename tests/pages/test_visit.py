"""A visit: the database is asked once a rerun which dataset the workspace is on."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import event
from sqlalchemy.engine import Engine

from model.catalogue.dataset import find_dataset
from model.catalogue.edits import DELETE
from model.catalogue.starter import STARTER
from model.catalogue.store import Store
from model.catalogue.workspaces import View, new_workspace_id, view_of
from model.cleaning.decisions import Decision, decide, history, undo
from pages.shared.cache.store import get_dataset
from pages.shared.visit import Visit
from tests.pages.conftest import open_page


@contextmanager
def noted_statements() -> Iterator[list[str]]:
    """Collect the SQL statements that are executed meanwhile."""
    statements: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        statements.append(statement)

    event.listen(Engine, "before_cursor_execute", note)
    try:
        yield statements
    finally:
        event.remove(Engine, "before_cursor_execute", note)


@pytest.mark.parametrize("page", ["classify", "evaluate", "clean", "dataset", "report"])
def test_a_rerun_asks_once_what_the_workspace_is_on(
    page: str, workspace: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    app, workspaces = open_page(page, workspace), []

    def noting(store: Store, workspace: str) -> View:
        workspaces.append(workspace)
        return view_of(store, workspace)

    monkeypatch.setattr("pages.shared.visit.view_of", noting)
    app.run()
    assert not app.exception
    assert workspaces == [workspace]


@pytest.mark.parametrize("page", ["evaluate", "clean"])
def test_a_rerun_takes_few_statements(page: str, workspace: str) -> None:
    app = open_page(page, workspace)
    with noted_statements() as statements:
        app.run()
    assert not app.exception
    assert 0 < len(statements) <= 25, statements  # 21 when this was written; 59 and 62 before


def test_a_visit_is_as_it_began_and_a_renewed_one_sees_the_edits(
    store: Store, workspace: str
) -> None:
    photo = next(one for one in find_dataset(store, STARTER).photos if one.split == "train").photo
    visit = Visit.begin(store, workspace)
    assert photo in get_dataset(visit).labels
    decide(store, workspace, [Decision(photo, DELETE)])
    assert photo in get_dataset(visit).labels
    assert photo not in get_dataset(visit.renewed()).labels
    assert visit.key != visit.renewed().key


def test_who_has_edited_nothing_shares_what_is_loaded_and_an_edit_parts_them(
    store: Store, workspace: str
) -> None:
    other = new_workspace_id()
    first, second = Visit.begin(store, workspace), Visit.begin(store, other)
    assert get_dataset(first) is get_dataset(second)
    photo = get_dataset(first).photos[0].photo
    decide(store, other, [Decision(photo, DELETE, reason="Mine alone")])
    assert get_dataset(second.renewed()).find(photo) is None
    assert get_dataset(first.renewed()).find(photo) is not None
    undo(store, other, history(store, other).edits[-1].step)
    assert second.renewed().key != first.renewed().key
