"""Clean in a browser: decide with keys, come back, undo, retrain, and see what that was worth."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import wait_for_app

pytestmark = pytest.mark.e2e


def place(page: Page, text: str) -> None:
    """Wait until the cleaner is there."""
    expect(page.get_by_text(text)).to_be_visible(timeout=60_000)
    wait_for_app(page)


def test_photos_are_judged_with_keys_and_the_effect_is_seen(page: Page, address: str) -> None:
    """Test that keys decide, a reload forgets nothing, undo takes back, and retraining shows before
    and after.
    """
    page.goto(f"{address}/clean")
    first = page.get_by_text(re.compile(r"^Photo 1 of \d+, 0 judged$"))
    expect(first).to_be_visible(timeout=30_000)
    wait_for_app(page)
    photos = first.inner_text().split()[3].rstrip(",")
    page.keyboard.press("3")
    place(page, f"Photo 2 of {photos}, 1 judged")
    page.keyboard.press("d")
    place(page, f"Photo 3 of {photos}, 2 judged")
    page.keyboard.press("ArrowLeft")
    place(page, f"Photo 2 of {photos}, 2 judged")
    expect(page.get_by_text("deleted", exact=True).first).to_be_visible()
    page.reload()
    place(page, f"Photo 2 of {photos}, 2 judged")
    box = page.get_by_placeholder("or in your own words")
    box.fill("kkd no plant at all")
    box.press("Enter")
    expect(page.get_by_text("deleted: kkd no plant at all")).to_be_visible()
    place(page, f"Photo 2 of {photos}, 2 judged")
    box.evaluate("box => box.blur()")
    page.keyboard.press("u")
    expect(page.get_by_text("deleted: kkd no plant at all")).to_have_count(0)
    wait_for_app(page)
    page.keyboard.press("u")
    place(page, f"Photo 2 of {photos}, 1 judged")
    page.keyboard.press("k")
    place(page, f"Photo 3 of {photos}, 2 judged")
    page.get_by_placeholder("or in your own words").fill("a reason, then the mouse")
    page.locator(".st-key-clean_decisions").get_by_role("button", name="Keep").click()
    place(page, f"Photo 4 of {photos}, 3 judged")
    page.get_by_role("button", name="Previous").click()
    expect(page.get_by_text("kept: a reason, then the mouse")).to_be_visible()
    wait_for_app(page)
    page.get_by_role("button", name="Retrain with 1 change").click()
    expect(page.get_by_role("heading", name=re.compile("Validation.* wrong before"))).to_be_visible(
        timeout=30_000
    )
    expect(page.get_by_test_id("stVegaLiteChart")).to_have_count(3)
    wait_for_app(page)
    page.get_by_role("button", name=re.compile("Use Cleaned")).click()
    expect(page.get_by_test_id("stSidebar").get_by_text("Cleaned, 1 change")).to_be_visible()
