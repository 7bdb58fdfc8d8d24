"""What requests bring, read chunk by chunk within the limits."""

from collections.abc import AsyncGenerator, Callable

from starlette.exceptions import HTTPException
from starlette.requests import Request

Take = Callable[[int], None]  # Takes room for some bytes.


def photo_bytes() -> int:
    """Give the most bytes that the gate takes of a photo."""
    from model.photos.image import MAX_MEGABYTES

    return MAX_MEGABYTES * 1_000_000


async def chunks_of(request: Request, most: int, take: Take) -> AsyncGenerator[bytes, None]:
    """Give a body chunk by chunk, and stop where it is too large. Raises 413, 429."""
    announced, count = request.headers.get("content-length", ""), 0
    if announced.isdecimal() and int(announced) > most:
        raise _too_large(most)
    async for chunk in request.stream():
        count += len(chunk)
        if count > most:
            raise _too_large(most)
        take(len(chunk))
        yield chunk


def _too_large(most: int) -> HTTPException:
    return HTTPException(413, f"{most / 1e6:.0f} MB is the most. Send a smaller copy.")
