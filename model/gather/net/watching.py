"""Reading from a socket with an eye on the clock: a slow drip, in the middle of a header even, ends when the time is over.

A socket's own timeout starts anew with every byte.
"""

import io
import socket
from time import monotonic
from typing import Any

from model.gather.net.errors import FetchFailed
from model.gather.net.pause import Check

GLANCE_S = 0.2  # How often somebody who waits looks up


class Watch:
    """The time that is left, and whether anybody still wants what is coming."""

    def __init__(self, seconds: float, check: Check) -> None:
        self._seconds = seconds
        self._end = monotonic() + seconds
        self._check = check

    def look(self) -> float:
        """The seconds left. Raises FetchFailed when there are none, and what `check` raises."""
        self._check()
        left = self._end - monotonic()
        if left <= 0:
            raise FetchFailed(f"it took longer than {self._seconds:.0f} s")
        return left


class WatchedSocket:
    """A connected socket whose reader looks at a watch; all else is the socket's."""

    def __init__(self, inner: socket.socket, watch: Watch) -> None:
        self._inner = inner
        self._watch = watch

    def makefile(self, mode: str) -> io.BufferedReader:
        """What http.client reads an answer from; `mode` is always "rb"."""
        return io.BufferedReader(_WatchedReader(self._inner, self._watch))

    def __getattr__(self, name: str) -> object:
        """Everything that urllib3 asks of a socket but reading."""
        return getattr(self._inner, name)


class _WatchedReader(io.RawIOBase):
    def __init__(self, inner: socket.socket, watch: Watch) -> None:
        self._inner = inner
        self._watch = watch
        self._open = inner.makefile(
            "rb", buffering=0
        )  # http.client closes the socket early; this keeps it open to its end.

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:  # noqa: ANN401  # The type for it, Buffer, comes with Python 3.12.
        while True:
            self._inner.settimeout(min(GLANCE_S, self._watch.look()))
            try:
                return self._inner.recv_into(buffer)
            except TimeoutError:
                continue

    def close(self) -> None:
        self._open.close()
        super().close()
