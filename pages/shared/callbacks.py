"""Actions that may fail by name: in callbacks, which cannot draw, and in the page itself."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import ParamSpec

import streamlit as st

from model.errors import AreoleError
from pages.shared import state
from pages.shared.text import plain

Arguments = ParamSpec("Arguments")


def attempt(
    action: Callable[Arguments, object], *args: Arguments.args, **kwargs: Arguments.kwargs
) -> bool:
    """Run an action; return False where it fails by name, and the next rerun shows the reason."""
    try:
        action(*args, **kwargs)
    except AreoleError as error:
        state.set_failure(str(error))
        return False
    return True


def attempting(
    action: Callable[Arguments, object], *args: Arguments.args, **kwargs: Arguments.kwargs
) -> Callable[[], None]:
    """Make a callback that attempts an action."""

    def callback() -> None:
        attempt(action, *args, **kwargs)

    return callback


@contextmanager
def failure_shown() -> Iterator[None]:
    """Show the reason where what is done inside fails by name, and go on after it."""
    try:
        yield
    except AreoleError as error:
        st.error(plain(str(error)), icon=":material/error:")
