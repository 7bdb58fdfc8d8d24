"""What a real server answers besides pages, and the key that a real browser gets."""

import signal
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
from playwright.sync_api import Browser, BrowserContext, Page

from model.catalogue.browsers import opened_workspaces
from model.catalogue.signatures import sign_photo
from model.catalogue.starter import starter_examples
from model.catalogue.store import open_store, read_photo
from model.catalogue.workspaces import new_workspace_id
from pages.shared.browser import COOKIE, is_browser_key
from tests.conftest import STARTER_PHOTOS
from tests.e2e.conftest import start_server, wait_for_app

BASE = "/school/areole"
STOP_S = 30


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("server") / "home"


@pytest.fixture(scope="module")
def address(home: Path, free_port: Callable[[], int]) -> Iterator[str]:
    """Where the app answers under a path; it is stopped as an operator stops it."""
    port = free_port()
    server = start_server(home, port, STREAMLIT_SERVER_BASE_URL_PATH=BASE)
    yield f"http://localhost:{port}"
    server.send_signal(signal.SIGTERM)
    try:
        assert server.wait(STOP_S) in (0, -signal.SIGTERM)
    except subprocess.TimeoutExpired:
        server.kill()
        raise
    assert not (home / "catalogue.db-wal").exists()  # Its last connection was closed.


@pytest.mark.parametrize("base", ["", BASE])
def test_a_script_gets_an_answer(address: str, base: str) -> None:
    photo = (STARTER_PHOTOS / "0617.jpg").read_bytes()
    answer = requests.post(f"{address}{base}/api/answer", data=photo, timeout=120)
    assert answer.status_code == 200
    assert answer.json()["label"] == "cactus"
    form = requests.post(f"{address}{base}/api/answer", files={"photo": photo}, timeout=120)
    assert form.json() == answer.json()


@pytest.mark.parametrize("base", ["", BASE])
def test_photos_have_addresses_and_unknown_paths_are_not_found(
    address: str, home: Path, base: str
) -> None:
    requests.post(f"{address}/api/answer", timeout=120)  # It imports the starter set first.
    store = open_store(home)
    cactus = starter_examples(store)["cactus"][0]
    signed = sign_photo(store, new_workspace_id(), cactus)
    photo = requests.get(f"{address}{base}/api/photo/{signed}", timeout=60)
    assert photo.content == read_photo(store, cactus)
    store.engine.dispose()
    for method, path, status in (
        ("GET", "photo/nonsense", 403),
        ("GET", "nothing", 404),
        ("GET", "answer", 405),
        ("DELETE", "answer", 405),
    ):
        answer = requests.request(method, f"{address}{base}/api/{path}", timeout=60)
        assert answer.status_code == status
        assert set(answer.json()) == {"error"}


def loaded(page: Page, url: str) -> list[list[str | int]]:
    """Open a page: of each of its pictures the address, its width, and the bytes it took to get."""
    page.goto(url)
    wait_for_app(page)
    page.wait_for_function(
        "[...document.images].length >= 30 && [...document.images].every(one => one.complete)"
    )
    taken: list[list[str | int]] = page.evaluate(
        """[...document.querySelectorAll("[data-testid=stImage] img")].map(one => [
            one.src, one.naturalWidth,
            performance.getEntriesByName(one.src).at(-1).transferSize])"""
    )
    return taken


def test_a_gallerys_pictures_are_asked_for_once(browser: Browser, address: str, home: Path) -> None:
    context = browser.new_context()
    page = context.new_page()
    loaded(page, f"{address}{BASE}/dataset")  # The server's first pictures prove its addresses.
    url = page.url
    first, second = loaded(page, url), loaded(page, url)
    assert [width for _, width, _ in first] == [256] * 30
    for source, _, _ in first:
        assert str(source).startswith(f"{address}{BASE}/api/thumbnail/")
    assert [(source, bytes_) for source, _, bytes_ in second] == [
        (source, 0) for source, _, _ in first
    ]
    context.close()


def key_of(context: BrowserContext) -> str:
    """The key that a browser has, which no script may see."""
    [cookie] = [one for one in context.cookies() if one["name"] == COOKIE]
    assert cookie["httpOnly"]
    assert (cookie["sameSite"], cookie["path"]) == ("Lax", BASE)
    return cookie["value"]


def opened(page: Page, home: Path, key: str) -> bool:
    """True where the catalogue knows that this browser has opened the page's workspace."""
    [workspace] = parse_qs(urlsplit(page.url).query)["w"]
    store = open_store(home)
    try:
        return workspace in opened_workspaces(store, key)
    finally:
        store.engine.dispose()


def test_a_browser_has_a_key_from_its_first_page_on(
    browser: Browser, address: str, home: Path
) -> None:
    context = browser.new_context()
    page = context.new_page()
    page.goto(f"{address}{BASE}/evaluate")
    wait_for_app(page)
    key = key_of(context)
    assert is_browser_key(key)
    assert opened(page, home, key)
    assert COOKIE not in page.evaluate("document.cookie")
    page.reload()
    wait_for_app(page)
    assert key_of(context) == key
    context.clear_cookies()  # The page itself is still in the browser's cache.
    page.reload()
    wait_for_app(page)
    assert key_of(context) != key
    assert opened(page, home, key_of(context))
    context.close()
