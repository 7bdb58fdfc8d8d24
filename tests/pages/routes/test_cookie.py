"""The key that a browser gets with its first page."""

from collections.abc import Iterator
from http.cookies import Morsel, SimpleCookie

import httpx2
import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Route
from starlette.testclient import TestClient

from pages.routes.cookie import BrowserCookie
from pages.routes.server import middleware
from pages.shared.browser import COOKIE, is_browser_key, new_browser_key

BROWSER = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}
KEPT = {"If-None-Match": '"page"', "If-Modified-Since": "Thu, 26 Nov 2026 00:00:00 GMT"}


async def _page(request: Request) -> Response:
    if request.headers.get("if-none-match") or request.headers.get("if-modified-since"):
        return Response(status_code=304)
    return HTMLResponse("<p>The page</p>", headers={"Cache-Control": "no-cache"})


async def _data(_request: Request) -> Response:
    return JSONResponse({})


async def _missing(_request: Request) -> Response:
    return HTMLResponse("<p>Nothing</p>", 404)


ROUTES = [Route("/", _page), Route("/data", _data), Route("/missing", _missing)]


@pytest.fixture
def browser() -> Iterator[TestClient]:
    with TestClient(Starlette(routes=ROUTES, middleware=middleware()), headers=BROWSER) as client:
        yield client


def cookie_of(answer: httpx2.Response) -> "Morsel[str]":
    """The cookie that an answer sets."""
    return SimpleCookie(answer.headers["set-cookie"])[COOKIE]


def test_the_first_page_brings_a_key_that_scripts_cannot_see(browser: TestClient) -> None:
    answer = browser.get("/")
    cookie = cookie_of(answer)
    assert is_browser_key(cookie.value)
    assert (cookie["httponly"], cookie["samesite"], cookie["path"]) == (True, "Lax", "/")
    assert not cookie["secure"]
    assert answer.headers["cache-control"] == "private, no-cache"


def test_it_is_set_once_and_another_browser_gets_another(browser: TestClient) -> None:
    first = cookie_of(browser.get("/")).value
    again = browser.get("/")
    assert "set-cookie" not in again.headers
    assert again.headers["cache-control"] == "no-cache"
    browser.cookies.clear()
    assert cookie_of(browser.get("/")).value != first


@pytest.mark.parametrize("key", ["", "x", "a" * 23, "../../etc/passwd......"])
def test_a_key_that_is_none_of_ours_is_replaced(browser: TestClient, key: str) -> None:
    answer = browser.get("/", headers={"Cookie": f"{COOKIE}={key}"})
    assert is_browser_key(cookie_of(answer).value)


def test_a_page_that_the_browser_has_kept_is_sent_again_without_a_key(
    browser: TestClient,
) -> None:
    answer = browser.get("/", headers=KEPT)
    assert answer.status_code == 200
    assert is_browser_key(cookie_of(answer).value)
    assert browser.get("/", headers=KEPT).status_code == 304


def test_programs_data_and_errors_bring_none(browser: TestClient) -> None:
    assert "set-cookie" not in browser.get("/", headers={"Accept": "*/*"}).headers
    assert "set-cookie" not in browser.get("/data").headers
    assert "set-cookie" not in browser.get("/missing").headers


def test_on_https_it_is_secure(browser: TestClient) -> None:
    behind_proxy = browser.get("/", headers={"X-Forwarded-Proto": "https"})
    assert cookie_of(behind_proxy)["secure"]
    browser.cookies.clear()
    browser.base_url = "https://areole.example"
    assert cookie_of(browser.get("/"))["secure"]


def test_under_a_path_it_is_of_that_path() -> None:
    app = Starlette(routes=ROUTES, middleware=[Middleware(BrowserCookie, path="/school")])
    assert cookie_of(TestClient(app, headers=BROWSER).get("/"))["path"] == "/school"


def test_keys_are_unguessable() -> None:
    keys = {new_browser_key() for _ in range(100)}
    assert len(keys) == 100
    assert all(map(is_browser_key, keys))
