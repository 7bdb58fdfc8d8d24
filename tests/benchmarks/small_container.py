"""What happens in a container as small as a free host's: 690 MB and one core.

    python -m tests.benchmarks.small_container          (Linux, as root)

Starts a server on an empty data folder, in a memory cgroup of its own and on one core. Then come
thirty visitors on Classify, of whom ten upload a phone's photo; one who trains; one report. Prints
seconds a step, the memory at its peak, and what was killed for want of it. Where no cgroup can be
made, it says so in a line and measures nothing: other limits (prlimit) count addresses, not memory.
"""

import asyncio
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter, sleep

from websockets.exceptions import WebSocketException

from tests.benchmarks.load.server_load import SAMPLE_S, ServerLoad
from tests.benchmarks.load.streamlit_tab import open_tab
from tests.benchmarks.visitors import Options, Record, come, make_photos, print_record, train
from tests.e2e.conftest import ROOT, find_free_port, start_server

MEMORY = 690_000_000  # Bytes: the least that Community Cloud gives
CORE = "0"
VISITORS, UPLOADS = 30, 10
CGROUPS = Path("/sys/fs/cgroup")
NOT_MADE = (
    "Skipped: no memory cgroup can be made here. It takes Linux, and someone who may write to "
    "/sys/fs/cgroup: root."
)


@dataclass
class Group:
    """A memory cgroup, of version 1 or 2: its files, and what was seen in them."""

    folder: Path
    limit: str  # Files
    peak: str
    kills: str
    own: str  # The line of memory.stat with what processes hold themselves
    own_peak_mb: float = 0.0

    def enter(self) -> list[str]:
        """Give the command that runs another one in this group, on one core."""
        script = f'echo $$ > {self.folder / "cgroup.procs"}; exec "$@"'
        return ["taskset", "--cpu-list", CORE, "sh", "-c", script, "sh"]

    def read(self, file: str, name: str) -> int:
        """Read the number behind a name from one of the group's files."""
        lines = (self.folder / file).read_text().splitlines()
        return next(int(line.split()[1]) for line in lines if line.split()[0] == name)

    async def watch(self) -> None:
        """Look again and again at what the processes hold, until cancelled."""
        while True:
            held_mb = self.read("memory.stat", self.own) / 1e6
            self.own_peak_mb = max(self.own_peak_mb, held_mb)
            await asyncio.sleep(SAMPLE_S)


@contextmanager
def make_group() -> Iterator[Group]:
    """Make a memory cgroup, and remove it afterwards. Raises OSError where that cannot be done."""
    name = f"areole-rehearsal-{os.getpid()}"
    if (CGROUPS / "cgroup.controllers").exists():
        files = ("memory.max", "memory.peak", "memory.events", "anon")
        group, no_swap = Group(CGROUPS / name, *files), ("memory.swap.max", 0)
    else:
        files = ("memory.limit_in_bytes", "memory.max_usage_in_bytes", "memory.oom_control", "rss")
        group, no_swap = Group(CGROUPS / "memory" / name, *files), ("memory.swappiness", 0)
    group.folder.mkdir()
    try:
        for file, value in ((group.limit, MEMORY), no_swap):
            (group.folder / file).write_text(str(value))
        yield group
    finally:
        remove(group.folder)


def remove(folder: Path) -> None:
    """Remove a cgroup once its last process is gone."""
    for _ in range(50):
        try:
            folder.rmdir()
        except OSError:
            sleep(0.1)
        else:
            return
    print(f"{folder} could not be removed: a process is still in it")


async def rehearse(group: Group, load: ServerLoad, url: str, folder: Path, record: Record) -> None:
    """Let visitors come, one train, and one report be written."""
    photos = make_photos(folder, UPLOADS)
    watchers = [asyncio.create_task(watch) for watch in (group.watch(), load.watch())]
    options = Options(VISITORS, 1, train=False, uploads=1, minutes=0, think=2, url=url, reruns=[])
    await asyncio.gather(
        *(come(number, options, photos[number : number + 1], record) for number in range(VISITORS))
    )
    async with open_tab(url) as tab:
        with record.timed("retrain"):
            await tab.open("retrain")
        await train(tab, record)
    report = [sys.executable, "-m", "model", "report", "--out", str(folder / "report.html")]
    with record.timed("report"):
        process = await asyncio.create_subprocess_exec(
            *group.enter(),
            *report,
            cwd=ROOT,
            env={**os.environ, "AREOLE_HOME": str(folder / "home")},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
        )
        _, words = await process.communicate()
    if process.returncode:
        record.failures[f"the report ended with {process.returncode}: {words.decode()}"] += 1
    for watcher in watchers:
        watcher.cancel()


def print_memory(group: Group, load: ServerLoad) -> None:
    """Print the peaks, and how many processes were killed for want of memory."""
    charged = int((group.folder / group.peak).read_text()) / 1e6
    print(
        f"of {MEMORY / 1e6:.0f} MB, at their peak: held by all processes {group.own_peak_mb:.0f}, "
        f"with files in the cache {charged:.0f}; the server with its libraries {load.peak_mb:.0f}, "
        f"its child processes {load.children_peak_mb:.0f}"
    )
    print(f"killed for want of memory: {group.read(group.kills, 'oom_kill')}")


def measure(group: Group, folder: Path) -> None:
    """Start the server in the group, rehearse, and print every figure."""
    port, record, start = find_free_port(), Record(), perf_counter()
    server = start_server(folder / "home", port, within=group.enter())
    print(f"start, until the health check answers: {perf_counter() - start:.1f} s")
    load = ServerLoad(server.pid)
    try:
        asyncio.run(rehearse(group, load, f"http://127.0.0.1:{port}", folder, record))
    except (OSError, LookupError, TimeoutError, WebSocketException) as failure:
        record.failures[f"{type(failure).__name__}: {failure}"] += 1
    finally:
        print_record(record)
        print_memory(group, load)
        server.kill()
        server.wait()


def main() -> None:
    """Rehearse, or say why not."""
    with ExitStack() as stack:
        try:
            group = stack.enter_context(make_group())
        except OSError as error:
            print(f"{NOT_MADE} ({error})")
            return
        measure(group, Path(stack.enter_context(tempfile.TemporaryDirectory())))


if __name__ == "__main__":
    main()
