"""Dataset in a browser: from a ZIP to an answer and back to a ZIP, a search that goes on alone, a
folder, the camera, strangers.
"""

import re
from io import BytesIO
from pathlib import Path
from zipfile import ZipFile

import pytest
from playwright.sync_api import Browser, FilePayload, Locator, Page, Route, expect

from tests.e2e.conftest import wait_for_app
from tests.model.gather.fake_sources import made_photo

pytestmark = pytest.mark.e2e
EACH = 12
SOON_MS = 30_000  # What a background job on a busy machine may take


def open_dataset(page: Page, address: str, query: str = "") -> None:
    """Go there and wait until it is drawn."""
    page.goto(f"{address}/dataset?{query}")
    expect(page.get_by_role("heading", name="What does it learn from?")).to_be_visible(
        timeout=60_000
    )
    wait_for_app(page)


def look_at(page: Page, view: str) -> None:
    """Choose a view of the page."""
    page.get_by_test_id("stMain").get_by_role("radio", name=view, exact=True).click()
    wait_for_app(page)


def sidebar(page: Page) -> Locator:
    return page.get_by_test_id("stSidebar")


def upload(page: Page, *files: tuple[str, bytes]) -> None:
    """Drop files on the page."""
    page.locator("input[type=file]").set_input_files(
        [FilePayload(name=name, mimeType="", buffer=data) for name, data in files]
    )


def make_dataset(page: Page, title: str, classes: str) -> None:
    """By the dialog, with an impatient last click."""
    page.get_by_role("button", name="New", exact=True).click()
    page.get_by_label("Name", exact=True).fill(title)
    page.get_by_label("Classes, with commas between").fill(classes)
    page.get_by_label("Classes, with commas between").press("Enter")
    page.get_by_role("button", name="Make it").dblclick()
    expect(sidebar(page).get_by_text(title)).to_be_visible()
    wait_for_app(page)


def class_counts(page: Page) -> list[str]:
    """`bowl  8 + 2 + 2` for each class, from the chart."""
    look_at(page, "Photos")
    labels = page.locator("[data-testid=stVegaLiteChart] text").filter(has_text=" + ")
    expect(labels).to_have_count(2)
    return labels.all_text_contents()


def ceramics() -> bytes:
    """A ZIP of two kinds of patterns."""
    buffer = BytesIO()
    with ZipFile(buffer, "w") as folder:
        for name in ("bowl", "vase"):
            for number in range(EACH):
                folder.writestr(f"{name}/{number}.jpg", made_photo(f"zip {name}", number))
    return buffer.getvalue()


def test_from_a_zip_to_an_answer_and_back_to_a_zip(page: Page, address: str) -> None:
    """Test that what was uploaded is learned, recognised, taken away, and comes back as it was."""
    open_dataset(page, address, "data=Upload")
    upload(page, ("ceramics.zip", ceramics()))
    expect(page.get_by_text(f"Found {2 * EACH} photos.")).to_be_visible()
    page.get_by_role("button", name=f"Add {2 * EACH} photos").dblclick()
    expect(page.get_by_text(f"{2 * EACH} added.")).to_be_visible(timeout=SOON_MS)
    wait_for_app(page)
    page.get_by_role("link", name="Train on them").click()
    page.get_by_role("button", name="Train", exact=True).click()
    expect(page.locator("[class*=st-key-retrain_run_head-]")).to_have_count(1, timeout=60_000)
    wait_for_app(page)
    page.get_by_role("link", name="Classify").click()
    expect(page.get_by_role("heading", name="Bowl or vase?")).to_be_visible()
    wait_for_app(page)
    upload(page, ("unseen.jpg", made_photo("zip vase", EACH)))
    expect(page.get_by_role("heading", name="This looks like a vase")).to_be_visible(
        timeout=SOON_MS
    )
    wait_for_app(page)
    page.get_by_role("link", name="Dataset").click()
    expect(page.get_by_role("heading", name="What does it learn from?")).to_be_visible()
    look_at(page, "Export")
    with page.expect_download() as download:
        page.get_by_role("button", name="Take it away (ZIP)").click()
    taken = download.value.path().read_bytes()
    with ZipFile(BytesIO(taken)) as folder:
        assert len([name for name in folder.namelist() if name.endswith(".jpg")]) == 2 * EACH
    counts = class_counts(page)
    look_at(page, "Upload")
    page.get_by_text("A ZIP or photos", exact=True).click()
    wait_for_app(page)
    upload(page, ("again.zip", taken))
    page.get_by_text("As a new dataset").click()
    expect(page.get_by_label("Name of the new dataset")).to_have_value("again")
    wait_for_app(page)
    page.get_by_role("button", name=f"Add {2 * EACH} photos").click()
    expect(page.get_by_text(f"to again: {2 * EACH} added.")).to_be_visible(timeout=SOON_MS)
    expect(sidebar(page).get_by_text("again")).to_be_visible()
    assert class_counts(page) == counts
    expect(page.get_by_text(f"Sources: upload ({2 * EACH}).")).to_be_visible()
    page.get_by_role("combobox", name=re.compile("Dataset")).click()
    expect(page.get_by_role("option")).to_have_count(3)  # No second one from the double click.


def test_photos_of_a_class_are_added_as_they_arrive(page: Page, address: str) -> None:
    """Test that they are of the class that was chosen first, whatever is chosen meanwhile."""
    refusals = iter([429])

    def turn_away_once(route: Route) -> None:
        if next(refusals, None):
            route.fulfill(status=429, headers={"Retry-After": "3"}, json={"error": "Too many."})
        else:
            route.fallback()

    page.route("**/api/upload/**", turn_away_once)
    open_dataset(page, address)
    make_dataset(page, "Crockery", "mug, plate")
    look_at(page, "Upload")
    upload(page, *((f"{number}.jpg", made_photo("mug", number)) for number in range(3)))
    expect(page.get_by_text("the server is busy, waiting")).to_be_visible()
    page.get_by_role("radio", name="plate").click()
    expect(page.get_by_text("Photos of plate, up to 50 at once")).to_be_visible()
    expect(page.get_by_text("to Crockery: 3 added.")).to_be_visible(timeout=SOON_MS)
    look_at(page, "Photos")
    page.goto(f"{page.url}&of=mug")
    expect(page.get_by_text("3 photos. Choose")).to_be_visible(timeout=SOON_MS)


def test_a_download_goes_on_when_the_page_is_left(page: Page, address: str) -> None:
    """Test that photos are searched, looked through and fetched, whatever the visitor does
    meanwhile, and name their makers.
    """
    open_dataset(page, address)
    make_dataset(page, "Pottery", "slow jug, few cup")
    look_at(page, "Search")
    page.get_by_role("radio", name="Openverse").click()
    wait_for_app(page)
    for box in page.get_by_label("How many").all():
        box.fill("6")
        box.press("Enter")
        wait_for_app(page)
    page.get_by_role("button", name="Search Openverse").click()
    expect(page.get_by_text("Untick what is not")).to_be_visible(timeout=60_000)
    expect(page.get_by_text(re.compile("^CC BY")).first).to_be_visible()
    page.get_by_text("slow jug 1", exact=True).click()
    download = page.get_by_role("button", name=re.compile("Download 1[01] photos"))
    expect(download).to_be_visible()
    wait_for_app(page)
    download.dblclick()
    expect(page.get_by_role("button", name="Cancel")).to_be_visible()
    page.get_by_role("link", name="Classify").click()
    expect(page.get_by_role("heading", name="Nothing trained yet")).to_be_visible()
    page.reload()
    expect(page.get_by_role("heading", name="Nothing trained yet")).to_be_visible(timeout=60_000)
    page.get_by_role("link", name="Add photos").click()
    expect(
        page.get_by_text(re.compile(r"Gathering \d+ photos from Openverse: \d+ added"))
    ).to_be_visible(timeout=60_000)
    wait_for_app(page)
    cards = page.locator(".st-key-dataset_photos")
    expect(cards.get_by_role("img").first).to_be_visible()
    cards.get_by_test_id("stButton").first.click()
    card = page.get_by_role("dialog")
    expect(card.get_by_text(re.compile("by Ana, (CC|public)"))).to_be_visible()
    expect(card.get_by_role("link", name=re.compile("Its page"))).to_be_visible()


def test_a_folder_and_the_camera_on_a_phone(page: Page, address: str, tmp_path: Path) -> None:
    """Test that at 390 pixels a folder is added, and photo after photo without anything else to
    press.
    """
    page.set_viewport_size({"width": 390, "height": 844})
    for name in ("left", "right"):
        (tmp_path / "hands" / name).mkdir(parents=True)
        for number in range(2):
            (tmp_path / "hands" / name / f"{number}.jpg").write_bytes(
                made_photo(f"phone {name}", number)
            )
    open_dataset(page, address, "data=Upload")
    page.get_by_text("A folder", exact=True).click()
    expect(page.get_by_text("A folder of class folders")).to_be_visible()
    wait_for_app(page)
    page.locator("input[type=file]").set_input_files(tmp_path / "hands")
    page.get_by_role("button", name="Add 4 photos").click()
    expect(page.get_by_text("to hands: 4 added.")).to_be_visible(timeout=SOON_MS)
    page.get_by_role("button", name="Close", exact=True).click()
    wait_for_app(page)
    for view in ("Search", "Upload", "Export", "Photos", "Camera"):
        look_at(page, view)
        assert page.evaluate("document.querySelector('[data-testid=stMain]').scrollWidth") <= 390, (
            view
        )
    page.get_by_role("radio", name="right").click()
    expect(page.get_by_text("0 photos from the camera")).to_be_visible()
    wait_for_app(page)
    for number in range(1, 4):
        # The made-up camera shows a clock that begins anew with each photo: never the same moment
        # twice.
        page.wait_for_function(f"document.querySelector('video')?.currentTime > {number * 0.7}")
        page.get_by_role("button", name="Take Photo").click()
        expect(
            page.get_by_text(f"{number} photo{'s' if number > 1 else ''} from the camera")
        ).to_be_visible()
        wait_for_app(page)
    look_at(page, "Photos")
    expect(page.get_by_text("Sources: upload (4) and camera (3).")).to_be_visible()


def test_strangers_do_not_see_each_others_datasets(
    page: Page, browser: Browser, address: str
) -> None:
    """Test that a dataset is in its workspace's link and nowhere else, and that impatience makes no
    second one.
    """
    open_dataset(page, address)
    make_dataset(page, "Secret", "spoon, fork")
    page.get_by_role("button", name="Copy", exact=True).dblclick()
    expect(sidebar(page).get_by_text("My Secret")).to_be_visible()
    wait_for_app(page)
    page.get_by_role("combobox", name=re.compile("Dataset")).click()
    expect(page.get_by_role("option")).to_have_text(
        ["Starter set (for everybody)", "Secret", "My Secret"]
    )
    with browser.new_context() as other, other.new_page() as stranger:
        open_dataset(stranger, address)
        stranger.get_by_role("combobox", name=re.compile("Dataset")).click()
        expect(stranger.get_by_role("option")).to_have_text(["Starter set (for everybody)"])
        expect(stranger.get_by_text("Secret")).to_have_count(0)
    with browser.new_context() as other, other.new_page() as classmate:
        classmate.goto(page.url)
        expect(sidebar(classmate).get_by_text("My Secret")).to_be_visible(timeout=60_000)
