"""Doing something in a callback, which cannot draw.

What goes wrong by name is kept for the next run of the page to say.
"""

from collections.abc import Callable

from model.errors import AreoleError
from pages.shared import state


def attempt(action: Callable[..., None], *arguments: object, **named: object) -> None:
    """Do something; where it cannot be done, the page says why."""
    succeeds(action, *arguments, **named)


def succeeds(action: Callable[..., None], *arguments: object, **named: object) -> bool:
    """Do something; False where it cannot be done, and the page says why."""
    try:
        action(*arguments, **named)
    except AreoleError as error:
        state.set_failure(str(error))
        return False
    return True
