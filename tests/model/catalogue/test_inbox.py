"""Photos that wait for their page."""

from concurrent.futures import ThreadPoolExecutor
from time import time

import pytest

from model.catalogue import inbox
from model.catalogue.inbox import LIFE_S, receive, take, waiting_bytes
from model.catalogue.signatures import (
    UploadPurpose,
    UploadRight,
    read_upload_right,
    sign_photo,
    sign_upload,
)
from model.catalogue.store import Store
from model.catalogue.workspaces import new_workspace_id
from model.datasets.quota import usage
from model.errors import NotAllowed, NotFound, QuotaReached, StoreUnavailable
from model.photos.photo_id import PhotoId

ANSWERS = UploadPurpose.ANSWERS


def right_of(store: Store, workspace: str) -> UploadRight:
    """The right that a page hands to its browser."""
    return read_upload_right(store, sign_upload(store, workspace, ANSWERS))


def test_a_photo_waits_for_its_page_and_is_taken_once(bare_store: Store, workspace: str) -> None:
    token = receive(bare_store, right_of(bare_store, workspace), b"a photo")
    assert take(bare_store, workspace, ANSWERS, token) == b"a photo"
    with pytest.raises(NotFound, match="Choose it again"):
        take(bare_store, workspace, ANSWERS, token)
    assert not list((bare_store.home / "inbox").iterdir())


def test_a_photo_that_is_sent_twice_waits_once(bare_store: Store, workspace: str) -> None:
    right = right_of(bare_store, workspace)
    with ThreadPoolExecutor(4) as pool:
        tokens = set(pool.map(lambda _: receive(bare_store, right, b"the same"), range(8)))
    assert len(tokens) == 1
    assert waiting_bytes(bare_store, workspace) == len(b"the same")


def test_another_workspace_cannot_take_it(bare_store: Store, workspace: str) -> None:
    token = receive(bare_store, right_of(bare_store, workspace), b"mine")
    with pytest.raises(NotFound):
        take(bare_store, new_workspace_id(), ANSWERS, token)
    assert take(bare_store, workspace, ANSWERS, token) == b"mine"


@pytest.mark.parametrize("token", ["", "../catalogue.db", "0" * 63, "A" * 64, "*" * 64])
def test_what_is_no_token_takes_nothing(bare_store: Store, workspace: str, token: str) -> None:
    with pytest.raises(NotFound):
        take(bare_store, workspace, ANSWERS, token)


def test_what_waits_for_more_than_an_hour_is_gone(
    bare_store: Store, workspace: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    right, now = right_of(bare_store, workspace), time()
    old, kept = (receive(bare_store, right, data) for data in (b"old", b"older"))
    monkeypatch.setattr(inbox, "time", lambda: now + LIFE_S + 60)
    with pytest.raises(NotFound):
        take(bare_store, workspace, ANSWERS, old)
    assert len(list((bare_store.home / "inbox").iterdir())) == 1
    assert waiting_bytes(bare_store, workspace) == 0
    assert not list((bare_store.home / "inbox").glob(f"*{kept}"))


def test_an_inbox_is_bounded_in_files_and_bytes(
    bare_store: Store, workspace: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(inbox, "MOST_FILES", 3)
    monkeypatch.setattr(inbox, "MOST_BYTES", 100)
    right = right_of(bare_store, workspace)
    with pytest.raises(QuotaReached):
        receive(bare_store, right, bytes(101))
    tokens = [receive(bare_store, right, bytes(number)) for number in (10, 20, 30)]
    with pytest.raises(QuotaReached, match="when these are answered"):
        receive(bare_store, right, bytes(1))
    assert receive(bare_store, right, bytes(10)) == tokens[0]  # Sent again, it needs no more room.
    receive(bare_store, right_of(bare_store, new_workspace_id()), bytes(1))
    take(bare_store, workspace, ANSWERS, tokens[0])
    receive(bare_store, right, bytes(1))


def test_all_inboxes_together_are_bounded(
    bare_store: Store, workspace: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(inbox, "MOST_BYTES_IN_ALL", 100)
    receive(bare_store, right_of(bare_store, workspace), bytes(60))
    with pytest.raises(StoreUnavailable, match="Try again"):
        receive(bare_store, right_of(bare_store, new_workspace_id()), bytes(41))


def test_what_waits_counts_against_the_workspaces_quota(bare_store: Store, workspace: str) -> None:
    before = usage(bare_store, workspace).bytes
    receive(bare_store, right_of(bare_store, workspace), bytes(1000))
    assert usage(bare_store, workspace).bytes == before + 1000
    assert usage(bare_store, new_workspace_id()).bytes == 0


def test_a_right_to_send_is_no_right_to_see_and_cannot_be_changed(
    bare_store: Store, workspace: str
) -> None:
    signed = sign_upload(bare_store, workspace, ANSWERS)
    other = right_of(bare_store, new_workspace_id()).workspace
    photo = sign_photo(bare_store, workspace, PhotoId("0" * 64))
    changed = signed.replace(right_of(bare_store, workspace).workspace, other)
    for wrong in (photo, changed, signed[:-1], "", "é", f"{signed}.x"):
        with pytest.raises(NotAllowed, match="damaged"):
            read_upload_right(bare_store, wrong)


def test_a_right_runs_out(
    bare_store: Store, workspace: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    signed, now = sign_upload(bare_store, workspace, ANSWERS), time()
    monkeypatch.setattr("model.catalogue.signatures.time", lambda: now + 2 * 24 * 3600)
    with pytest.raises(NotAllowed, match="run out"):
        read_upload_right(bare_store, signed)
