"""Photos and thumbnails at signed addresses."""

from io import BytesIO

import pytest
from PIL import Image
from starlette.applications import Starlette
from starlette.testclient import TestClient

from model.catalogue.signatures import DAY_S, sign_photo
from model.catalogue.starter import starter_examples
from model.catalogue.store import Store, read_photo
from model.catalogue.workspaces import ask_about, forget_loose, new_workspace_id
from model.photos.image import open_photo
from model.photos.photo_id import PhotoId
from pages.routes.server import routes
from pages.shared.addresses import Reach
from tests.conftest import encoded, picture


@pytest.fixture
def cactus(store: Store) -> PhotoId:
    """A photo of the starter set."""
    return starter_examples(store)["cactus"][0]


def own_photo(store: Store, workspace: str, seed: int) -> PhotoId:
    """Let a visitor ask about a photo that no other has."""
    photo = open_photo(encoded(picture(seed=seed)))
    ask_about(store, workspace, photo, "mine.jpg")
    return photo.sha256


def test_a_photo_comes_as_it_is_stored_and_is_kept_by_the_browser_alone(
    client: TestClient, store: Store, workspace: str, cactus: PhotoId
) -> None:
    answer = client.get(f"/api/photo/{sign_photo(store, workspace, cactus)}")
    assert answer.status_code == 200
    assert answer.content == read_photo(store, cactus)
    assert answer.headers["content-type"] == "image/jpeg"
    assert answer.headers["x-content-type-options"] == "nosniff"
    private, age, immutable = answer.headers["cache-control"].split(", ")
    assert (private, immutable) == ("private", "immutable")
    assert DAY_S < int(age.removeprefix("max-age=")) <= 2 * DAY_S


def test_a_thumbnail_is_a_small_square(
    client: TestClient, store: Store, workspace: str, cactus: PhotoId
) -> None:
    answer = client.get(f"/api/thumbnail/{sign_photo(store, workspace, cactus)}")
    assert Image.open(BytesIO(answer.content)).size == (256, 256)
    assert "max-age" in answer.headers["cache-control"]


def test_a_visitors_own_photo_is_for_them_and_nobody_else(
    client: TestClient, store: Store, workspace: str
) -> None:
    photo, stranger = own_photo(store, workspace, 7001), new_workspace_id()
    assert client.get(f"/api/photo/{sign_photo(store, workspace, photo)}").status_code == 200
    answer = client.get(f"/api/photo/{sign_photo(store, stranger, photo)}")
    assert answer.status_code == 404
    assert answer.json() == {"error": "This photo is no longer here."}


def test_a_photo_that_is_gone_is_not_found(
    client: TestClient, store: Store, workspace: str
) -> None:
    photo = own_photo(store, workspace, 7002)
    address = f"/api/thumbnail/{sign_photo(store, workspace, photo)}"
    forget_loose(store, workspace)
    assert client.get(address).status_code == 404


def test_an_address_names_no_workspace(store: Store, workspace: str, cactus: PhotoId) -> None:
    assert workspace not in sign_photo(store, workspace, cactus)


@pytest.mark.parametrize("part", range(4))
def test_a_damaged_address_is_refused(
    client: TestClient, store: Store, workspace: str, cactus: PhotoId, part: int
) -> None:
    parts = sign_photo(store, workspace, cactus).split(".")
    parts[part] = ("1" if parts[part][0] == "0" else "0") + parts[part][1:]
    for kind in ("photo", "thumbnail"):
        answer = client.get(f"/api/{kind}/{'.'.join(parts)}")
        assert answer.status_code == 403
        assert "damaged" in answer.json()["error"]


@pytest.mark.parametrize("signed", ["x", "...", "a.b.c.d", "é.é.é.é", "0" * 3000])
def test_nonsense_is_refused(client: TestClient, signed: str) -> None:
    assert client.get(f"/api/photo/{signed}").status_code == 403


def test_an_address_runs_out(
    client: TestClient,
    store: Store,
    workspace: str,
    cactus: PhotoId,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    now = 1_800_000_000
    monkeypatch.setattr("model.catalogue.signatures.time", lambda: now)
    address = f"/api/photo/{sign_photo(store, workspace, cactus)}"
    for days, status in ((0, 200), (1, 200), (2, 403)):
        monkeypatch.setattr("model.catalogue.signatures.time", lambda days=days: now + days * DAY_S)
        assert client.get(address).status_code == status
    assert "has run out" in client.get(address).json()["error"]


def test_errors_are_json_and_no_unknown_path_falls_through(client: TestClient) -> None:
    for path in ("/api", "/api/", "/api/photo", "/api/photo/", "/api/nothing", "/api/photo/a/b"):
        answer = client.get(path)
        assert (answer.status_code, answer.json()) == (404, {"error": "Not Found"}), path
    answer = client.post("/api/photo/x")
    assert (answer.status_code, answer.json()) == (405, {"error": "Method Not Allowed"})
    assert set(answer.headers["allow"].split(", ")) == {"GET", "HEAD"}
    assert client.get("/api/answer").status_code == 405


def test_under_a_path_the_routes_are_there_too(
    store: Store, workspace: str, cactus: PhotoId, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("streamlit.get_option", {"server.baseUrlPath": "/school/areole"}.get)
    client = TestClient(Starlette(routes=routes()))
    signed = sign_photo(store, workspace, cactus)
    for path in ("", "/school/areole"):
        assert client.get(f"{path}/api/photo/{signed}").status_code == 200
        assert client.get(f"{path}/api/answer").status_code == 405
        assert client.get(f"{path}/api/nothing").json() == {"error": "Not Found"}


def test_a_right_address_shows_that_browsers_reach_the_routes(
    client: TestClient,
    store: Store,
    workspace: str,
    cactus: PhotoId,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    reach = Reach()
    monkeypatch.setattr("pages.routes.pictures.reach", reach)
    client.get("/api/photo/nonsense")
    assert reach.mark
    client.get(f"/api/photo/{sign_photo(store, workspace, cactus)}{reach.mark}")
    assert not reach.mark
