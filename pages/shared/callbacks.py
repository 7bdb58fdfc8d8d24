"""Actions in callbacks, which cannot draw.

A failure is kept for the next rerun of the page to show.
"""

from collections.abc import Callable

from model.errors import AreoleError
from pages.shared import state


def attempt(action: Callable[..., None], *arguments: object, **named: object) -> None:
    """Run an action; where it fails by name, the page shows the reason."""
    succeeds(action, *arguments, **named)


def succeeds(action: Callable[..., None], *arguments: object, **named: object) -> bool:
    """Run an action; return False where it fails by name, and the page shows the reason."""
    try:
        action(*arguments, **named)
    except AreoleError as error:
        state.set_failure(str(error))
        return False
    return True
