"""The server's routes, without Streamlit's."""

from collections.abc import Iterator

import pytest
from starlette.applications import Starlette
from starlette.convertors import StringConvertor
from starlette.testclient import TestClient

from pages.routes.server import middleware, routes


@pytest.fixture
def client(monkeypatch: pytest.MonkeyPatch) -> Iterator[TestClient]:
    """A program that asks a server which has just started."""
    # FastHTML, which fastai brings, lets parts of a path be empty in the whole process; the server
    # never imports it, but other tests do.
    monkeypatch.setattr(StringConvertor, "regex", "[^/]+")
    with TestClient(Starlette(routes=routes(), middleware=middleware())) as client:
        yield client
