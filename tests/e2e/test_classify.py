"""What only a browser shows.

Uploading, refreshing, two visitors, a phone's width, the camera, a server that dies.
"""

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import ExifTags, Image
from playwright.sync_api import Browser, FilePayload, Page, Route, expect

from tests.benchmarks.visitors import make_photos
from tests.conftest import STARTER_PHOTOS, encoded, picture
from tests.e2e.conftest import start_server, wait_for_app
from tests.starter_set import A_TREE, PHOTOS

pytestmark = pytest.mark.e2e


def open_app(page: Page, address: str) -> None:
    """Go there and wait for the answer to the first example."""
    page.goto(address)
    expect(page.get_by_role("heading", name="This looks like a cactus")).to_be_visible(
        timeout=60_000
    )
    wait_for_app(page)


def upload(page: Page, *files: tuple[str, bytes]) -> None:
    """Drop files on the page."""
    page.locator("input[type=file]").set_input_files(
        [FilePayload(name=name, mimeType="image/jpeg", buffer=data) for name, data in files]
    )


def photo_from_a_phone() -> bytes:
    """A twelve-megapixel conifer, lying on its side, with its place and camera, as phones do."""
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = 6
    exif.get_ifd(ExifTags.IFD.GPSInfo)[ExifTags.GPS.GPSLatitude] = (51.0, 28.0, 40.0)
    upright = Image.open(STARTER_PHOTOS / A_TREE).resize((3000, 4000))
    return encoded(upright.transpose(Image.Transpose.ROTATE_90), quality=80, exif=exif)


def test_a_photo_gets_its_class_its_evidence_and_its_look_alikes(page: Page, address: str) -> None:
    """Test that a phone's photo is answered, explained, and still there after a refresh."""
    open_app(page, address)
    upload(page, ("IMG_0001.jpg", photo_from_a_phone()))
    answer = page.get_by_role("heading", name="This looks like a tree")
    expect(answer).to_be_visible()
    expect(
        page.get_by_role("img", name=re.compile("A training photo filed under tree"))
    ).not_to_have_count(0)
    wait_for_app(page)
    page.get_by_text("Show the evidence").click()
    expect(
        page.get_by_role("img", name="The photo, tinted orange where it speaks for tree")
    ).to_be_visible()
    page.reload()
    expect(answer).to_be_visible()
    expect(page.get_by_text("IMG_0001")).to_have_count(0)  # One photo needs no gallery.


def test_twenty_photos_with_a_bad_one_among_them(page: Page, address: str, tmp_path: Path) -> None:
    """Test that a batch ends in a gallery, the doubtful first, a sentence for what is no photo, and
    a table to download.
    """
    open_app(page, address)
    plants = [
        (f"{number:04d}.jpg", (STARTER_PHOTOS / f"{number:04d}.jpg").read_bytes())
        for number in range(20, 38)
    ]
    upload(
        page, *plants, ("noise.jpg", encoded(picture(300, 300))), ("essay.jpg", b"no photo at all")
    )
    expect(page.get_by_text("essay.jpg: This is not an image")).to_be_visible(timeout=60_000)
    expect(page.get_by_role("heading", name="Your 19 photos")).to_be_visible()
    expect(
        page.get_by_role("img", name=re.compile("noise.jpg: This looks like none of the three"))
    ).to_be_visible()
    with page.expect_download() as download:
        page.get_by_role("button", name="Download as CSV").click()
    table = download.value.path().read_text("utf-8-sig").splitlines()
    assert table[0] == "file,label,trust,cactus,succulent,tree"
    assert len(table) == 20
    assert re.search("noise.jpg,[a-z]+,unfamiliar,", "\n".join(table))


def test_twenty_photos_of_a_phone_are_made_small_before_they_are_sent(
    page: Page, address: str, tmp_path: Path
) -> None:
    """Test that what crosses the wire is small, one photo at a time, and that all are answered."""
    sent: list[int] = []
    page.on(
        "request",
        lambda request: (
            sent.append(len(request.post_data_buffer or b""))
            if "/api/upload/" in request.url
            else None
        ),
    )
    open_app(page, address)
    photos = make_photos(tmp_path, 20)
    page.locator("input[type=file]").set_input_files(photos)
    expect(page.get_by_text(re.compile(r"Photo \d+ of 20"))).to_be_visible()
    expect(page.get_by_role("heading", name="Your 20 photos")).to_be_visible(timeout=120_000)
    expect(page.get_by_text("20 of 20 arrived.")).to_be_visible()
    assert len(sent) == 20
    assert max(sent) < 500_000
    assert min(photo.stat().st_size for photo in photos) > 3_000_000
    assert page.locator("input[type=file]").evaluate("input => input.files.length") == 0


def test_photos_come_as_they_are_where_the_route_is_blocked(page: Page, address: str) -> None:
    """Test that a proxy which lets nothing of ours through costs no visitor their answer."""
    page.route("**/api/upload/**", lambda route: route.fulfill(status=404, body="<p>Not here</p>"))
    open_app(page, address)
    upload(page, ("tree.jpg", (STARTER_PHOTOS / A_TREE).read_bytes()))
    expect(page.get_by_text("so they come as they are")).to_be_visible()
    wait_for_app(page)
    upload(page, ("tree.jpg", (STARTER_PHOTOS / A_TREE).read_bytes()))
    expect(page.get_by_role("heading", name="This looks like a tree")).to_be_visible()


def test_a_busy_server_is_waited_for(page: Page, address: str) -> None:
    """Test that the picker says so, tries again, and that a batch can be stopped."""
    refusals = iter([429, 429])

    def turn_away(route: Route) -> None:
        status = next(refusals, None)
        headers = {"Retry-After": "1"}
        if status is None:
            route.fallback()
        else:
            route.fulfill(status=status, headers=headers, json={"error": "Too many requests."})

    page.route("**/api/upload/**", turn_away)
    open_app(page, address)
    upload(page, ("tree.jpg", (STARTER_PHOTOS / A_TREE).read_bytes()))
    expect(page.get_by_text("Photo 1 of 1: the server is busy, waiting.")).to_be_visible()
    expect(page.get_by_role("heading", name="This looks like a tree")).to_be_visible()
    page.route(
        "**/api/upload/**",
        lambda route: route.fulfill(status=429, headers={"Retry-After": "30"}, json={"error": ""}),
    )
    upload(page, ("cactus.jpg", (STARTER_PHOTOS / "0617.jpg").read_bytes()))
    page.get_by_role("button", name="Stop").press("Enter")
    expect(page.get_by_text("0 of 1 arrived.")).to_be_visible()
    expect(page.get_by_role("button", name="Choose photos")).to_be_enabled()
    expect(page.get_by_role("heading", name="This looks like a tree")).to_be_visible()


def test_the_picker_works_by_keyboard(page: Page, address: str) -> None:
    """Test that its button opens the browser's own dialog."""
    open_app(page, address)
    with page.expect_file_chooser() as chooser:
        page.get_by_role("button", name="Choose photos").press("Enter")
    assert chooser.value.is_multiple()
    chooser.value.set_files(STARTER_PHOTOS / A_TREE)
    expect(page.get_by_role("heading", name="This looks like a tree")).to_be_visible()


def test_a_second_visitor_sees_nothing_of_the_first(
    page: Page, browser: Browser, address: str
) -> None:
    """Test that a photo is in its workspace's link and nowhere else."""
    open_app(page, address)
    upload(page, ("one.jpg", encoded(picture(seed=61))), ("two.jpg", encoded(picture(seed=62))))
    expect(page.get_by_role("heading", name="Your 2 photos")).to_be_visible()
    link = page.url
    with browser.new_context() as other, other.new_page() as stranger:
        open_app(stranger, re.sub("w=[^&]+&?", "", link))
        expect(stranger.get_by_text("no longer here")).to_be_visible()
        expect(stranger.get_by_role("heading", name="Your 2 photos")).to_have_count(0)
    with browser.new_context() as other, other.new_page() as classmate:
        classmate.goto(link)
        expect(classmate.get_by_role("heading", name="Your 2 photos")).to_be_visible(timeout=60_000)


def test_telling_it_better_survives_a_refresh(page: Page, address: str) -> None:
    """Test that a label told once is in the dataset, also in a second tab."""
    open_app(page, address)
    upload(page, ("odd.jpg", encoded(picture(200, 200, seed=63))))
    expect(page.get_by_role("heading", name="This looks like none of the three")).to_be_visible()
    page.get_by_test_id("stButtonGroup").filter(has_text="Wrong?").get_by_text(
        "tree", exact=True
    ).dblclick()
    expect(
        page.get_by_text("Filed under tree: the next retraining learns from it.")
    ).to_be_visible()
    expect(page.get_by_text(f"{PHOTOS + 1} photos")).to_be_visible()
    second = page.context.new_page()
    second.goto(page.url)
    expect(second.get_by_text("Filed under tree")).to_be_visible(timeout=60_000)
    second.get_by_role("button", name="Take it back").click()
    expect(second.get_by_text(f"{PHOTOS} photos")).to_be_visible()


def test_the_back_button_shows_the_photo_before(page: Page, address: str) -> None:
    """Test that impatient clicks on examples end in the last one, and that back and forward follow
    them.
    """
    open_app(page, address)
    page.get_by_text("Examples", exact=True).click()
    for name in ("succulent", "tree"):
        page.locator(".st-key-classify_examples").get_by_role("button").filter(
            has_text=name
        ).first.dblclick()
        expect(page.get_by_role("heading", name=f"This looks like a {name}")).to_be_visible()
        wait_for_app(page)
    page.go_back()
    expect(page.get_by_role("heading", name="This looks like a succulent")).to_be_visible()
    page.go_forward()
    expect(page.get_by_role("heading", name="This looks like a tree")).to_be_visible()


def test_the_camera_takes_a_photo(page: Page, address: str) -> None:
    """Test that a photo from the camera is answered like an upload (the test browser's camera shows
    a green screen).
    """
    open_app(page, address)
    page.get_by_text("Camera", exact=True).click()
    page.wait_for_function("document.querySelector('video')?.readyState >= 3")
    page.get_by_role("button", name="Take Photo").click()
    expect(
        page.get_by_role("heading", name=re.compile("none of the three|not sure"))
    ).to_be_visible()
    expect(page.get_by_text("Wrong? Tell it what this is")).to_be_visible()


def test_a_phone_shows_the_answer_without_scrolling_sideways(
    browser: Browser, address: str
) -> None:
    """Test that at 390 pixels nothing sticks out and the verdict is on the first screen."""
    with (
        browser.new_context(viewport={"width": 390, "height": 844}) as context,
        context.new_page() as phone,
    ):
        open_app(phone, address)
        assert phone.evaluate("document.documentElement.scrollWidth") <= 390
        box = phone.get_by_role("heading", name="This looks like a cactus").bounding_box()
        assert box is not None
        assert box["y"] + box["height"] < 844


def test_every_picture_has_a_description(page: Page, address: str) -> None:
    """Test that no picture of the page is without alt text."""
    open_app(page, address)
    page.get_by_text("Examples", exact=True).click()
    expect(page.get_by_role("img", name="Example 3 of tree")).to_be_visible()
    bare = page.locator(
        "[data-testid='stImage'] img:not([alt]), [data-testid='stImage'] img[alt='']"
    )
    expect(bare).to_have_count(0)


def test_after_the_server_died_the_link_still_works(
    browser: Browser, tmp_path: Path, free_port: Callable[[], int]
) -> None:
    """Test a link to a page as the very first visit of a fresh server, and the same link after
    `kill -9` and a restart.
    """
    port = free_port()
    address = f"http://localhost:{port}"
    server = start_server(tmp_path / "home", port)
    try:
        with browser.new_context() as context, context.new_page() as page:
            page.goto(f"{address}/classify")
            expect(page.get_by_text(f"{PHOTOS} photos")).to_be_visible(timeout=60_000)
            upload(page, ("mine.jpg", (STARTER_PHOTOS / A_TREE).read_bytes()))
            expect(page.get_by_role("heading", name="This looks like a tree")).to_be_visible()
            server.kill()
            server.wait()
            server = start_server(tmp_path / "home", port)
            page.goto(page.url)
            expect(page.get_by_role("heading", name="This looks like a tree")).to_be_visible(
                timeout=60_000
            )
            expect(page.get_by_text(f"{PHOTOS} photos")).to_be_visible()
    finally:
        server.kill()
        server.wait()


def test_nothing_is_fetched_from_elsewhere(page: Page, address: str) -> None:
    """Test that a visit asks no other host for anything."""
    hosts: set[str] = set()
    page.on(
        "request",
        lambda request: (
            hosts.add(request.url.split("/")[2]) if request.url.startswith("http") else None
        ),
    )
    open_app(page, address)
    assert json.dumps(sorted(hosts)) == json.dumps([address.split("/")[2]])
