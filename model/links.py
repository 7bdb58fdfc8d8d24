"""Which links may be followed, and which addresses belong to the test server."""

from urllib3.exceptions import LocationParseError
from urllib3.util import Url, parse_url

from model.settings import hosting


def is_fetchable(url: str) -> bool:
    """Whether an address may be asked at all: https on its usual port, or the test server."""
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
    """Whether this is exactly the server that stands in for all sources in tests."""
    server = hosting().test_server
    if not server:
        return False
    allowed = parse_url(server)
    return (url.scheme, url.host, url.port) == (allowed.scheme, allowed.host, allowed.port)


def https_link(page: object) -> str:
    """An https address to link to, or nothing."""
    return (
        page if isinstance(page, str) and page.startswith("https://") and is_fetchable(page) else ""
    )
