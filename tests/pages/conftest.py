"""The app without a browser, on the shared data folder."""

from collections.abc import Iterator
from functools import partial
from pathlib import Path
from threading import Thread

import pytest
import streamlit as st
from streamlit.runtime.pages_manager import PagesManager
from streamlit.testing.v1 import AppTest

from model.catalogue.store import Store
from model.gather import downloads
from model.gather.net import rate_limit as manners
from model.gather.net.rate_limit import Queue
from model.gather.search_cache import forget_searches
from model.gather.sources import services
from tests.model.gather.fake_sources import FakeSources

APP = Path(__file__).parents[2] / "streamlit_app.py"


@pytest.fixture(autouse=True)
def home(store: Store, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Caches outlive an AppTest; a test's own data folder must not."""
    monkeypatch.setenv("AREOLE_HOME", str(store.home))
    # AppTest makes Streamlit forget before every run that the app uses st.navigation; a server remembers it. Without this
    # each run would begin with the rerun in `require_frame`, which loses a button's click.
    monkeypatch.setattr("streamlit.testing.v1.app_test.PagesManager", partial(PagesManager))
    yield
    st.cache_resource.clear()


@pytest.fixture
def fake(monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeSources]:
    """All sources of photos, on this machine and in no need of pauses."""
    queues = {service.name: Queue(service.title, 0.0) for service in services.SERVICES.values()}
    monkeypatch.setattr(services, "QUEUES", queues)
    monkeypatch.setattr(downloads, "LEAST_INTERVAL_S", 0.0)
    monkeypatch.setattr(manners, "pause", lambda seconds, check: check())
    downloads._queue.cache_clear()
    forget_searches()
    server = FakeSources()
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    monkeypatch.setenv("AREOLE_TEST_SERVER", server.address)
    yield server
    server.shutdown()
    thread.join()
    server.server_close()
    downloads._queue.cache_clear()
    forget_searches()


@pytest.fixture
def app(workspace: str) -> AppTest:
    """A visitor's first look."""
    app = AppTest.from_file(APP, default_timeout=60)
    app.query_params["w"] = workspace
    return app.run()


def open_page(page: str, workspace: str, **parameters: str) -> AppTest:
    """Open a page by a link."""
    app = AppTest.from_file(APP, default_timeout=60)
    app.query_params["w"] = workspace
    app.run().switch_page(f"pages/{page}.py")
    for name, value in parameters.items():
        app.query_params[name] = value
    app.run()
    assert not app.exception
    return app


def parameter(app: AppTest, name: str) -> str:
    """A query parameter: AppTest gives those of the URL as they are and those set by the app in a list."""
    value = app.query_params[name]
    return value if isinstance(value, str) else value[0]


def text(app: AppTest) -> str:
    """Everything written on the page."""
    return "\n".join(
        str(part.value)
        for part in (
            *app.title,
            *app.header,
            *app.subheader,
            *app.markdown,
            *app.caption,
            *app.warning,
            *app.info,
        )
    )
