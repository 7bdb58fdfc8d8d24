"""Keep numpy's matrix products on one core while a head trains."""

from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np  # noqa: F401  # Loads the library whose cores are set here.
from threadpoolctl import ThreadpoolController

_LIBRARIES = [
    (library, library.num_threads)
    for library in ThreadpoolController().select(user_api="blas").lib_controllers
]


@contextmanager
def one_core() -> Iterator[None]:
    """Multiply matrices on one core, in the whole process.

    A step computes so little that sharing it out costs more, the most where the cores are busy.
    Where two heads train at once, the first to end gives both the usual cores back: the other is
    slower, no worse.
    """
    for library, _ in _LIBRARIES:
        library.set_num_threads(1)
    try:
        yield
    finally:
        for library, usual in _LIBRARIES:
            library.set_num_threads(usual)
