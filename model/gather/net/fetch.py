"""The one safe way out to the network: public addresses only, over https, within limits of size, kind and time.

It speaks through urllib3's connections, one for each request. The library made for this, requests-hardened, pins
addresses as well, but tries one address of several, opens either all of loopback or nothing to tests, and knows no limit
on the whole time: a server that sends a byte every few seconds would hold it for hours. Environment proxies are not used:
a proxy would resolve the names itself, past the check of the addresses.
"""

import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from http.client import HTTPException
from importlib.metadata import version
from urllib.parse import urljoin

import certifi
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import DecodeError, HTTPError
from urllib3.response import HTTPResponse
from urllib3.util import Url, parse_url

from model.gather.net.addresses import addresses_of
from model.gather.net.errors import FetchFailed, Unreachable
from model.gather.net.pause import Check
from model.gather.net.watching import Watch, WatchedSocket
from model.links import is_fetchable, is_test_server
from model.photos.image import MAX_MEGABYTES
from model.settings import hosting
from model.untrusted_text import without_markup

AREOLE = "1.0"
CONNECT_S = 5.0  # For a connection, and again for its TLS handshake. Only these and looking up a name cannot be called off.
CHUNK_BYTES = 64 * 1024
ADDRESSES_TRIED = 3
REDIRECTS = (301, 302, 303, 307, 308)


@dataclass(frozen=True)
class Limits:
    """What may come back."""

    what: str  # "a photo"
    types: tuple[str, ...]  # How its Content-Type may begin
    megabytes: int  # Unpacked
    seconds: float  # From the first look at the address to the last byte, over all redirects
    redirects: int


PHOTO = Limits(
    "a photo", ("image/", "application/octet-stream"), MAX_MEGABYTES, seconds=30, redirects=3
)
JSON = Limits(
    "JSON", ("application/json", "application/ld+json"), 8, seconds=20, redirects=0
)  # A key goes to one host only.


@dataclass(frozen=True)
class Response:
    """What a server sent; the body is there when the status is 200."""

    status: int
    headers: Mapping[str, str]  # Upper and lower case do not matter.
    body: bytes


def fetch(
    url: str, limits: Limits, check: Check, headers: Mapping[str, str] | None = None
) -> Response:
    """Ask for an address once, following redirects as far as the limits allow. Raises FetchFailed, and what `check` raises."""
    watch = Watch(limits.seconds, check)
    for _ in range(limits.redirects + 1):
        watch.look()
        answer = _ask(url, limits, watch, headers or {})
        if answer.status not in REDIRECTS or not limits.redirects:
            return answer
        url, headers = (
            _redirected(url, answer.headers.get("Location", "")),
            None,
        )  # A key was meant for the first host.
    raise FetchFailed(f"it is passed on more than {limits.redirects} times")


def _redirected(url: str, location: str) -> str:
    try:
        return urljoin(url, location)
    except ValueError as error:
        raise FetchFailed("it is passed on to nowhere") from error


def _ask(url: str, limits: Limits, watch: Watch, headers: Mapping[str, str]) -> Response:
    if not is_fetchable(url):
        raise FetchFailed("its address is not one of https")
    target = parse_url(url)
    try:
        connection = _connected(target, watch)
        try:
            return _exchange(connection, target, limits, watch, headers)
        finally:
            connection.close()
    except ssl.SSLCertVerificationError as error:
        raise FetchFailed("its certificate is not valid") from error
    except DecodeError as error:
        raise FetchFailed("it is damaged") from error
    except (OSError, HTTPError, HTTPException) as error:
        raise Unreachable("the connection failed") from error


def _connected(target: Url, watch: Watch) -> HTTPConnection:
    """A connection to an address that has been checked: the name is not looked up again, so that it cannot change in between."""
    host, port = (target.host or "").strip("[]"), target.port or 443
    addresses = [host] if is_test_server(target) else addresses_of(host, port)
    failure: Exception = OSError("a name without an address")
    for address in addresses[:ADDRESSES_TRIED]:
        connection = _connection(
            target.scheme, address, port, host.rstrip("."), min(CONNECT_S, watch.look())
        )
        try:
            connection.connect()
        except (OSError, HTTPError) as error:
            connection.close()
            failure = error
        else:
            return connection
    raise failure


def _connection(
    scheme: str | None, address: str, port: int, name: str, timeout: float
) -> HTTPConnection:
    """To an address; with https, the server must show a certificate for the name."""
    if scheme == "https":
        return HTTPSConnection(
            address, port, timeout=timeout, ssl_context=_trust(), server_hostname=name
        )
    return HTTPConnection(address, port, timeout=timeout)


@cache
def _trust() -> ssl.SSLContext:
    """Whose certificates are believed; the same list on every machine."""
    return ssl.create_default_context(cafile=certifi.where())


def _exchange(
    connection: HTTPConnection,
    target: Url,
    limits: Limits,
    watch: Watch,
    headers: Mapping[str, str],
) -> Response:
    assert connection.sock is not None
    connection.sock = WatchedSocket(connection.sock, watch)  # It looks like one.
    ours = {
        "Host": target.netloc or "",
        "User-Agent": user_agent(),
        "Accept-Encoding": "gzip",
        "Connection": "close",
    }
    connection.request(
        "GET", target.request_uri, headers={**ours, **headers}, preload_content=False
    )
    response = connection.getresponse()
    try:
        if response.status != 200:
            return Response(response.status, response.headers, b"")
        kind = response.headers.get("Content-Type", "").split(";")[0].strip().lower()
        if not kind.startswith(limits.types):
            raise FetchFailed(
                f"it is {without_markup(kind, 40) or 'of unknown kind'}, not {limits.what}"
            )
        return Response(200, response.headers, _body(response, limits))
    finally:
        response.close()


def _body(response: HTTPResponse, limits: Limits) -> bytes:
    """All of it, counted as it is unpacked: a small gzip can hold gigabytes."""
    most = limits.megabytes * 1_000_000
    too_much = FetchFailed(f"it has more than {limits.megabytes} MB")
    if (response.length_remaining or 0) > most:  # What Content-Length announced, if it did
        raise too_much
    body = bytearray()
    while chunk := response.read1(CHUNK_BYTES):
        body += chunk
        if len(body) > most:
            raise too_much
    return bytes(body)


def user_agent() -> str:
    """Who asks, in the form that Wikimedia's User-Agent policy wants: client, contact, library."""
    contact = without_markup(hosting().contact, 120).encode("ascii", "ignore").decode()
    return f"Areole/{AREOLE} ({contact or 'an app for learning how image classifiers work'}) urllib3/{version('urllib3')}"
