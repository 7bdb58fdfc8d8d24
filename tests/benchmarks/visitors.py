"""What a class that comes at once waits for, and what the server takes meanwhile.

    python -m tests.benchmarks.visitors --visitors 30 --train
    python -m tests.benchmarks.visitors --visitors 30 --uploads 20
    python -m tests.benchmarks.visitors --visitors 30 --train --minutes 60
    python -m tests.benchmarks.visitors --reruns classify evaluate clean retrain

Starts a server of its own on an empty data folder; with `--url`, asks one that runs on this
machine. Visitors speak Streamlit's protocol (load/streamlit_tab.py), so that thirty of them cost
little. Before they come, one who is not counted opens the pages. Needs Linux for the processor
time. What Streamlit itself adds to a rerun by collecting garbage: once more with
`STREAMLIT_RUNNER_POST_SCRIPT_GC=false`.
"""

import argparse
import asyncio
import ipaddress
import math
import statistics
import tempfile
from collections import Counter, defaultdict
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from time import perf_counter
from urllib.parse import urlsplit

import numpy as np
from PIL import Image
from websockets.exceptions import WebSocketException

from model.photos.image import open_file
from tests.benchmarks.load.server_load import ServerLoad, listening_process
from tests.benchmarks.load.streamlit_tab import Tab, open_tab
from tests.conftest import STARTER_PHOTOS
from tests.e2e.conftest import find_free_port, start_server
from tests.starter_set import PHOTOS

MAX_VISITORS, MAX_UPLOADS = 200, 20
PAGES = ("classify", "evaluate", "clean", "retrain")
ADDRESSES = {"classify": ""}  # Of pages that are not found under their name.
ARRIVAL_S = 0.1  # Between two visitors.
TRAINING_TIMEOUT_S = 600
TRAINED = "Train, until the run and its error are listed"
RERUNS, WARMING_RERUNS, SETTLE_S = 20, 3, 0.3


@dataclass(frozen=True)
class Options:
    """What the command line asks for."""

    visitors: int
    pages: int
    train: bool
    uploads: int
    minutes: float
    think: float  # Seconds between two steps.
    url: str
    reruns: list[str]


@dataclass
class Record:
    """What all visitors have met."""

    seconds: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    failures: Counter[str] = field(default_factory=Counter)
    errors: Counter[str] = field(default_factory=Counter)
    warnings: Counter[str] = field(default_factory=Counter)
    reruns: int = 0
    visits: int = 0
    waits: int = 0

    @contextmanager
    def timed(self, step: str) -> Iterator[None]:
        """Note how long a step takes that succeeds."""
        start = perf_counter()
        yield
        self.seconds[step].append(perf_counter() - start)


async def visit(options: Options, photos: list[Path], record: Record) -> None:
    """Open the pages one after the other; upload and train where that is asked for."""
    record.visits += 1
    try:
        start = perf_counter()
        async with open_tab(options.url.rstrip("/")) as tab:
            record.seconds["connect"].append(perf_counter() - start)
            try:
                await use_pages(tab, options, photos, record)
            finally:
                record.reruns += tab.reruns
                record.waits += tab.waits
                record.errors.update(tab.errors)
                record.warnings.update(tab.warnings)
    except (OSError, LookupError, TimeoutError, WebSocketException) as failure:
        record.failures[f"{type(failure).__name__}: {failure}"] += 1


async def use_pages(tab: Tab, options: Options, photos: list[Path], record: Record) -> None:
    """Do what one visitor does, with thought in between."""
    for page in PAGES[: options.pages]:
        with record.timed(page):
            await tab.open(ADDRESSES.get(page, page))
        await asyncio.sleep(options.think)
        if page == "classify" and photos:
            with record.timed(f"upload of {len(photos)}, until answered"):
                await tab.upload(photos)
            if "photo=" not in tab.query:
                record.failures["an upload was not answered"] += 1
            await asyncio.sleep(options.think)
    if options.train:
        await train(tab, record)


async def train(tab: Tab, record: Record) -> None:
    """Press Train on Retrain, and watch until the list of runs has one more."""

    def runs_in_list() -> int:
        return sum(1 for _ in tab.buttons("Use it"))  # The last of a row: its error stands there.

    before = runs_in_list()
    with record.timed(TRAINED):
        await tab.press("Train")
        await tab.until(lambda: runs_in_list() > before, TRAINING_TIMEOUT_S)


async def come(number: int, options: Options, photos: list[Path], record: Record) -> None:
    """Visit once, or again and again for the minutes asked for, each time as a new visitor."""
    await asyncio.sleep(number * ARRIVAL_S)
    end = perf_counter() + options.minutes * 60
    await visit(options, photos, record)
    while perf_counter() < end:
        await asyncio.sleep(options.think)
        await visit(options, photos, record)


async def print_minutes(load: ServerLoad, record: Record) -> None:
    """Print the server's memory every minute, until cancelled."""
    minute = 0
    while True:
        server, _ = load.memory_mb()
        print(f"minute {minute}: server {server:.0f} MB after {record.visits} visits", flush=True)
        minute += 1
        await asyncio.sleep(60)


async def measure_visitors(options: Options, load: ServerLoad, folder: Path) -> None:
    """Let all visitors come, and print what they met."""
    photos = make_photos(folder, options.visitors * options.uploads)
    for photo in photos:  # As the browser does before it sends one
        photo.write_bytes(open_file(photo).jpeg)
    shares = [photos[number :: options.visitors] for number in range(options.visitors)]
    await visit(replace(options, think=0, train=False), [], Record())
    record, cpu_s = Record(), load.cpu_s()
    watchers = [asyncio.create_task(load.watch())]
    if options.minutes:
        watchers.append(asyncio.create_task(print_minutes(load, record)))
    await asyncio.gather(
        *(come(number, options, share, record) for number, share in enumerate(shares))
    )
    for watcher in watchers:
        watcher.cancel()
    print_record(record)
    print(f"photos that waited because the server was busy: {record.waits}")
    cpu_s = load.cpu_s() - cpu_s
    server, children = load.memory_mb()
    print(
        f"server {server:.0f} MB, at its peak {load.peak_mb:.0f} MB; "
        f"its child processes {children:.0f} MB, at their peak {load.children_peak_mb:.0f} MB"
    )
    print(
        f"{record.reruns} reruns, {cpu_s:.1f} s of the server's processor time: "
        f"{cpu_s / max(1, record.reruns) * 1000:.0f} ms a rerun"
    )


def print_record(record: Record) -> None:
    """Print seconds a step, failures, and what pages complained of."""
    print(f"{'seconds':46} {'n':>5} {'p50':>7} {'p95':>7} {'worst':>7}")
    for step, seconds in record.seconds.items():
        p95 = sorted(seconds)[math.ceil(0.95 * len(seconds)) - 1]
        figures = f"{statistics.median(seconds):7.2f} {p95:7.2f} {max(seconds):7.2f}"
        print(f"{step:46} {len(seconds):5} {figures}")
    print(f"failed visits: {record.failures.total()} of {record.visits}", *record.failures.items())
    print(f"errors shown on pages: {record.errors.total()}", *record.errors.items())
    print(f"warnings shown on pages: {record.warnings.total()}", *record.warnings.items())


async def measure_reruns(options: Options, load: ServerLoad) -> None:
    """Print the processor time of a rerun of each page that changes nothing, by one visitor."""
    async with open_tab(options.url.rstrip("/")) as tab:
        for page in options.reruns:
            await tab.open(ADDRESSES.get(page, page))
            times_ms = []
            for number in range(WARMING_RERUNS + RERUNS):
                before = load.cpu_s()
                await tab.rerun()
                await asyncio.sleep(SETTLE_S)  # What the server does after its last message.
                if number >= WARMING_RERUNS:
                    times_ms.append((load.cpu_s() - before) * 1000)
            median, worst = statistics.median(times_ms), max(times_ms)
            print(f"a rerun of {page}: {median:.0f} ms of processor time, worst {worst:.0f} ms")
        if tab.errors:
            print("errors shown on pages:", *tab.errors)


def make_photos(folder: Path, count: int) -> list[Path]:
    """Make photos as phones do, of 12 megapixels and about 4 MB, no two alike."""
    grain = np.random.default_rng(0).integers(-22, 23, (3000, 4000, 1), dtype=np.int16)
    photos = [folder / f"IMG_{number:04d}.jpg" for number in range(count)]
    for number, photo in enumerate(photos):
        plant = Image.open(STARTER_PHOTOS / f"{number % PHOTOS + 1:04d}.jpg").convert("RGB")
        pixels = np.asarray(plant.resize((4000, 3000)), np.int16) + np.roll(grain, number, axis=0)
        Image.fromarray(pixels.clip(0, 255).astype(np.uint8)).save(photo, quality=85)
    return photos


def read_options() -> Options:
    """Read the command line; refuses servers that are not on this machine."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.visitors")
    add = parser.add_argument
    add("--visitors", type=int, default=30, help=f"at most {MAX_VISITORS}")
    add("--pages", type=int, default=len(PAGES), help=f"how many of {', '.join(PAGES)}")
    add("--train", action="store_true", help="press Train on the last page")
    add("--uploads", type=int, default=0, help=f"photos each, at most {MAX_UPLOADS}")
    add("--minutes", type=float, default=0, help="repeat the visits so long")
    add("--think", type=float, default=2, help="seconds between two steps")
    add("--url", default="", help="a server on this machine instead of a fresh one")
    add("--reruns", nargs="+", default=[], metavar="PAGE", help="only measure single reruns")
    options = Options(**vars(parser.parse_args()))
    if not 1 <= options.visitors <= MAX_VISITORS or not 0 <= options.uploads <= MAX_UPLOADS:
        parser.error(f"up to {MAX_VISITORS} visitors, and up to {MAX_UPLOADS} photos each")
    if not 1 <= options.pages <= len(PAGES) or (options.train and options.pages < len(PAGES)):
        parser.error(f"1 to {len(PAGES)} pages; Train is on the last of them")
    if options.url and not is_on_this_machine(options.url):
        parser.error("only servers on this machine: http://127.0.0.1:PORT")
    return options


def is_on_this_machine(url: str) -> bool:
    """Check that a URL names a port of this machine."""
    parts = urlsplit(url)
    try:
        loopback = (
            parts.hostname == "localhost" or ipaddress.ip_address(parts.hostname or "").is_loopback
        )
        return loopback and parts.scheme == "http" and parts.port is not None
    except ValueError:
        return False


async def measure(options: Options, pid: int, folder: Path) -> None:
    """Measure single reruns or visitors."""
    uploads_at_once = ThreadPoolExecutor(min(6 * options.visitors, 60))  # Six a browser.
    asyncio.get_running_loop().set_default_executor(uploads_at_once)
    if options.reruns:
        await measure_reruns(options, ServerLoad(pid))
    else:
        await measure_visitors(options, ServerLoad(pid), folder)


def main() -> None:
    """Print every figure."""
    options = read_options()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        if options.url:
            pid = listening_process(urlsplit(options.url).port or 0)
            if pid is None:
                raise SystemExit(f"No server of yours answers at {options.url}")
            asyncio.run(measure(options, pid, folder))
            return
        port = find_free_port()
        server = start_server(folder / "home", port)
        try:
            fresh = replace(options, url=f"http://127.0.0.1:{port}")
            asyncio.run(measure(fresh, server.pid, folder))
        finally:
            server.kill()
            server.wait()


if __name__ == "__main__":
    main()
