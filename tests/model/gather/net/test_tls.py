"""Names, addresses and certificates: a TLS server here plays a public one at 93.184.216.34."""

import socket
import ssl
import time
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from threading import Thread

import pytest
import trustme

from model.errors import Cancelled
from model.gather.net import fetch as fetching
from model.gather.net.errors import FetchFailed, Unreachable
from model.gather.net.fetch import PHOTO, fetch
from tests.model.gather.fake_sources import FakeSources, Reply
from tests.model.gather.net.test_fetch import DRIPS, JPEG, cancelled_after, unchecked

PUBLIC, PRIVATE = "93.184.216.34", "10.0.0.1"


@dataclass
class Internet:
    """What the name server answers, and where connections went."""

    server: FakeSources
    names: dict[str, list[list[str]]] = field(
        default_factory=dict
    )  # Name -> the answers one after the other
    resolved: list[str] = field(default_factory=list)
    connected: list[tuple[str, int]] = field(default_factory=list)
    dead: set[str] = field(default_factory=set)
    port: int = 0  # Of this machine; it plays every public address.


@pytest.fixture
def internet(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Internet]:
    authority, server = trustme.CA(), FakeSources()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("photos.example").configure_cert(context)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    authority.cert_pem.write_to_path(str(tmp_path / "authority.pem"))
    monkeypatch.setattr("certifi.where", lambda: str(tmp_path / "authority.pem"))
    world = Internet(server, port=server.server_address[1])
    look_up, connect = socket.getaddrinfo, socket.socket.connect

    def resolve(name: str, port: int, *args: int, **options: int) -> list[object]:
        if name not in world.names:
            return list(look_up(name, port, *args, **options))
        world.resolved.append(name)
        answers = world.names[name].pop(0)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port)) for address in answers]

    def reach(self: socket.socket, address: tuple[str, int]) -> None:
        world.connected.append(address)
        if address[0] in world.dead:
            raise ConnectionRefusedError
        connect(self, ("127.0.0.1", world.port))

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    monkeypatch.setattr(socket.socket, "connect", reach)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield world
    server.shutdown()
    thread.join()
    server.server_close()


def test_a_name_is_looked_up_once_and_the_checked_address_is_connected_to(
    internet: Internet,
) -> None:
    internet.names["photos.example"] = [
        [PUBLIC],
        [PRIVATE],
    ]  # DNS rebinding: the second answer is another.
    internet.server.forever["/1.jpg"] = Reply(b"bytes", headers=JPEG)
    assert fetch("https://photos.example/1.jpg", PHOTO, unchecked).body == b"bytes"
    assert internet.resolved == ["photos.example"]
    assert internet.connected == [(PUBLIC, 443)]
    assert internet.server.asked[0].headers["Host"] == "photos.example"


def test_a_redirect_is_looked_up_and_checked_anew(internet: Internet) -> None:
    internet.names["photos.example"] = [[PUBLIC], [PRIVATE]]
    internet.server.forever["/1.jpg"] = Reply(status=302, headers={"Location": "/2.jpg"})
    with pytest.raises(FetchFailed, match="not public"):
        fetch("https://photos.example/1.jpg", PHOTO, unchecked)
    assert internet.connected == [(PUBLIC, 443)]
    assert internet.server.paths() == ["/1.jpg"]


def test_a_name_with_a_private_address_is_never_connected_to(internet: Internet) -> None:
    internet.names["inside.example"] = [[PRIVATE]]
    with pytest.raises(FetchFailed, match="not public"):
        fetch("https://inside.example/1.jpg", PHOTO, unchecked)
    assert not internet.connected


def test_the_certificate_must_be_for_the_name(internet: Internet) -> None:
    internet.names["other.example"] = [[PUBLIC]]
    with pytest.raises(FetchFailed, match="certificate"):
        fetch("https://other.example/1.jpg", PHOTO, unchecked)
    with pytest.raises(FetchFailed, match="certificate"):
        fetch(f"https://{PUBLIC}/1.jpg", PHOTO, unchecked)
    assert not internet.server.asked


def test_nobody_believes_a_certificate_of_an_unknown_authority(
    internet: Internet, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    trustme.CA().cert_pem.write_to_path(str(tmp_path / "another.pem"))
    monkeypatch.setattr("certifi.where", lambda: str(tmp_path / "another.pem"))
    internet.names["photos.example"] = [[PUBLIC]]
    with pytest.raises(FetchFailed, match="certificate"):
        fetch("https://photos.example/1.jpg", PHOTO, unchecked)


def test_where_one_address_is_dead_the_next_is_tried(internet: Internet) -> None:
    internet.names["photos.example"] = [["93.184.216.35", PUBLIC]]
    internet.dead.add("93.184.216.35")
    internet.server.forever["/1.jpg"] = Reply(b"bytes", headers=JPEG)
    assert fetch("https://photos.example/1.jpg", PHOTO, unchecked).body == b"bytes"
    assert internet.connected == [("93.184.216.35", 443), (PUBLIC, 443)]


def test_what_nobody_wants_is_not_even_looked_up(internet: Internet) -> None:
    internet.names["photos.example"] = [[PUBLIC]]
    with pytest.raises(Cancelled):
        fetch("https://photos.example/1.jpg", PHOTO, cancelled_after(-1))
    assert not internet.resolved


def test_a_name_that_nobody_knows(internet: Internet, monkeypatch: pytest.MonkeyPatch) -> None:
    def offline(*args: object, **options: object) -> None:
        raise socket.gaierror(socket.EAI_AGAIN, "Temporary failure in name resolution")

    monkeypatch.setattr(socket, "getaddrinfo", offline)
    with pytest.raises(Unreachable, match="its name is not known here"):
        fetch("https://photos.example/1.jpg", PHOTO, unchecked)


@pytest.mark.parametrize("drip", ["headers", "body", "silence"])
def test_a_drip_through_tls_ends_with_the_time(internet: Internet, drip: str) -> None:
    internet.names["photos.example"] = [[PUBLIC]]
    internet.server.forever["/drip"] = DRIPS[drip]
    start = time.monotonic()
    with pytest.raises(FetchFailed, match="it took longer than"):
        fetch("https://photos.example/drip", replace(PHOTO, seconds=0.6), unchecked)
    assert time.monotonic() - start < 3


@pytest.fixture
def endless_handshake(internet: Internet, drops: bytes) -> Iterator[None]:
    """Let every public address connect, send these bytes one by one, never end the handshake."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        internet.port = listener.getsockname()[1]

        def drip() -> None:
            theirs, _ = listener.accept()
            with theirs, suppress(OSError):
                for drop in drops:
                    time.sleep(0.05)
                    theirs.send(bytes([drop]))
                while theirs.recv(1000):
                    pass

        thread = Thread(target=drip)
        thread.start()
        yield
        thread.join()


HANDSHAKES = pytest.mark.parametrize(
    "drops", [b"", b"\x16\x03\x03\x40\x00" + b"\x02" * 100], ids=["silence", "drip"]
)


@HANDSHAKES
@pytest.mark.usefixtures("endless_handshake")
def test_a_handshake_that_never_ends(internet: Internet, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fetching, "CONNECT_S", 0.4)
    internet.names["photos.example"] = [[PUBLIC]]
    start = time.monotonic()
    with pytest.raises(Unreachable):
        fetch("https://photos.example/1.jpg", PHOTO, unchecked)
    assert time.monotonic() - start < 3


@HANDSHAKES
@pytest.mark.usefixtures("endless_handshake")
def test_a_handshake_can_be_called_off(internet: Internet) -> None:
    internet.names["photos.example"] = [[PUBLIC]]
    start = time.monotonic()
    with pytest.raises(Cancelled):
        fetch("https://photos.example/1.jpg", PHOTO, cancelled_after(0.3))
    assert time.monotonic() - start < 3


@HANDSHAKES
@pytest.mark.usefixtures("endless_handshake")
def test_a_handshake_ends_with_the_time(internet: Internet) -> None:
    internet.names["photos.example"] = [[PUBLIC]]
    start = time.monotonic()
    with pytest.raises(FetchFailed, match="it took longer than"):
        fetch("https://photos.example/1.jpg", replace(PHOTO, seconds=0.4), unchecked)
    assert time.monotonic() - start < 3


@pytest.fixture
def deaf(internet: Internet) -> Iterator[None]:
    """Let no public address answer a connection: the system's backlog is full."""
    with socket.create_server(("127.0.0.1", 0), backlog=0) as listener, ExitStack() as opened:
        internet.port = listener.getsockname()[1]
        for _ in range(3):
            caller = opened.enter_context(socket.socket())
            caller.setblocking(False)
            with suppress(BlockingIOError):
                caller.connect((PUBLIC, 443))
        internet.connected.clear()
        yield


@pytest.mark.usefixtures("deaf")
def test_a_connection_can_be_called_off(internet: Internet) -> None:
    internet.names["photos.example"] = [[PUBLIC]]
    start = time.monotonic()
    with pytest.raises(Cancelled):
        fetch("https://photos.example/1.jpg", PHOTO, cancelled_after(0.3))
    assert time.monotonic() - start < 3
    assert internet.connected == [(PUBLIC, 443)]


@pytest.mark.usefixtures("deaf")
def test_the_time_is_for_all_addresses_together(internet: Internet) -> None:
    internet.names["photos.example"] = [["93.184.216.35", PUBLIC, "93.184.216.36"]]
    start = time.monotonic()
    with pytest.raises(FetchFailed, match="it took longer than"):
        fetch("https://photos.example/1.jpg", replace(PHOTO, seconds=0.5), unchecked)
    assert time.monotonic() - start < 3


def test_the_time_is_for_looking_up_a_name_too(
    internet: Internet, monkeypatch: pytest.MonkeyPatch
) -> None:
    look_up = socket.getaddrinfo

    def slowly(name: str, port: int, *args: int, **options: int) -> list[object]:
        time.sleep(0.5)
        return list(look_up(name, port, *args, **options))

    monkeypatch.setattr(socket, "getaddrinfo", slowly)
    internet.names["photos.example"] = [[PUBLIC]]
    with pytest.raises(FetchFailed, match="it took longer than"):
        fetch("https://photos.example/1.jpg", replace(PHOTO, seconds=0.2), unchecked)
    assert not internet.connected


@pytest.mark.usefixtures("deaf")
def test_three_addresses_are_tried_and_no_more(
    internet: Internet, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fetching, "CONNECT_S", 0.1)
    internet.names["photos.example"] = [[f"93.184.216.{last}" for last in range(10)]]
    with pytest.raises(Unreachable):
        fetch("https://photos.example/1.jpg", PHOTO, unchecked)
    assert internet.connected == [(f"93.184.216.{last}", 443) for last in range(3)]


def test_the_environment_has_no_say(
    internet: Internet, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for name in (
        "HTTP_PROXY",
        "HTTPS_PROXY",
        "ALL_PROXY",
        "http_proxy",
        "https_proxy",
        "all_proxy",
    ):
        monkeypatch.setenv(name, "http://proxy.example:3128")
    trustme.CA().cert_pem.write_to_path(str(tmp_path / "another.pem"))
    for name in ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE"):
        monkeypatch.setenv(name, str(tmp_path / "another.pem"))
    (tmp_path / ".netrc").write_text("machine photos.example login ana password secret\n")
    monkeypatch.setenv("HOME", str(tmp_path))
    internet.server.forever["/1.jpg"] = Reply(b"bytes", headers=JPEG)
    for spared in ("", "*", "photos.example"):
        monkeypatch.setenv("NO_PROXY", spared)
        internet.names["photos.example"] = [[PUBLIC]]
        assert fetch("https://photos.example/1.jpg", PHOTO, unchecked).body == b"bytes"
    assert internet.connected == [(PUBLIC, 443)] * 3
    assert not [asked for asked in internet.server.asked if "Authorization" in asked.headers]


def test_an_authority_that_only_the_environment_names_is_not_believed(
    internet: Internet, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    trustme.CA().cert_pem.write_to_path(str(tmp_path / "another.pem"))
    for name in ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE"):
        monkeypatch.setenv(name, str(tmp_path / "authority.pem"))
    monkeypatch.setattr("certifi.where", lambda: str(tmp_path / "another.pem"))
    internet.names["photos.example"] = [[PUBLIC]]
    with pytest.raises(FetchFailed, match="certificate"):
        fetch("https://photos.example/1.jpg", PHOTO, unchecked)


def test_cookies_are_neither_kept_nor_read(
    internet: Internet, monkeypatch: pytest.MonkeyPatch
) -> None:
    def read(*args: object) -> None:
        pytest.fail("a cookie was read")

    monkeypatch.setattr("http.cookiejar.CookieJar.extract_cookies", read)
    internet.names["photos.example"] = [[PUBLIC]] * 3
    cookie = {"Set-Cookie": "visitor=1; Path=/; Max-Age=1000"}
    internet.server.forever["/1.jpg"] = Reply(status=302, headers={"Location": "/2.jpg", **cookie})
    internet.server.forever["/2.jpg"] = Reply(b"bytes", headers={**JPEG, **cookie})
    for path in ("1", "2"):
        assert fetch(f"https://photos.example/{path}.jpg", PHOTO, unchecked).body == b"bytes"
    assert internet.server.paths() == ["/1.jpg", "/2.jpg", "/2.jpg"]
    assert not [asked for asked in internet.server.asked if "Cookie" in asked.headers]


def test_a_redirect_to_another_host_is_asked_there_by_its_own_name_and_certificate(
    internet: Internet,
) -> None:
    internet.names = {"photos.example": [[PUBLIC]], "other.example": [["93.184.216.35"]]}
    internet.server.forever["/1.jpg"] = Reply(
        status=302, headers={"Location": "https://other.example/2.jpg"}
    )
    with pytest.raises(FetchFailed, match="certificate"):
        fetch("https://photos.example/1.jpg", PHOTO, unchecked)
    assert internet.connected == [(PUBLIC, 443), ("93.184.216.35", 443)]
    assert internet.server.paths() == ["/1.jpg"]
