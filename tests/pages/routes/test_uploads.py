"""`POST /api/upload/<signed right>`: photos that wait for their page."""

from collections.abc import Iterator

import pytest
from starlette.testclient import TestClient

from model.catalogue import inbox
from model.catalogue.inbox import take
from model.catalogue.signatures import UploadPurpose, sign_upload
from model.catalogue.store import Store
from pages.routes.limits import BODIES_BYTES

ANSWERS = UploadPurpose.ANSWERS
OWN_PAGE = {"Origin": "http://testserver"}


@pytest.fixture
def address(store: Store, workspace: str) -> Iterator[str]:
    """Where a workspace's photos are sent; nothing is left waiting."""
    yield f"/api/upload/{sign_upload(store, workspace, ANSWERS)}"
    for path in (store.home / "inbox").glob("*"):
        path.unlink()


def test_a_photo_waits_for_the_page_of_its_workspace(
    client: TestClient, store: Store, workspace: str, address: str
) -> None:
    answer = client.post(address, content=b"a photo", headers=OWN_PAGE)
    assert answer.status_code == 201
    again = client.post(address, content=b"a photo", headers=OWN_PAGE)
    assert again.json() == answer.json()
    assert take(store, workspace, ANSWERS, answer.json()["token"]) == b"a photo"


@pytest.mark.parametrize(
    "origin", [None, "null", "http://elsewhere.example", "http://testserver.example", "testserver"]
)
def test_only_our_own_pages_may_send(client: TestClient, address: str, origin: str | None) -> None:
    headers = {} if origin is None else {"Origin": origin}
    answer = client.post(address, content=b"a photo", headers=headers)
    assert answer.status_code == 403
    assert "own pages" in answer.json()["error"]


def test_a_proxy_may_name_the_host_that_was_asked_for(client: TestClient, address: str) -> None:
    headers = {"Origin": "https://areole.example", "X-Forwarded-Host": "areole.example"}
    assert client.post(address, content=b"a photo", headers=headers).status_code == 201


def test_a_right_that_is_damaged_is_refused(client: TestClient, address: str) -> None:
    for wrong in (f"{address}x", "/api/upload/nonsense"):
        answer = client.post(wrong, content=b"a photo", headers=OWN_PAGE)
        assert answer.status_code == 403
        assert "damaged" in answer.json()["error"]
    assert client.get(address).status_code == 405


def test_a_server_without_uploads_takes_none(
    client: TestClient, address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AREOLE_UPLOADS", "off")
    answer = client.post(address, content=b"a photo", headers=OWN_PAGE)
    assert (answer.status_code, answer.json()) == (403, {"error": "This server takes no photos."})


def test_no_more_is_taken_than_the_gate_takes(client: TestClient, address: str) -> None:
    answer = client.post(address, content=bytes(25_000_001), headers=OWN_PAGE)
    assert answer.status_code == 413
    assert "25 MB is the most" in answer.json()["error"]


def test_a_full_inbox_takes_no_more(
    client: TestClient, address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(inbox, "MOST_BYTES", 10)
    answer = client.post(address, content=bytes(11), headers=OWN_PAGE)
    assert answer.status_code == 413
    assert "wait already" in answer.json()["error"]
    monkeypatch.setattr(inbox, "MOST_BYTES_IN_ALL", 5)
    assert client.post(address, content=bytes(6), headers=OWN_PAGE).status_code == 503


def test_bytes_in_flight_are_bounded_for_the_whole_server(client: TestClient, address: str) -> None:
    [mount] = client.app.routes  # type: ignore[attr-defined]  # It is Starlette's.
    with mount.app.state.limits.bodies.room() as hold:
        hold(BODIES_BYTES - 1000)
        answer = client.post(address, content=bytes(2000), headers=OWN_PAGE)
        assert answer.status_code == 429
        assert int(answer.headers["retry-after"]) >= 1
    assert client.post(address, content=bytes(2000), headers=OWN_PAGE).status_code == 201


def test_a_workspace_that_sends_too_fast_waits_and_others_do_not(
    client: TestClient, address: str, store: Store
) -> None:
    answers = [client.post(address, content=b"a photo", headers=OWN_PAGE) for _ in range(30)]
    assert [answer.status_code for answer in answers[:20]] == [201] * 20
    refused = [answer for answer in answers if answer.status_code == 429]
    assert int(refused[0].headers["retry-after"]) >= 1
    other = f"/api/upload/{sign_upload(store, 'b' * 22, ANSWERS)}"
    assert client.post(other, content=b"a photo", headers=OWN_PAGE).status_code == 201
