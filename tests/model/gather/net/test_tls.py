"""Names, addresses and certificates: a TLS server of this machine plays a public one at 93.184.216.34."""

import socket
import ssl
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from threading import Thread

import pytest
import trustme
import urllib3.util.connection

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


@pytest.fixture
def internet(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Internet]:
    authority, server = trustme.CA(), FakeSources()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("photos.example").configure_cert(context)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    authority.cert_pem.write_to_path(str(tmp_path / "authority.pem"))
    monkeypatch.setattr("certifi.where", lambda: str(tmp_path / "authority.pem"))
    fetching._trust.cache_clear()
    world = Internet(server)
    look_up, connect = socket.getaddrinfo, urllib3.util.connection.create_connection

    def resolve(name: str, port: int, *args: int, **options: int) -> list[object]:
        if name not in world.names:
            return list(look_up(name, port, *args, **options))
        world.resolved.append(name)
        answers = world.names[name].pop(0)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port)) for address in answers]

    def reach(address: tuple[str, int], *args: float, **options: float) -> socket.socket:
        world.connected.append(address)
        if address[0] in world.dead:
            raise ConnectionRefusedError
        return connect(("127.0.0.1", server.server_address[1]))

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    monkeypatch.setattr(urllib3.util.connection, "create_connection", reach)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield world
    server.shutdown()
    thread.join()
    server.server_close()
    fetching._trust.cache_clear()


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


@pytest.mark.parametrize(
    "drops", [b"", b"\x16\x03\x03\x40\x00" + b"\x02" * 100], ids=["silence", "drip"]
)
def test_a_handshake_that_never_ends(
    internet: Internet, monkeypatch: pytest.MonkeyPatch, drops: bytes
) -> None:
    ours, theirs = socket.socketpair()
    monkeypatch.setattr(fetching, "CONNECT_S", 0.4)
    internet.names["photos.example"] = [[PUBLIC]]

    def reach(address: tuple[str, int], timeout: float, **options: object) -> socket.socket:
        ours.settimeout(timeout)
        return ours

    def drip() -> None:
        with suppress(OSError):
            for drop in drops:
                time.sleep(0.05)
                theirs.send(bytes([drop]))

    monkeypatch.setattr(urllib3.util.connection, "create_connection", reach)
    dripping = Thread(target=drip)
    dripping.start()
    start = time.monotonic()
    with pytest.raises(Unreachable):
        fetch("https://photos.example/1.jpg", PHOTO, unchecked)
    assert time.monotonic() - start < 3
    theirs.close()
    dripping.join()
