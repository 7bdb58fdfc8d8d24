"""`POST /api/answer`: a photo's answer as JSON."""

import json
from collections.abc import Iterator

import numpy as np
import pytest
from starlette.exceptions import HTTPException
from starlette.testclient import TestClient

from model.catalogue.starter import CLASSES
from model.catalogue.store import Store
from model.cli.main import main
from pages.routes.limits import BODIES_BYTES, BytesInFlight, RateLimit
from tests.conftest import STARTER_PHOTOS, encoded, fabricate, picture
from tests.model.photos.hostile_files import png_bomb

ADDRESS = "/api/answer"
CACTUS = STARTER_PHOTOS / "0617.jpg"
FORM = {"Content-Type": "multipart/form-data; boundary=x"}
FIELD = b'--x\r\nContent-Disposition: form-data; name="photo"\r\n\r\nno file\r\n--x--\r\n'


def test_an_answer_has_what_predict_says_and_the_classes_of_look_alikes(
    client: TestClient, capsys: pytest.CaptureFixture[str]
) -> None:
    answer = client.post(ADDRESS, content=CACTUS.read_bytes())
    assert answer.status_code == 200
    body = answer.json()
    assert main(["predict", str(CACTUS), "--json"]) == 0
    predicted = json.loads(capsys.readouterr().out)
    look_alikes = body.pop("look_alikes")
    assert {"file": str(CACTUS), **body} == predicted
    assert (body["label"], body["sure"]) == ("cactus", True)
    assert tuple(body["probabilities"]) == CLASSES
    assert len(look_alikes) == 5
    assert set(look_alikes) <= set(CLASSES)


@pytest.mark.parametrize("field", ["photo", "file", "anything at all"])
def test_a_form_may_call_its_file_as_it_likes(client: TestClient, field: str) -> None:
    form = client.post(ADDRESS, files={field: ("a.jpg", CACTUS.read_bytes(), "image/jpeg")})
    body = client.post(ADDRESS, content=CACTUS.read_bytes())
    assert form.status_code == 200
    assert form.json() == body.json()


def test_a_token_asks_its_workspaces_run(client: TestClient, store: Store) -> None:
    rows = [("cat", "train"), ("dog", "train"), ("cat", "valid"), ("dog", "valid")]
    logits = np.zeros((4, 2), np.float32)
    workspace, _run = fabricate(store, ("cat", "dog"), rows, logits)
    headers = {"Authorization": f"Bearer {workspace}"}
    answer = client.post(ADDRESS, content=encoded(picture()), headers=headers).json()
    assert set(answer["probabilities"]) == {"cat", "dog"}
    assert set(answer["look_alikes"]) <= {"cat", "dog"}


@pytest.mark.parametrize("token", ["", "x", "a" * 22, "é"])
def test_an_unknown_token_is_refused(client: TestClient, token: str) -> None:
    headers = {b"Authorization": f"Bearer {token}".encode()}
    answer = client.post(ADDRESS, content=encoded(picture()), headers=headers)
    assert answer.status_code == 403
    assert "belongs to no workspace" in answer.json()["error"]


def test_a_proxys_own_password_is_no_token(client: TestClient) -> None:
    headers = {"Authorization": "Basic dXNlcjpwYXNz"}
    assert client.post(ADDRESS, content=encoded(picture()), headers=headers).status_code == 200


def test_a_server_without_uploads_takes_no_photos(
    client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AREOLE_UPLOADS", "off")
    answer = client.post(ADDRESS, content=encoded(picture()))
    assert (answer.status_code, answer.json()) == (403, {"error": "This server takes no photos."})


@pytest.mark.parametrize(
    ("content", "headers", "sentence"),
    [
        (b"", {}, "The file is empty"),
        (b"{}", {"Content-Type": "application/json"}, "This is not an image"),
        (encoded(picture())[:900], {}, "cut off or damaged"),
        (png_bomb(17_400), {}, "60 million pixels"),
        (encoded(picture(31, 31)), {}, "31 x 31 pixels"),
        (b"nothing", FORM, "The form cannot be read"),
        (b"nothing", {"Content-Type": "multipart/form-data"}, "Missing boundary"),
        (FIELD, FORM, "The form has no file"),
    ],
    ids=["empty", "JSON", "cut off", "bomb", "tiny", "broken form", "no boundary", "no file"],
)
def test_what_is_no_photo_is_refused_with_a_sentence(
    client: TestClient, content: bytes, headers: dict[str, str], sentence: str
) -> None:
    answer = client.post(ADDRESS, content=content, headers=headers)
    assert answer.status_code == 415
    assert sentence in answer.json()["error"]


def test_two_photos_in_a_form_are_one_too_many(client: TestClient) -> None:
    photo = encoded(picture())
    assert client.post(ADDRESS, files={"a": photo, "b": photo}).status_code == 415


@pytest.mark.parametrize("headers", [{}, FORM], ids=["body", "form"])
def test_no_more_is_read_than_a_photo_may_have(client: TestClient, headers: dict[str, str]) -> None:
    read = 0

    def endless() -> Iterator[bytes]:
        nonlocal read
        yield b'--x\r\nContent-Disposition: form-data; name="a"; filename="a"\r\n\r\n'
        for _ in range(40):
            read += 1
            yield bytes(1_000_000)

    answer = client.post(ADDRESS, content=endless(), headers=headers)
    assert answer.status_code == 413
    assert answer.json() == {"error": "25 MB is the most. Send a smaller copy."}
    announced = client.post(ADDRESS, content=bytes(25_200_000), headers=headers)
    assert announced.status_code == 413


def test_a_client_that_asks_too_often_waits(client: TestClient) -> None:
    answers = [client.post(ADDRESS) for _ in range(60)]
    refused = [answer for answer in answers if answer.status_code == 429]
    assert refused
    assert [answer.status_code for answer in answers[:40]] == [415] * 40
    assert int(refused[0].headers["retry-after"]) >= 1
    assert "Ask again" in refused[0].json()["error"]


def test_a_rate_is_per_client_and_comes_back() -> None:
    now = 100.0
    rate = RateLimit(burst=3, per_second=2, clock=lambda: now)
    for _ in range(3):
        rate.check("one")
    with pytest.raises(HTTPException, match="Too many"):
        rate.check("one")
    rate.check("another")
    now += 0.5
    rate.check("one")
    with pytest.raises(HTTPException, match="Too many"):
        rate.check("one")
    now += 60
    for _ in range(3):
        rate.check("one")


def test_clients_that_may_ask_again_are_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pages.routes.limits.MOST_CLIENTS", 5)
    now = 0.0
    rate = RateLimit(burst=1, per_second=1, clock=lambda: now)
    for client in range(50):
        now += 0.5
        rate.check(str(client))
    assert len(rate._paid_at) <= 6  # noqa: SLF001  # What it remembers


def test_bodies_in_flight_have_room_for_so_many_bytes(client: TestClient) -> None:
    [mount] = client.app.routes  # type: ignore[attr-defined]  # It is Starlette's.
    with mount.app.state.limits.bodies.room() as take:
        take(BODIES_BYTES - 1000)
        assert client.post(ADDRESS, content=bytes(2000)).status_code == 429
        assert client.post(ADDRESS, content=bytes(500)).status_code == 415
    assert client.post(ADDRESS, content=bytes(2000)).status_code == 415


def test_room_is_given_back() -> None:
    bodies = BytesInFlight(10)
    for _ in range(3):
        with bodies.room() as take:
            take(6)
            with pytest.raises(HTTPException, match="Too many"), bodies.room() as other:
                other(6)
            take(4)
