"""Retrain in a browser: a head in a moment, put to work.

A fine-tuning that outlives a reload and is cancelled.
"""

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from model.catalogue.schema import LabelRow
from model.catalogue.starter import EXAMPLES, import_starter
from model.catalogue.store import open_store
from tests.e2e.conftest import start_server, wait_for_app

pytestmark = pytest.mark.e2e
EVERY = 12  # Of the starter's photos, one in so many is enough for a fine-tuning.


@pytest.fixture
def small_address(tmp_path: Path, free_port: Callable[[], int]) -> Iterator[str]:
    """Where the app answers on a starter set of 54 photos."""
    store = open_store(tmp_path / "home")
    import_starter(store)
    with store.writing() as session:
        for number, row in enumerate(session.query(LabelRow).order_by(LabelRow.file)):
            if number % EVERY and row.file not in {file for files in EXAMPLES for file in files}:
                session.delete(row)
    store.engine.dispose()
    port = free_port()
    server = start_server(tmp_path / "home", port)
    yield f"http://localhost:{port}"
    server.kill()
    server.wait()


def open_retrain(page: Page, address: str) -> None:
    """Go there and wait until training can be asked for."""
    page.goto(f"{address}/retrain")
    expect(page.get_by_role("button", name="Train", exact=True)).to_be_enabled(timeout=60_000)
    wait_for_app(page)


def test_a_head_is_trained_and_put_to_work(page: Page, address: str) -> None:
    """Test that the curves appear, the run is listed, and Classify uses it."""
    open_retrain(page, address)
    slider = page.get_by_role("slider", name="Epochs")
    slider.focus()
    for _ in range(4):
        page.keyboard.press("ArrowLeft")
    expect(page.get_by_placeholder("Head, 6 epochs")).to_be_visible()
    page.get_by_role("button", name="Train", exact=True).dblclick()
    run = page.locator("[class*=st-key-retrain_run_head-]").filter(has_text="Head, 6 epochs")
    expect(run).to_have_count(1, timeout=30_000)
    expect(page.get_by_test_id("stVegaLiteChart")).to_have_count(
        3
    )  # Losses, errors, and learning rates under "Every epoch".
    wait_for_app(page)
    run.get_by_role("button", name="Use it").click()
    expect(run.get_by_text("in use")).to_be_visible()
    page.get_by_role("link", name="Classify").click()
    expect(page.get_by_role("heading", name="This looks like a cactus")).to_be_visible()
    expect(page.get_by_test_id("stSidebar").get_by_text("Head, 6 epochs")).to_be_visible()
    page.get_by_role("link", name="Retrain").click()
    run.get_by_text("Curves").click()
    expect(page.get_by_text("Their curves")).to_be_visible()


def test_a_fine_tuning_outlives_a_reload_and_is_cancelled(page: Page, small_address: str) -> None:
    """Test that it goes on while the page is left, is found again, and stops when asked."""
    open_retrain(page, small_address)
    page.get_by_text("Whole network", exact=True).click()
    expect(page.get_by_placeholder("Whole network, 3 epochs")).to_be_visible()
    wait_for_app(page)
    page.get_by_role("button", name="Train", exact=True).click()
    expect(page.get_by_text("Waking up fastai")).to_be_visible()
    page.goto(f"{page.url.replace('/retrain', '/')}")
    expect(page.get_by_role("heading", name=re.compile("This looks like"))).to_be_visible(
        timeout=60_000
    )
    page.go_back()
    page.reload()
    expect(page.get_by_text(re.compile("^Epoch 0 of 0 to 3, batch"))).to_be_visible(timeout=90_000)
    page.get_by_role("button", name="Cancel").click()
    expect(
        page.get_by_text(re.compile("Cancelled before the first epoch|Done. It is the newest"))
    ).to_be_visible(timeout=60_000)
    page.get_by_role("button", name="Close").click()
    expect(page.get_by_role("button", name="Close")).to_have_count(0)
    expect(page.get_by_role("button", name="Train", exact=True)).to_be_enabled()
