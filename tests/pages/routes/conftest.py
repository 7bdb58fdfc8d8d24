"""The server's routes, without Streamlit's."""

from collections.abc import Iterator

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from pages.routes.server import middleware, routes


@pytest.fixture
def client() -> Iterator[TestClient]:
    """A program that asks a server which has just started."""
    with TestClient(Starlette(routes=routes(), middleware=middleware())) as client:
        yield client
