"""Photos and thumbnails at signed addresses, which the browser keeps."""

from collections.abc import Callable

from starlette.requests import Request
from starlette.responses import Response

from model.photos.photo_id import PhotoId
from pages.routes.workers import in_worker
from pages.shared.addresses import reach


async def photo(request: Request) -> Response:
    """Answer a photo as it is stored."""
    return await in_worker(_picture, request.path_params["signed"], _stored)


async def thumbnail(request: Request) -> Response:
    """Answer the middle of a photo as a small square."""
    return await in_worker(_picture, request.path_params["signed"], _square)


def _picture(signed: str, load: Callable[[PhotoId], bytes]) -> Response:
    from model.catalogue.signatures import read_signature
    from pages.shared.cache.store import get_store

    right = read_signature(get_store(), signed)
    reach.note()
    return Response(
        load(right.photo),
        media_type="image/jpeg",
        headers={
            "Cache-Control": f"private, max-age={right.seconds}, immutable",
            "X-Content-Type-Options": "nosniff",
        },
    )


def _stored(sha256: PhotoId) -> bytes:
    from model.catalogue.store import read_photo
    from pages.shared.cache.store import get_store

    return read_photo(get_store(), sha256)


def _square(sha256: PhotoId) -> bytes:
    from pages.shared.cache.photos import get_thumbnail

    return get_thumbnail(sha256)
