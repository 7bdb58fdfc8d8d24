"""The app without a browser, on the shared data folder."""

from collections.abc import Iterator
from functools import partial
from pathlib import Path
from types import SimpleNamespace

import pytest
import streamlit as st
from starlette.applications import Starlette
from starlette.testclient import TestClient
from streamlit.runtime.pages_manager import PagesManager
from streamlit.testing.v1 import AppTest

from model.catalogue.store import Store
from pages.routes.server import routes

APP = Path(__file__).parents[2] / "streamlit_app.py"


@pytest.fixture(autouse=True)
def home(store: Store, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Caches outlive an AppTest; a test's own data folder must not."""
    monkeypatch.setenv("AREOLE_HOME", str(store.home))
    # AppTest makes Streamlit forget before every run that the app uses st.navigation; a server
    # remembers it. Without this
    # each run would begin with the rerun in `require_frame`, which loses a button's click.
    monkeypatch.setattr("streamlit.testing.v1.app_test.PagesManager", partial(PagesManager))
    yield
    st.cache_resource.clear()


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
    """A query parameter: AppTest gives those of the URL as they are and those set by the app in a
    list.
    """
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


def send_photos(app: AppTest, *files: tuple[str, bytes], about: str | None = None) -> AppTest:
    """Choose photos in the page's picker, which a browser that shrinks none sends by the route.

    They are `about` what the page says, or what it said when they were chosen.
    """
    waiting = list(files)

    def picker(*, data: dict[str, object], **_: object) -> SimpleNamespace:
        if not waiting:
            return SimpleNamespace(delivered=None)
        sent, waiting[:] = list(waiting), []
        said = delivered(str(data["address"]), sent, int(str(data["most"])))
        said["about"] = data["about"] if about is None else about
        return SimpleNamespace(delivered=said)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("pages.shared.components.photo_picker.picker._picker", picker)
        app.run()
    assert not waiting
    return app


def delivered(address: str, files: list[tuple[str, bytes]], most: int) -> dict[str, object]:
    """Send files as a browser does; what its component then says."""
    photos, refused = [], [{"name": name, "reason": "left out"} for name, _ in files[most:]]
    with TestClient(Starlette(routes=routes())) as client:
        for name, data in files[:most]:
            answer = client.post(address, content=data, headers={"Origin": "http://testserver"})
            if answer.status_code == 201:
                photos.append({"name": name, "token": answer.json()["token"]})
            else:
                refused.append({"name": name, "reason": answer.json()["error"]})
    return {"photos": photos, "refused": refused, "unreachable": False}
