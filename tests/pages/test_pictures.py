"""Photos on pages, by address or as bytes."""

from urllib.parse import urlsplit

import pytest
import streamlit as st
from streamlit.proto.Image_pb2 import Image as ImageProto
from streamlit.testing.v1 import AppTest

from model.catalogue.dataset import find_dataset
from model.catalogue.signatures import read_signature
from model.catalogue.store import Store
from model.photos.photo_id import PhotoId
from pages.shared.addresses import AGAIN_S, TRIAL_S, Reach, root_of
from tests.pages.conftest import open_page, text

ROOT = "https://school.example/areole"


class Clock:
    """A clock that a test sets."""

    now = 1000.0

    def __call__(self) -> float:
        """Tell the time."""
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def reach(monkeypatch: pytest.MonkeyPatch, clock: Clock) -> Reach:
    """What a server that has just started knows; the page is open in a browser."""
    fresh = Reach(clock)
    monkeypatch.setattr("pages.shared.pictures.reach", fresh)
    monkeypatch.setattr(type(st.context), "url", ROOT)
    return fresh


def pictures(app: AppTest) -> list[ImageProto]:
    """Give the pictures of a page."""
    return [picture for element in app.get("image") for picture in element.proto.imgs]


def by_address(app: AppTest) -> list[bool]:
    """Tell of each picture of a page whether it has an address of ours."""
    return ["/api/" in picture.url for picture in pictures(app)]


def photo_at(store: Store, address: str) -> PhotoId:
    """Read which photo an address gives."""
    return read_signature(store, urlsplit(address).path.rpartition("/")[2]).photo


@pytest.mark.parametrize(
    ("url", "page", "root"),
    [
        ("http://localhost:8501", "", "http://localhost:8501"),
        ("http://localhost:8501/", "", "http://localhost:8501"),
        ("http://localhost:8501/evaluate", "evaluate", "http://localhost:8501"),
        ("https://a.b/school/areole", "", "https://a.b/school/areole"),
        ("https://a.b/~/+/dataset", "dataset", "https://a.b/~/+"),
        (None, "dataset", None),
        ("/etc/passwd", "", None),
        ("javascript:alert(1)", "", None),
    ],
)
def test_the_apps_address_follows_from_the_pages(
    url: str | None, page: str, root: str | None
) -> None:
    assert root_of(url, page) == root


def test_a_gallery_names_addresses_of_its_photos_in_their_order(
    workspace: str, store: Store, reach: Reach
) -> None:
    reach.note()
    app = open_page("dataset", workspace)
    shown = pictures(app)
    dataset = find_dataset(store, "starter", workspace=workspace)
    assert len(shown) == 30
    assert [photo_at(store, picture.url) for picture in shown] == [
        labelled.photo for labelled in dataset.photos[:30]
    ]
    for picture, labelled in zip(shown, dataset.photos, strict=False):
        assert picture.url.startswith(f"{ROOT}/api/thumbnail/")
        assert picture.alt == f"{labelled.file}, {labelled.label}"
    again = [picture.url for picture in pictures(app.run())]
    assert again == [picture.url for picture in shown]  # Else no browser could keep them.


def test_the_photo_asked_about_comes_whole(workspace: str, store: Store, reach: Reach) -> None:
    photo = find_dataset(store, "starter", workspace=workspace).photos[3].photo
    app = open_page("classify", workspace, photo=photo)
    [whole] = [one for one in pictures(app) if one.url.startswith(f"{ROOT}/api/photo/")]
    assert photo_at(store, whole.url) == photo
    assert whole.url.endswith(reach.mark)


def test_without_a_browser_streamlit_sends_the_bytes(workspace: str) -> None:
    assert by_address(open_page("dataset", workspace)) == [False] * 30


def test_where_no_address_is_reached_streamlit_sends_the_bytes(
    workspace: str, reach: Reach, clock: Clock
) -> None:
    app = open_page("dataset", workspace)
    assert by_address(app) == [True] * 30
    clock.now += TRIAL_S
    assert by_address(app.run()) == [False] * 30
    reach.note()
    assert by_address(app.run()) == [True] * 30


def test_addresses_are_tried_again_after_a_while(clock: Clock) -> None:
    reach = Reach(clock)
    assert reach.is_likely()
    clock.now += TRIAL_S
    assert not reach.is_likely()
    clock.now += AGAIN_S
    assert reach.is_likely()
    clock.now += TRIAL_S
    assert not reach.is_likely()
    reach.note()
    assert reach.is_likely()
    assert reach.mark == ""


def test_no_browser_has_kept_the_first_addresses_of_a_server(clock: Clock) -> None:
    assert Reach(clock).mark != Reach(clock).mark


def test_a_sign_stands_for_a_photo_that_is_gone(
    workspace: str, store: Store, reach: Reach, monkeypatch: pytest.MonkeyPatch
) -> None:
    reach.note()
    lost = find_dataset(store, "starter", workspace=workspace).photos[0].photo
    monkeypatch.setattr("pages.shared.cache.photos.has_file", lambda _store, photo: photo != lost)
    app = open_page("dataset", workspace)
    assert len(pictures(app)) == 29
    assert ":material/hide_image:" in text(app)
