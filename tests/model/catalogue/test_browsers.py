"""Which workspaces a browser has opened."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select, update

from model.catalogue.browsers import forget_openings, note_opened, opened_workspaces
from model.catalogue.schema import BrowserRow
from model.catalogue.store import Store
from model.catalogue.workspaces import new_workspace_id
from model.datasets.cleanup import clear_workspaces

KEY, OTHER_KEY = "k" * 22, "o" * 22


def make_older(store: Store, workspace: str, days: int) -> None:
    """Let a workspace have been opened so many days before."""
    with store.writing() as session:
        row = update(BrowserRow).where(BrowserRow.workspace == workspace)
        session.execute(row.values(opened_at=datetime.now(UTC) - timedelta(days=days)))


def test_a_browser_opens_workspaces_and_another_has_opened_none(bare_store: Store) -> None:
    first, second = new_workspace_id(), new_workspace_id()
    for workspace in (first, second, first):
        note_opened(bare_store, KEY, workspace)
    assert opened_workspaces(bare_store, KEY) == [second, first]
    assert opened_workspaces(bare_store, OTHER_KEY) == []
    make_older(bare_store, second, 3)
    assert opened_workspaces(bare_store, KEY) == [first, second]
    note_opened(bare_store, KEY, second)
    assert opened_workspaces(bare_store, KEY) == [second, first]


def test_the_key_itself_is_nowhere(bare_store: Store) -> None:
    note_opened(bare_store, KEY, new_workspace_id())
    with bare_store.reading() as session:
        [browser] = session.scalars(select(BrowserRow.browser))
    assert KEY not in browser
    assert len(browser) == 64


def test_what_was_opened_long_ago_is_forgotten(bare_store: Store) -> None:
    old, new = new_workspace_id(), new_workspace_id()
    for workspace in (old, new):
        note_opened(bare_store, KEY, workspace)
    make_older(bare_store, old, 91)
    forget_openings(bare_store, 90)
    assert opened_workspaces(bare_store, KEY) == [new]


def test_a_workspace_that_is_destroyed_is_forgotten(bare_store: Store) -> None:
    gone, kept = new_workspace_id(), new_workspace_id()
    for workspace in (gone, kept):
        note_opened(bare_store, KEY, workspace)
    clear_workspaces(bare_store, [gone])
    assert opened_workspaces(bare_store, KEY) == [kept]


def test_opening_again_on_the_same_day_writes_nothing(
    bare_store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    workspace = new_workspace_id()
    note_opened(bare_store, KEY, workspace)
    monkeypatch.setattr(Store, "writing", lambda _store: pytest.fail("It writes."))
    note_opened(bare_store, KEY, workspace)
