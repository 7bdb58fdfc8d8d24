"""Photos for a page, made small in the browser: `POST /api/upload/<signed right>`."""

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.responses import JSONResponse

from model.errors import NotAllowed
from model.settings import hosting
from pages.routes.bodies import chunks_of, photo_bytes
from pages.routes.workers import in_worker

if TYPE_CHECKING:
    from model.catalogue.signatures import UploadRight
    from pages.routes.limits import Limits


async def upload(request: Request) -> JSONResponse:
    """Let the photo in the body wait for its page; answer the token by which the page takes it."""
    limits: Limits = request.app.state.limits
    _check_origin(request)
    if not hosting().uploads:
        raise NotAllowed("This server takes no photos.")
    right = await in_worker(_right, request.path_params["signed"])
    limits.check_upload(right.workspace)
    with limits.bodies.room() as take:
        data = b"".join([chunk async for chunk in chunks_of(request, photo_bytes(), take)])
        return JSONResponse({"token": await in_worker(_receive, right, data)}, 201)


def _check_origin(request: Request) -> None:
    """Raise NotAllowed where another site's page asks.

    A proxy may have put another host in place of the one asked for; no page can name that itself.
    """
    origin = urlsplit(request.headers.get("origin", "")).netloc
    if origin not in (request.headers.get("host"), request.headers.get("x-forwarded-host")):
        raise NotAllowed("Only this app's own pages may send photos.")


def _right(signed: str) -> "UploadRight":
    from model.catalogue.signatures import read_upload_right
    from pages.shared.cache.store import get_store

    return read_upload_right(get_store(), signed)


def _receive(right: "UploadRight", data: bytes) -> str:
    from model.catalogue.inbox import receive
    from pages.shared.cache.store import get_store

    return receive(get_store(), right, data)
