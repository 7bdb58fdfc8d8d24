"""Evaluate in a browser: a real click on a real cell, the boxes, a shared link, what can be taken
away, a corrected label.
"""

import re

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.e2e.conftest import wait_for_app

pytestmark = pytest.mark.e2e


def open_evaluate(page: Page, address: str, query: str = "") -> None:
    """Go there and wait for the headline."""
    page.goto(f"{address}/evaluate?{query}")
    expect(page.get_by_role("heading", name=re.compile("wrong: somewhere between"))).to_be_visible(
        timeout=60_000
    )
    wait_for_app(page)


def cell(page: Page, said: str) -> Locator:
    """A cell of the heat map, by what it says to those who cannot see it."""
    return page.locator("[data-testid=stVegaLiteChart] path").and_(
        page.get_by_label(said, exact=True)
    )


def click_cell(page: Page, said: str) -> None:
    """Click beside the figure that lies on the cell.

    Of two matrices, while one takes the other's place, in the new one.
    """
    cell(page, said).last.click(position={"x": 8, "y": 8})


def cards(page: Page) -> Locator:
    """The photos under the matrix."""
    return page.locator(".st-key-evaluate_cell").get_by_role("img")


def test_a_click_on_a_cell_shows_its_photos(page: Page, address: str) -> None:
    """Test that clicks choose cells, also the same one again after the boxes chose another, and
    that the link keeps them.
    """
    open_evaluate(page, address)
    click_cell(page, "succulent taken for cactus: 8")
    expect(page.get_by_role("heading", name="8 succulent photos taken for cactus")).to_be_visible()
    expect(cards(page)).to_have_count(8)
    expect(page).to_have_url(re.compile("actual=succulent&predicted=cactus"))
    page.get_by_role("button", name="5 cactus photos were taken for tree").click()
    expect(page.get_by_role("heading", name="5 cactus photos taken for tree")).to_be_visible()
    expect(cards(page)).to_have_count(5)
    click_cell(page, "succulent taken for cactus: 8")
    expect(page.get_by_role("heading", name="8 succulent photos taken for cactus")).to_be_visible()
    page.reload()
    expect(page.get_by_role("heading", name="8 succulent photos taken for cactus")).to_be_visible()
    for _ in range(3):  # Faster than the server answers.
        page.get_by_role("button", name="5 cactus photos were taken for tree").click(
            no_wait_after=True
        )
        cell(page, "tree taken for tree: 43").last.dispatch_event("click")
    wait_for_app(page)
    expect(page.get_by_role("heading", name=re.compile("recognised|taken for"))).to_be_visible()


def test_the_boxes_do_the_same_for_keyboards(page: Page, address: str) -> None:
    """Test that a cell can be chosen without a mouse."""
    open_evaluate(page, address)
    for box, name in (("Actual", "tree"), ("Predicted", "tree")):
        page.get_by_role("combobox", name=re.compile(box)).focus()
        page.keyboard.type(name)
        page.keyboard.press("Enter")
        wait_for_app(page)
    expect(page.get_by_role("heading", name="43 tree photos recognised")).to_be_visible()
    expect(cards(page)).to_have_count(24)
    page.get_by_role("button", name="Page 2").click()
    expect(cards(page)).to_have_count(19)


def test_a_label_is_corrected_and_the_figures_follow(page: Page, address: str) -> None:
    """Test the way from a cell to a photo's card, to the cleaner, and back to better figures."""
    open_evaluate(page, address, "actual=succulent&predicted=cactus")
    page.locator(".st-key-evaluate_cell").get_by_test_id("stButton").get_by_role(
        "button"
    ).first.click()
    card = page.get_by_role("dialog")
    expect(card.get_by_text("The label looks wrong.")).to_be_visible()
    expect(card.get_by_role("img", name=re.compile("^The photo, tinted orange"))).to_have_count(2)
    card.get_by_role("link", name="Repair it").click()
    expect(page.get_by_text("Filed under succulent")).to_be_visible(timeout=30_000)
    wait_for_app(page)
    page.locator(".st-key-clean_decisions").get_by_role("button", name="cactus").click()
    expect(page.get_by_text("1 judged")).to_be_visible()
    wait_for_app(page)
    page.get_by_role("link", name="Evaluate").click()
    expect(
        page.get_by_role("heading", name="23 of 143 wrong: somewhere between 11% and 23%")
    ).to_be_visible()
    expect(page.get_by_text("Since this run was trained: 1 relabelled")).to_be_visible()


def test_a_teacher_shares_what_she_sees_and_takes_it_away(
    page: Page, browser: Browser, address: str
) -> None:
    """Test that a link reproduces the view in another browser, and that the table and the charts
    can be saved.
    """
    open_evaluate(page, address)
    page.get_by_text("Test", exact=True).click()
    expect(page.get_by_role("heading", name="14 of 125 wrong")).to_be_visible()
    page.get_by_text("Trust", exact=True).click()
    expect(page.get_by_text("When it says 90%")).to_be_visible()
    wait_for_app(page)
    with browser.new_context() as other, other.new_page() as pupil:
        pupil.goto(page.url)
        expect(pupil.get_by_role("heading", name="14 of 125 wrong")).to_be_visible(timeout=60_000)
        expect(pupil.get_by_text("When it says 90%")).to_be_visible()
    with page.expect_download() as download:
        page.get_by_role("button", name="Test photos as CSV").click()
    lines = download.value.path().read_text("utf-8-sig").splitlines()
    assert lines[0].startswith("file,photo,split,label,predicted,loss,probability of cactus")
    assert len(lines) == 126
    page.get_by_test_id("stVegaLiteChart").last.hover()
    with page.expect_download() as picture:
        page.get_by_role("button", name=re.compile("^Download as PNG: From 50%")).click()
    assert picture.value.path().read_bytes().startswith(b"\x89PNG")


def test_on_a_phone_nothing_is_wider_than_the_screen(page: Page, address: str) -> None:
    """Test every view at 390 pixels."""
    page.set_viewport_size({"width": 390, "height": 844})
    for view in ("Confusions", "Top losses", "Each class", "Trust", "Compare"):
        open_evaluate(page, address, f"view={view}")
        width = page.evaluate("document.querySelector('[data-testid=stMain]').scrollWidth")
        assert width <= 390, view
