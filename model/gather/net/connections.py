"""Send requests to checked addresses only: an adapter for `requests` that opens its own sockets.

The host's name stays in the URL, so `requests` sends the Host header and checks the certificate as
always. The library made for this, requests-hardened, pins addresses too, but tries one of several,
opens all of loopback or nothing to tests, and knows no limit on the whole time.
"""

import socket
import ssl
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from functools import lru_cache, partial

import certifi
from requests import PreparedRequest, Request, Response
from requests.adapters import HTTPAdapter
from requests.structures import CaseInsensitiveDict
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.response import BaseHTTPResponse
from urllib3.util import parse_url

from model.gather.net.addresses import addresses_of
from model.gather.net.errors import FetchFailed
from model.links import is_fetchable, is_test_server

ADDRESSES_TRIED = 3

Watch = Callable[[socket.socket], None]  # Takes charge of a socket before it connects.
Dial = Callable[[float | None], socket.socket]  # Opens a connection within so many seconds.


class CheckedAdapter(HTTPAdapter):
    """Connects to public addresses and to the test server, without retries.

    There are no proxies, cookies and passwords: they belong to a session of `requests`.
    """

    def __init__(self, watch: Watch) -> None:
        super().__init__()
        self._watch = watch
        self._pools: list[HTTPConnectionPool] = []

    def get(self, url: str, headers: Mapping[str, str], timeout: tuple[float, float]) -> Response:
        """Send a GET request; return its response, whose body is still to be read.

        `timeout` is in seconds: for a connection, and for silence after it. Raises FetchFailed
        where the URL may not be asked, and the errors of `requests` and urllib3.
        """
        if not is_fetchable(url):
            raise FetchFailed("its address is not one of https")
        try:
            request = Request("GET", url, headers).prepare()
        except ValueError as error:  # The URL's or a header's
            raise FetchFailed("its address or its key makes no sense") from error
        return self.send(request, stream=True, timeout=timeout)

    def get_connection_with_tls_context(
        self, request: PreparedRequest, verify: object, proxies: object = None, cert: object = None
    ) -> HTTPConnectionPool:
        """Make a pool for one request; its connections go to the addresses that the host has now.

        The URL is the one that `requests` made of ours, so it is checked again. Raises FetchFailed.
        """
        url = request.url or ""
        if not is_fetchable(url):
            raise FetchFailed("its address is not one of https")
        target = parse_url(url)
        host, port = (target.host or "").strip("[]"), target.port or 443
        addresses = [host] if is_test_server(target) else addresses_of(host, port)
        dial = partial(_dial, addresses, port, self._watch)
        if target.scheme == "https":
            pool: HTTPConnectionPool = HTTPSConnectionPool(host, port, dial=dial)
            pool.ConnectionCls = _SecureConnection
        else:
            pool = HTTPConnectionPool(host, port, dial=dial)
            pool.ConnectionCls = _PlainConnection
        self._pools.append(pool)
        return pool

    def build_response(self, req: PreparedRequest, resp: BaseHTTPResponse) -> Response:
        """Return the response without its cookies: reading hostile ones can take a second."""
        response = Response()
        response.status_code = resp.status
        response.headers = CaseInsensitiveDict(resp.headers)
        response.raw = resp
        return response

    def close(self) -> None:
        """Close every connection that was opened."""
        for pool in self._pools:
            pool.close()
        super().close()


class _PlainConnection(HTTPConnection):
    """Connects to the test server."""

    def __init__(self, host: str, port: int, *, dial: Dial, timeout: float) -> None:
        super().__init__(host, port, timeout=timeout)
        self._dial = dial

    def _new_conn(self) -> socket.socket:
        return self._dial(self.timeout)


class _SecureConnection(HTTPSConnection):
    """Connects to a server that shows a certificate for the host's name.

    Options are not taken: the pool has others for certificates, and none may weaken ours.
    """

    def __init__(self, host: str, port: int, *, dial: Dial, timeout: float, **_: object) -> None:
        super().__init__(host, port, timeout=timeout, ssl_context=_trust(certifi.where()))
        self._dial = dial

    def _new_conn(self) -> socket.socket:
        return self._dial(self.timeout)

    def connect(self) -> None:
        try:
            super().connect()
        except ssl.SSLCertVerificationError as error:
            raise FetchFailed("its certificate is not valid") from error


@lru_cache(maxsize=1)
def _trust(authorities: str) -> ssl.SSLContext:
    """Load the authorities whose certificates count, from a file; it takes 20 ms, so only once."""
    return ssl.create_default_context(cafile=authorities)


def _dial(
    addresses: Sequence[str], port: int, watch: Watch, timeout: float | None
) -> socket.socket:
    """Connect to the first address that answers; the name, once checked, is not looked up again."""
    failure = OSError("a name without an address")
    for address in addresses[:ADDRESSES_TRIED]:
        try:
            return _connect(address, port, watch, timeout)
        except OSError as error:
            failure = error
    raise failure


def _connect(address: str, port: int, watch: Watch, timeout: float | None) -> socket.socket:
    """Connect to an address. Raises OSError, and what `watch` raises."""
    with ExitStack() as stack:
        family = socket.AF_INET6 if ":" in address else socket.AF_INET
        connection = stack.enter_context(socket.socket(family, socket.SOCK_STREAM))
        connection.settimeout(timeout)
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        watch(connection)
        connection.connect((address, port))
        stack.pop_all()
    return connection
