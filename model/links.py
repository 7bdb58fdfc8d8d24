"""Checks of links: https or the test server, before one is followed or shown."""

from urllib3.exceptions import LocationParseError
from urllib3.util import Url, parse_url

from model.settings import hosting


def is_fetchable(url: str) -> bool:
    """True for an address that may be fetched: https on its usual port, or the test server."""
    if not url.isprintable():  # Half characters, line breaks, turned writing
        return False
    try:
        parsed = parse_url(url)
    except LocationParseError:
        return False
    if not parsed.host or parsed.auth:
        return False
    return is_test_server(parsed) or (parsed.scheme == "https" and parsed.port in (None, 443))


def is_test_server(url: Url) -> bool:
    """True for exactly the server that stands in for all sources in tests."""
    server = hosting().test_server
    if not server:
        return False
    allowed = parse_url(server)
    return (url.scheme, url.host, url.port) == (allowed.scheme, allowed.host, allowed.port)


def https_link(page: object) -> str:
    """Return `page` where it is an https address to link to, else an empty string."""
    is_https = isinstance(page, str) and page.startswith("https://") and is_fetchable(page)
    return str(page) if is_https else ""
