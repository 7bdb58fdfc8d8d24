"""Resolve names to addresses, public ones only: a name or a redirect may lead anywhere.

Else a server could be sent to the machines beside it (OWASP: server-side request forgery).
"""

import socket
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

from model.gather.net.errors import FetchFailed, Unreachable

UNICAST = ip_network("2000::/3")  # All of IPv6 that is handed out to the public.
NAT64 = ip_network("64:ff9b::/96")  # An IPv4 address in its last 32 bits (RFC 6052)
# Special-purpose addresses that Python's is_global, in some version we run on, takes for public.
NOT_PUBLIC = (
    ip_network("100.64.0.0/10"),  # Behind a carrier's NAT
    ip_network("192.0.0.0/24"),  # Protocol assignments
    ip_network("192.88.99.0/24"),  # 6to4 relays
    ip_network("2001::/23"),  # Protocol assignments, Teredo among them
    ip_network("3fff::/20"),  # Documentation
)


def addresses_of(host: str, port: int) -> list[str]:
    """Resolve a name to its addresses, all of them public.

    Raises Unreachable where the name is unknown, FetchFailed where it is no name or not public.
    """
    try:
        entries = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except OSError as error:
        raise Unreachable("its name is not known here") from error
    except ValueError as error:
        raise FetchFailed("its name makes no sense") from error
    addresses = [str(entry[4][0]) for entry in entries]
    if not all(is_public(ip_address(address)) for address in addresses):
        raise FetchFailed("its address is not public")
    return addresses


def is_public(address: IPv4Address | IPv6Address) -> bool:
    """Return True for an address, or an IPv4 address that it wraps, of the public internet."""
    if isinstance(address, IPv6Address):
        inner = _wrapped(address)
        if inner is not None:
            return is_public(inner)
        if address not in UNICAST:
            return False
    special = address.is_multicast or any(address in network for network in NOT_PUBLIC)
    return address.is_global and not special


def _wrapped(address: IPv6Address) -> IPv4Address | None:
    if address in NAT64:
        return IPv4Address(int(address) & 0xFFFFFFFF)
    return address.ipv4_mapped or address.sixtofour
