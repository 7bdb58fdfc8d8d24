"""All routes of ours; mounted under /api. Errors are JSON."""

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from model.errors import (
    AreoleError,
    NotAllowed,
    NotFound,
    PhotoRefused,
    QuotaReached,
    StoreUnavailable,
)
from pages.routes.answers import answer
from pages.routes.limits import Limits
from pages.routes.pictures import photo, thumbnail
from pages.routes.uploads import upload

STATUSES = {
    NotAllowed: 403,
    NotFound: 404,
    QuotaReached: 413,
    PhotoRefused: 415,
    StoreUnavailable: 503,
}


def api_app() -> Starlette:
    """Make the app that is mounted under /api; a mount of its own, so that its 404 is its own."""
    api = Starlette(
        routes=[
            Route("/photo/{signed}", photo),
            Route("/thumbnail/{signed}", thumbnail),
            Route("/answer", answer, methods=["POST"]),
            Route("/upload/{signed}", upload, methods=["POST"]),
        ],
        exception_handlers={
            HTTPException: _http_error,
            AreoleError: _areole_error,
            ClientDisconnect: _gone,
        },
    )
    api.state.limits = Limits()
    return api


async def _http_error(_request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)
    return JSONResponse({"error": error.detail}, error.status_code, error.headers)


async def _areole_error(_request: Request, error: Exception) -> JSONResponse:
    status = next((code for kind, code in STATUSES.items() if isinstance(error, kind)), 500)
    return JSONResponse({"error": str(error)}, status)


async def _gone(_request: Request, _error: Exception) -> Response:
    return Response(status_code=400)  # The client is gone.
