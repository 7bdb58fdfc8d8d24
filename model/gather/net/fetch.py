"""Fetch one URL: public addresses only, over https, within limits of size, kind and time.

This is the one way out to the network. It speaks through `requests` without a session: redirects
are followed here, each checked like the first, and the environment has no say. A proxy that it
names would look up names itself, past the check of the addresses.
"""

import socket
from collections.abc import Mapping
from contextlib import closing, suppress
from dataclasses import dataclass
from importlib.metadata import version
from threading import Event, Lock, Thread
from time import monotonic
from typing import TYPE_CHECKING
from urllib.parse import urljoin

from urllib3.exceptions import DecodeError, HTTPError

from model.errors import AreoleError
from model.gather.net.errors import FetchFailed, Unreachable
from model.gather.net.pause import LOOK_S
from model.photos.image import MAX_MEGABYTES
from model.progress import Check
from model.settings import hosting
from model.untrusted_text import without_markup

if TYPE_CHECKING:
    import requests

    from model.gather.net.connections import CheckedAdapter

AREOLE = "1.0"
CONNECT_S = 5.0  # For a connection, and again for its TLS handshake.
CHUNK_BYTES = 64 * 1024
REDIRECTS = (301, 302, 303, 307, 308)


@dataclass(frozen=True)
class Limits:
    """The limits on an answer."""

    what: str  # "a photo"
    types: tuple[str, ...]  # The beginnings that its Content-Type may have
    megabytes: int  # Unpacked
    seconds: float  # To the last byte, over all redirects; only looking up a name is not cut short.
    redirects: int


PHOTO = Limits("a photo", ("image/", "application/octet-stream"), MAX_MEGABYTES, 30, redirects=3)
# Without redirects: a key is for one host.
JSON = Limits("JSON", ("application/json", "application/ld+json"), 8, 20, redirects=0)


@dataclass(frozen=True)
class Response:
    """The answer of a server; the body is there when the status is 200."""

    status: int
    headers: Mapping[str, str]  # Upper and lower case do not matter.
    body: bytes


def fetch(
    url: str, limits: Limits, check: Check, headers: Mapping[str, str] | None = None
) -> Response:
    """Fetch a URL once, following redirects as far as the limits allow; return the answer.

    A thread calls `check` ten times a second. Raises FetchFailed, and what `check` raises.
    """
    # Imported here because the first paint needs no `requests`: 11 ms.
    from model.gather.net.connections import CheckedAdapter

    with Guard(limits.seconds, check) as guard, closing(CheckedAdapter(guard.watch)) as adapter:
        guard.look()
        for _ in range(limits.redirects + 1):
            answer = _exchange(adapter, url, limits, headers or {})
            guard.look()
            if answer.status not in REDIRECTS or not limits.redirects:
                return answer
            url = _redirected(url, answer.headers.get("Location", ""))
            headers = None  # A key was meant for the first host.
        raise FetchFailed(f"it is passed on more than {limits.redirects} times")


class Guard:
    """Ends a fetch when its time is over or the work is cancelled, by shutting its connection.

    A socket's own timeout starts anew with every byte, so one every few seconds would hold it
    for hours. The guard's thread looks ten times a second, to the last byte.
    """

    def __init__(self, seconds: float, check: Check) -> None:
        self._seconds = seconds
        self._end = monotonic() + seconds
        self._check = check
        self._connection: socket.socket | None = None
        self._lock = Lock()  # For the connection
        self._verdict: AreoleError | None = None
        self._over = Event()
        self._thread = Thread(target=self._keep_watch, name="guard", daemon=True)

    def __enter__(self) -> "Guard":
        """Begin to watch."""
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Stop watching. Raises the reason why the connection was shut, where it was."""
        self._over.set()
        self._thread.join()
        if self._connection:
            self._connection.close()
        if self._verdict:
            raise self._verdict

    def look(self) -> None:
        """Raise FetchFailed when the time is over, and what `check` raises."""
        self._check()
        if monotonic() > self._end:
            raise FetchFailed(f"it took longer than {self._seconds:.0f} s")

    def watch(self, connection: socket.socket) -> None:
        """Take charge of a connection before it connects; the last one is over.

        The guard keeps a duplicate: TLS takes over the socket itself, and another thread closes it.
        Raises the reason why the fetch has been ended, where it has.
        """
        if self._verdict:
            raise self._verdict
        with self._lock:
            if self._connection:
                self._connection.close()
            self._connection = connection.dup()

    def _keep_watch(self) -> None:
        while not self._over.wait(LOOK_S):  # To the end: a connection may just be under way.
            try:
                self.look()
            except AreoleError as error:
                self._verdict = self._verdict or error  # First: shutting looks like a body's end.
                self._shut()

    def _shut(self) -> None:
        with self._lock, suppress(OSError):  # Not connected yet: the next look shuts it.
            if self._connection:
                self._connection.shutdown(socket.SHUT_RDWR)


def _redirected(url: str, location: str) -> str:
    try:
        return urljoin(url, location)
    except ValueError as error:
        raise FetchFailed("it is passed on to nowhere") from error


def _exchange(
    adapter: "CheckedAdapter", url: str, limits: Limits, headers: Mapping[str, str]
) -> Response:
    """Send a request and read its answer. Raises FetchFailed."""
    usual = {"User-Agent": user_agent(), "Accept-Encoding": "gzip", "Connection": "close"}
    timeout = (CONNECT_S, limits.seconds + CONNECT_S)  # The guard comes first.
    try:
        with adapter.get(url, {**usual, **headers}, timeout) as response:
            return _answer(response, limits)
    except DecodeError as error:
        raise FetchFailed("it is damaged") from error
    except (OSError, HTTPError) as error:
        raise Unreachable("the connection failed") from error


def _answer(response: "requests.Response", limits: Limits) -> Response:
    if response.status_code != 200:
        return Response(response.status_code, response.headers, b"")
    kind = response.headers.get("Content-Type", "").split(";")[0].strip().lower()
    if not kind.startswith(limits.types):
        kind = without_markup(kind, 40) or "of unknown kind"
        raise FetchFailed(f"it is {kind}, not {limits.what}")
    return Response(200, response.headers, _body(response, limits))


def _body(response: "requests.Response", limits: Limits) -> bytes:
    """Read the whole body, counted as it is unpacked: a small gzip can hold gigabytes."""
    most_bytes = limits.megabytes * 1_000_000
    too_much = FetchFailed(f"it has more than {limits.megabytes} MB")
    if (response.raw.length_remaining or 0) > most_bytes:  # The Content-Length, where there is one
        raise too_much
    body = bytearray()
    while chunk := response.raw.read1(CHUNK_BYTES, decode_content=True):
        body += chunk
        if len(body) > most_bytes:
            raise too_much
    return bytes(body)


def user_agent() -> str:
    """Name the client, a contact and the library, as Wikimedia's User-Agent policy wants it."""
    contact = without_markup(hosting().contact, 120).encode("ascii", "ignore").decode()
    client = f"Areole/{AREOLE} ({contact or 'an app for learning how image classifiers work'})"
    return f"{client} requests/{version('requests')}"
