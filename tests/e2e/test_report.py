"""Report in a browser: an experiment, a name, and a file that needs nobody else."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Route, ViewportSize, expect

from tests.e2e.conftest import wait_for_app

pytestmark = pytest.mark.e2e
PHONE: ViewportSize = {"width": 390, "height": 844}
NAME = "Ada <i>Lovelace</i>"
EVERY_PICTURE_IS_THERE = "[...document.images].every(one => one.complete && one.naturalWidth > 0)"


def test_a_question_is_answered_on_a_phone_and_the_report_opens_without_a_network(
    page: Page, browser: Browser, address: str, tmp_path: Path
) -> None:
    """Test that the answer and the typed name are in a file whose pictures all load, and that asks
    nobody for anything.
    """
    page.set_viewport_size(PHONE)
    page.goto(f"{address}/report")
    question = page.locator(".st-key-report_reality")
    expect(question.get_by_role("button", name="Find out")).to_be_enabled(timeout=60_000)
    wait_for_app(page)
    question.get_by_role("button", name="Find out").click()
    answer = question.get_by_text(re.compile("^With 143 validation photos"))
    expect(answer).to_be_visible(timeout=60_000)
    expect(question.get_by_test_id("stVegaLiteChart").locator("canvas, svg").first).to_be_visible()
    sentence = answer.inner_text()
    assert (
        page.evaluate("document.querySelector('[data-testid=stMain]').scrollWidth")
        <= PHONE["width"]
    )

    page.get_by_text("Report", exact=True).last.click()
    name = page.get_by_label("Your name")
    name.fill(NAME)
    name.press("Tab")
    expect(page.get_by_text("Experiments: 1 of 5")).to_be_visible()
    wait_for_app(page)
    page.reload()
    expect(name).to_have_value(NAME, timeout=60_000)
    wait_for_app(page)
    assert (
        page.evaluate("document.querySelector('[data-testid=stMain]').scrollWidth")
        <= PHONE["width"]
    )
    with page.expect_download() as download:
        page.get_by_role("button", name="Download the report").click()
    assert download.value.suggested_filename == "areole-starter.html"
    file = tmp_path / download.value.suggested_filename
    download.value.save_as(file)
    check_alone(browser, file, sentence)


def check_alone(browser: Browser, file: Path, sentence: str) -> None:
    """Open the file where there is no network."""
    asked: list[str] = []

    def refuse(route: Route) -> None:
        if route.request.url == file.as_uri():
            route.continue_()
        else:
            route.abort()

    with browser.new_context(viewport=PHONE) as offline:
        offline.route("**/*", refuse)
        offline.on("request", lambda request: asked.append(request.url))
        page = offline.new_page()
        page.goto(file.as_uri())
        expect(page).to_have_title("Cactus, succulent or tree?")
        expect(page.get_by_text(NAME)).to_be_visible()
        expect(page.get_by_text(sentence)).to_be_visible()
        assert page.locator("img").count() > 10
        page.wait_for_function(EVERY_PICTURE_IS_THERE)
        assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
        assert [url for url in asked if not url.startswith("data:")] == [file.as_uri()]
