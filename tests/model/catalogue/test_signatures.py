"""Signed addresses of photos."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from model.catalogue.signatures import DAY_S, read_signature, sign_photo
from model.catalogue.store import Store, open_store
from model.catalogue.workspaces import ask_about, new_workspace_id
from model.errors import NotAllowed
from model.photos.image import Photo
from model.photos.photo_id import PhotoId
from tests.conftest import picture, without_starter_photos

NOON = 20_000 * DAY_S + DAY_S // 2


def asked_photo(store: Store, workspace: str) -> PhotoId:
    """Let a visitor ask about a photo."""
    photo = Photo(picture())
    ask_about(store, workspace, photo, "mine.jpg")
    return photo.sha256


def test_an_address_is_the_same_all_day(
    bare_store: Store, workspace: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    addresses = []
    for now in (NOON, NOON + DAY_S // 3, NOON + DAY_S):
        monkeypatch.setattr("model.catalogue.signatures.time", lambda now=now: now)
        addresses.append(sign_photo(bare_store, workspace, PhotoId("0" * 64)))
    assert addresses[0] == addresses[1] != addresses[2]


def test_servers_of_one_catalogue_share_their_key_and_others_have_another(
    bare_store: Store, workspace: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    photo = asked_photo(bare_store, workspace)
    signed = sign_photo(bare_store, workspace, photo)
    second = open_store(bare_store.home)
    assert read_signature(second, signed).photo == photo
    elsewhere = without_starter_photos(open_store(tmp_path_factory.mktemp("elsewhere")))
    asked_photo(elsewhere, workspace)
    with pytest.raises(NotAllowed):
        read_signature(elsewhere, signed)
    for store in (second, elsewhere):
        store.engine.dispose()


def test_servers_that_start_at_once_draw_one_key(bare_store: Store) -> None:
    stores = [open_store(bare_store.home) for _ in range(4)]
    workspace = new_workspace_id()
    with ThreadPoolExecutor(4) as pool:
        signed = set(
            pool.map(lambda store: sign_photo(store, workspace, PhotoId("0" * 64)), stores)
        )
    assert len(signed) == 1
    for store in stores:
        store.engine.dispose()
