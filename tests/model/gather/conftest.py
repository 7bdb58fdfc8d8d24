"""Fixtures for gathering; those that other rooms need too are in `fixtures.py`."""

import pytest


@pytest.fixture(autouse=True)
def on_this_machine(no_internet: None) -> None:
    """Let no test of this folder leave the machine."""
