"""What people see of a server: cold, and when a few of them come at once. In real browsers.

    python -m tests.benchmarks.browser_visitors --visitors 5

The cold start: a server of its own on an empty data folder, until its health check answers; then,
from opening the page, until the first paint and the first answer. After that each visitor, in a
context of their own, opens the four pages and trains, so that visitors.py can be held against what
is seen. The browsers share the machine with the server.
"""

import argparse
import asyncio
import tempfile
from pathlib import Path
from time import perf_counter

from playwright.async_api import Browser, Page, async_playwright
from playwright.async_api import Error as BrowserError

from tests.benchmarks.visitors import ARRIVAL_S, TRAINED, Record, print_record
from tests.e2e.conftest import FLAGS, find_free_port, start_server

MAX_VISITORS = 20
THINK_S, TIMEOUT_MS = 2, 120_000
PAGES = {  # The page's heading, and what is there once its result is.
    "Classify": (
        "role=heading[name='Cactus, succulent or tree?']",
        "role=heading[name=/This looks/]",
    ),
    "Evaluate": ("role=heading[name='Where does it go wrong?']", "role=heading[name=/ wrong: /]"),
    "Clean": ("role=heading[name='Which labels are wrong?']", "text=/^Photo 1 of/"),
    "Retrain": ("role=heading[name='Train it again']", "role=button[name='Use it']"),
}


async def open_page(page: Page, name: str, address: str, record: Record) -> None:
    """Open a page by the sidebar, the first by its address, and time what is seen."""
    heading, result = PAGES[name]
    with record.timed(f"{name}: result"):
        with record.timed(f"{name}: heading"):
            if page.url.startswith(address):
                await page.get_by_test_id("stSidebarNav").get_by_role("link", name=name).click()
            else:
                await page.goto(address)
            await page.locator(heading).wait_for()
        await page.locator(result).first.wait_for()
    record.errors.update(await page.get_by_test_id("stException").all_inner_texts())


async def visit(number: int, browser: Browser, address: str, record: Record) -> None:
    """Open the four pages in a context of one's own, and train."""
    await asyncio.sleep(number * ARRIVAL_S)
    record.visits += 1
    context = await browser.new_context(viewport={"width": 1280, "height": 800})
    context.set_default_timeout(TIMEOUT_MS)
    page = await context.new_page()
    try:
        for name in PAGES:
            await open_page(page, name, address, record)
            await asyncio.sleep(THINK_S)
        with record.timed(TRAINED):
            await page.get_by_role("button", name="Train", exact=True).click()
            await page.get_by_role("button", name="Use it").nth(1).wait_for()
    except BrowserError as failure:
        record.failures[failure.message.splitlines()[0]] += 1
    await context.close()


async def measure_cold_start(browser: Browser, address: str) -> None:
    """Print when a first visitor sees something, and an answer."""
    page = await browser.new_page(viewport={"width": 1280, "height": 800})
    page.set_default_timeout(TIMEOUT_MS)
    start = perf_counter()
    await page.goto(address)
    heading, answer = PAGES["Classify"]
    await page.locator(heading).wait_for()
    painted_s = perf_counter() - start
    await page.locator(answer).wait_for()
    print(f"first paint after {painted_s:.2f} s, first answer after {perf_counter() - start:.2f} s")
    await page.close()


async def measure(address: str, visitors: int) -> None:
    """Print the cold start, and what visitors who come at once see."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path="/usr/bin/chromium", args=FLAGS)
        await measure_cold_start(browser, address)
        record = Record()
        await asyncio.gather(
            *(visit(number, browser, address, record) for number in range(visitors))
        )
        print_record(record)
        await browser.close()


def main() -> None:
    """Print every figure."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.browser_visitors")
    parser.add_argument("--visitors", type=int, default=5, help=f"at most {MAX_VISITORS}")
    visitors = min(parser.parse_args().visitors, MAX_VISITORS)
    with tempfile.TemporaryDirectory() as folder:
        port, start = find_free_port(), perf_counter()
        server = start_server(Path(folder) / "home", port)
        print(f"health check answered {perf_counter() - start:.2f} s after the server's start")
        try:
            asyncio.run(measure(f"http://127.0.0.1:{port}", visitors))
        finally:
            server.kill()
            server.wait()


if __name__ == "__main__":
    main()
