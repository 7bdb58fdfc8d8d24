"""Callbacks of long work: how far it is, and whether to go on."""

from collections.abc import Callable

Progress = Callable[[int, int], None]  # Units done, units in all
Check = Callable[[], None]  # Raises Cancelled once the work was cancelled


def no_progress(done: int, total: int) -> None:
    """Report progress to no one."""
