"""Middleware that gives each browser a key of its own, as a cookie, with its first page."""

from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from pages.shared.browser import COOKIE, is_browser_key, new_browser_key

LIFE_S = 400 * 24 * 3600  # The most that browsers keep
CONDITIONS = (b"if-none-match", b"if-modified-since")


class BrowserCookie:
    """Set the cookie with the page's HTML where a browser has none.

    The conditions of such a request are dropped: a page that the browser has kept would be answered
    without HTML, and so without the cookie.
    """

    def __init__(self, app: ASGIApp, path: str) -> None:
        self.app, self.path = app, path

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        if scope["type"] != "http" or not _is_new_browser(Request(scope)):
            await self.app(scope, receive, send)
            return
        cookie = self._cookie(Request(scope))

        async def send_with_cookie(message: Message) -> None:
            if message["type"] == "http.response.start" and message["status"] == 200:
                headers = MutableHeaders(scope=message)
                if headers.get("content-type", "").startswith("text/html"):
                    headers.append("Set-Cookie", cookie)
                    headers["Cache-Control"] = "private, no-cache"  # No proxy hands it to others.
            await send(message)

        headers = [(name, value) for name, value in scope["headers"] if name not in CONDITIONS]
        await self.app({**scope, "headers": headers}, receive, send_with_cookie)

    def _cookie(self, request: Request) -> str:
        schemes = (request.url.scheme, request.headers.get("x-forwarded-proto", ""))
        secure = "; Secure" if "https" in schemes else ""
        return (
            f"{COOKIE}={new_browser_key()}; Max-Age={LIFE_S}; Path={self.path}; HttpOnly; "
            f"SameSite=Lax{secure}"
        )


def _is_new_browser(request: Request) -> bool:
    """True for a browser that asks for a page without a key."""
    asks_for_page = "text/html" in request.headers.get("accept", "")
    return asks_for_page and not is_browser_key(request.cookies.get(COOKIE, ""))
