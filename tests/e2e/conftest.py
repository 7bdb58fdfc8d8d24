"""A real server and a real browser.

Chromium comes from the system (Debian: `apt-get install chromium`), not from Playwright.
"""

import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

ROOT = Path(__file__).parents[2]
START_TIMEOUT_S = 60
CAMERA = ["--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream"]
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", *CAMERA]


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Headless Chromium; without one the tests are skipped, unless AREOLE_REQUIRE_BROWSER says that
    they must run.
    """
    program = (
        shutil.which("chromium")
        or shutil.which("chromium-browser")
        or shutil.which("google-chrome")
    )
    if program is None:
        message = (
            "These tests drive Chromium, and there is none on the PATH. "
            "On Debian: apt-get install chromium"
        )
        if os.environ.get("AREOLE_REQUIRE_BROWSER"):
            pytest.fail(message)
        pytest.skip(message)
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=program, args=FLAGS)
        yield chromium
        chromium.close()


def start_server(
    home: Path, port: int, *, within: Sequence[str] = (), **settings: str
) -> subprocess.Popen[bytes]:
    """`streamlit run streamlit_app.py`, answering its health check; `within` another command."""
    log = (home.parent / f"server-{port}.log").open("wb")
    command = [
        *within,
        sys.executable,
        "-m",
        "streamlit",
        "run",
        "streamlit_app.py",
        "--server.headless",
        "true",
        "--server.port",
        str(port),
    ]
    environment = {**os.environ, "AREOLE_HOME": str(home), **settings}
    base = settings.get("STREAMLIT_SERVER_BASE_URL_PATH", "")
    health = f"http://localhost:{port}{base}/_stcore/health"
    server = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=log, stderr=log)
    log.close()
    deadline = time.monotonic() + START_TIMEOUT_S
    while time.monotonic() < deadline and server.poll() is None:
        try:
            with urlopen(health, timeout=1) as answer:
                if answer.read() == b"ok":
                    return server
        except (URLError, OSError):
            time.sleep(0.1)  # Polling a process that is starting; no test sleeps.
    server.kill()
    raise RuntimeError(
        f"The server did not start: {(home.parent / f'server-{port}.log').read_text()}"
    )


def find_free_port() -> int:
    """Find a port nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("localhost", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(scope="session")
def free_port() -> Callable[[], int]:
    """Give what finds a port nobody listens on."""
    return find_free_port


@pytest.fixture(scope="session")
def sources(free_port: Callable[[], int]) -> Iterator[str]:
    """Where a process answers that stands in for all sources of photos."""
    port = free_port()
    fake = subprocess.Popen(
        [sys.executable, "-m", "tests.model.gather.fake_sources", str(port)], cwd=ROOT
    )
    yield f"http://127.0.0.1:{port}"
    fake.kill()
    fake.wait()


@pytest.fixture(scope="session")
def address(
    tmp_path_factory: pytest.TempPathFactory,
    free_port: Callable[[], int],
    browser: Browser,
    sources: str,
) -> Iterator[str]:
    """Where the app answers, on a data folder of its own, and without the internet."""
    port = free_port()
    server = start_server(tmp_path_factory.mktemp("e2e") / "home", port, AREOLE_TEST_SERVER=sources)
    yield f"http://localhost:{port}"
    server.kill()
    server.wait()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A visitor's browser, at the size of a laptop.

    No page may ever show a traceback or fail in its own script.
    """
    context = browser.new_context(viewport={"width": 1280, "height": 800}, permissions=["camera"])
    context.set_default_timeout(30_000)
    failures: list[str] = []
    context.on("weberror", lambda error: failures.append(str(error.error)))
    page = context.new_page()
    yield page
    assert failures == []
    expect(page.get_by_test_id("stException")).to_have_count(0)
    context.close()


def wait_for_app(page: Page) -> None:
    """Until the script has run and nothing is left to load."""
    page.locator("[data-testid='stApp'][data-test-script-state='notRunning']").wait_for(
        timeout=60_000
    )
    expect(page.get_by_test_id("stSkeleton")).to_have_count(0)
