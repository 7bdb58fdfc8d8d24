import socket
from ipaddress import ip_address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from model.gather.net.addresses import addresses_of, is_public
from model.gather.net.errors import FetchFailed
from model.links import is_fetchable


@pytest.mark.parametrize(
    "address",
    [
        "93.184.216.34",
        "1.1.1.1",
        "2606:4700::1111",
        "::ffff:1.1.1.1",
        "64:ff9b::1.1.1.1",
        "2002:101:101::1",
    ],
)
def test_public_addresses(address: str) -> None:
    assert is_public(ip_address(address))


@pytest.mark.parametrize(
    "address",
    [
        *(
            "127.0.0.1",
            "127.8.8.8",
            "0.0.0.0",
            "10.0.0.1",
            "172.16.0.1",
            "192.168.1.1",
            "169.254.169.254",
            "100.64.0.1",
        ),
        *(
            "224.0.0.1",
            "240.0.0.1",
            "255.255.255.255",
            "192.0.0.8",
            "192.0.2.1",
            "192.88.99.1",
            "198.18.0.1",
            "203.0.113.9",
        ),
        *(
            "::1",
            "::",
            "fe80::1",
            "fe80::1%eth0",
            "fc00::1",
            "fd00:ec2::254",
            "fec0::1",
            "ff02::1",
            "2001:db8::1",
            "2001::1",
        ),
        *(
            "::127.0.0.1",
            "::ffff:127.0.0.1",
            "::ffff:10.0.0.1",
            "64:ff9b::7f00:1",
            "64:ff9b::a9fe:a9fe",
            "64:ff9b:1::1",
        ),
        *("2002:7f00:1::", "2002:a00:1::1", "100::1", "3fff::1", "5f00::1"),
    ],
)
def test_addresses_that_are_not_public(address: str) -> None:
    """IANA's special-purpose registries, and their IPv4 addresses wrapped in IPv6."""
    assert not is_public(ip_address(address))


@pytest.mark.parametrize(
    "name", ["127.0.0.1", "2130706433", "0x7f.1", "127.1", "::1", "0.0.0.0", "localhost"]
)
def test_this_machine_by_any_spelling_is_not_public(name: str) -> None:
    with pytest.raises(FetchFailed, match="not public"):
        addresses_of(name, 443)


def test_one_private_address_among_several_is_too_many(monkeypatch: pytest.MonkeyPatch) -> None:
    answers = [
        (socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, 443))
        for address in ("93.184.216.34", "10.0.0.1")
    ]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: answers)
    with pytest.raises(FetchFailed, match="not public"):
        addresses_of("photos.example", 443)


@pytest.mark.parametrize("name", ["a" * 70 + ".example", "\x00"])
def test_a_name_that_cannot_be_one_is_a_sentence(name: str) -> None:
    with pytest.raises(FetchFailed):
        addresses_of(name, 443)


@pytest.mark.parametrize(
    "url",
    ["https://photos.example/1.jpg", "https://photos.example:443/", "https://[2606:4700::1111]/"],
)
def test_what_may_be_asked(url: str) -> None:
    assert is_fetchable(url)


@pytest.mark.parametrize(
    "url",
    [
        *(
            "http://photos.example/1.jpg",
            "ftp://photos.example/",
            "file:///etc/passwd",
            "//photos.example/1.jpg",
            "",
            "https:///1",
        ),
        *(
            "https://ana:secret@photos.example/",
            "https://photos.example:22/",
            "https://photos.example:99999/",
            "javascript:alert(1)",
        ),
        *("data:image/png;base64,AA", "https://[::1", "https://exa\nmple.com/"),
    ],
)
def test_what_may_not_be_asked(url: str) -> None:
    assert not is_fetchable(url)


def test_the_test_server_is_exactly_one_scheme_host_and_port(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert not is_fetchable("http://127.0.0.1:8123/1.jpg")
    monkeypatch.setenv("AREOLE_TEST_SERVER", "http://127.0.0.1:8123")
    assert is_fetchable("http://127.0.0.1:8123/1.jpg")
    for other in (
        "http://127.0.0.1:8124/",
        "http://127.0.0.1/",
        "http://localhost:8123/",
        "http://127.0.0.2:8123/",
    ):
        assert not is_fetchable(other)


@given(st.text() | st.text().map("https://".__add__))
def test_whatever_a_source_calls_an_address_is_judged_without_a_crash(url: str) -> None:
    assert is_fetchable(url) in (True, False)
