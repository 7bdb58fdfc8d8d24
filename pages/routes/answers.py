"""A photo's answer as JSON, without a page: `POST /api/answer`."""

from typing import TYPE_CHECKING

from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException
from starlette.formparsers import MultiPartException, MultiPartParser
from starlette.requests import Request
from starlette.responses import JSONResponse

from model.errors import NotAllowed, NotFound
from model.settings import hosting
from pages.routes.bodies import Take, chunks_of, photo_bytes
from pages.routes.workers import in_worker

if TYPE_CHECKING:
    from model.catalogue.dataset import Dataset
    from pages.routes.limits import Limits

FORM_BYTES = 100_000  # What a form may have besides its photo
NO_WORKSPACE = ""  # Sees what a new one sees.


async def answer(request: Request) -> JSONResponse:
    """Answer the photo in the body with the run of the token's workspace, or the shipped one."""
    limits: Limits = request.app.state.limits
    limits.check(request.client.host if request.client else "")
    if not hosting().uploads:
        raise NotAllowed("This server takes no photos.")
    run_id, dataset = await in_worker(_run_in_use, _token(request))
    with limits.bodies.room() as take:
        data = await _photo_in(request, take)
        return JSONResponse(await in_worker(_answer, data, run_id, dataset))


def _token(request: Request) -> str | None:
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else None


def _run_in_use(token: str | None) -> "tuple[str, Dataset]":
    """Find the run that answers, and the labels of its look-alikes."""
    from model.catalogue.starter import import_starter
    from model.catalogue.workspaces import has_workspace
    from model.runs.run import SHIPPED
    from pages.shared.cache.runs import active_run_id
    from pages.shared.cache.store import get_dataset, get_store
    from pages.shared.visit import Visit

    store = get_store()
    import_starter(store)
    if token is not None and not has_workspace(store, token):
        raise NotAllowed("This token belongs to no workspace in which anything was done.")
    visit = Visit.begin(store, token or NO_WORKSPACE)
    run_id = SHIPPED if token is None else active_run_id(visit)
    if run_id is None:
        raise NotFound("Nothing is trained in this workspace yet.")
    return run_id, get_dataset(visit)


def _answer(data: bytes, run_id: str, dataset: "Dataset") -> dict[str, object]:
    from model.classify.record import as_record
    from model.photos.image import open_photo
    from pages.shared.cache.photos import get_classifier

    prediction = get_classifier(run_id).predict(open_photo(data).image)
    labels = [dataset.label_of(neighbour.photo) for neighbour in prediction.neighbours]
    return {**as_record(prediction), "look_alikes": [label for label in labels if label]}


async def _photo_in(request: Request, take: Take) -> bytes:
    """Read a photo from a body, or from the first file of a form. Raises 413, 415, 429."""
    most = photo_bytes()
    if not request.headers.get("content-type", "").lower().startswith("multipart/form-data"):
        return b"".join([chunk async for chunk in chunks_of(request, most, take)])
    chunks = chunks_of(request, most + FORM_BYTES, take)
    parser = MultiPartParser(request.headers, chunks, max_files=1)
    parser.spool_max_size = most + FORM_BYTES  # In memory, which is counted, not on disk
    try:
        form = await parser.parse()
    except MultiPartException as error:
        raise HTTPException(415, f"The form cannot be read: {error.message}") from error
    file = next((part for _, part in form.multi_items() if isinstance(part, UploadFile)), None)
    if file is None:
        raise HTTPException(415, "The form has no file. Send one photo as a file.")
    data = await file.read()
    await form.close()
    return data
