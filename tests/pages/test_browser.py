"""The key of the browser that looks at a page."""

import pytest
import streamlit as st

from model.catalogue.browsers import opened_workspaces
from model.catalogue.store import Store
from pages.shared.browser import COOKIE, browser_key, new_browser_key
from tests.pages.conftest import open_page


def let_have(monkeypatch: pytest.MonkeyPatch, **cookies: str) -> None:
    """Let the browser send these cookies."""
    monkeypatch.setattr(type(st.context), "cookies", cookies)


@pytest.mark.parametrize("key", ["", "x", "a" * 21 + "'"])
def test_what_is_no_key_is_none(monkeypatch: pytest.MonkeyPatch, key: str) -> None:
    let_have(monkeypatch, **{COOKIE: key})
    assert browser_key() is None


def test_the_first_look_notes_which_browser_opens_the_workspace(
    store: Store, workspace: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = new_browser_key()
    let_have(monkeypatch, **{COOKIE: key})
    open_page("evaluate", workspace)
    assert opened_workspaces(store, key) == [workspace]


def test_without_a_key_nothing_is_noted_and_the_page_is_there(
    workspace: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    let_have(monkeypatch)
    assert browser_key() is None
    assert open_page("evaluate", workspace).title
