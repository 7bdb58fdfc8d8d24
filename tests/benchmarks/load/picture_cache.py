"""A browser's pictures: each address is asked for once."""

from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urljoin

import requests

TIMEOUT_S = 120
_threads = ThreadPoolExecutor(6, "pictures")  # What a browser asks of one server at once


class PictureCache:
    """Ask for pictures that are new, beside what else the visitor does."""

    def __init__(self, http: requests.Session, address: str, errors: list[str]) -> None:
        self._http, self._address, self._errors = http, address, errors
        self._known: set[str] = set()

    def fetch(self, addresses: Iterable[str]) -> None:
        """Begin to fetch what is new among addresses, relative ones by that of the app."""
        for address in addresses:
            if address not in self._known:
                self._known.add(address)
                _threads.submit(self._fetch, urljoin(f"{self._address}/", address.lstrip("/")))

    def _fetch(self, address: str) -> None:
        status = self._http.get(address, timeout=TIMEOUT_S).status_code
        # Streamlit's own may be gone: the page was drawn again meanwhile.
        if status != requests.codes.ok and "/media/" not in address:
            self._errors.append(f"a picture is answered with {status}")
