"""What a server's process takes: memory, its peak, and processor time."""

import asyncio
import time

import psutil

SAMPLE_S = 0.25


def listening_process(port: int) -> int | None:
    """Find the process that listens on a port of this machine; None for another user's."""
    for connection in psutil.net_connections("tcp"):
        listens = connection.status == psutil.CONN_LISTEN
        if listens and connection.laddr and connection.laddr.port == port:
            return connection.pid
    return None


class ServerLoad:
    """Memory of a server and of its child processes, in megabytes, and processor time."""

    def __init__(self, pid: int) -> None:
        self._process = psutil.Process(pid)
        self.peak_mb = self.children_peak_mb = 0.0

    def cpu_s(self) -> float:
        """Give the seconds of processor time so far, of threads that have ended too.

        To the nanosecond, by Linux's clock of a process (as clock_getcpuclockid gives it): psutil
        counts in hundredths of a second.
        """
        return time.clock_gettime((~self._process.pid << 3) | 2)

    def memory_mb(self) -> tuple[float, float]:
        """Measure the server and its child processes now, and keep the peaks."""
        server, children = self._process.memory_info().rss / 1e6, 0.0
        for child in self._process.children(recursive=True):
            try:
                children += child.memory_info().rss / 1e6
            except psutil.NoSuchProcess:
                continue  # It ended between the two lines.
        self.peak_mb = max(self.peak_mb, server)
        self.children_peak_mb = max(self.children_peak_mb, children)
        return server, children

    async def watch(self) -> None:
        """Measure the memory again and again, until cancelled."""
        while True:
            self.memory_mb()
            await asyncio.sleep(SAMPLE_S)
