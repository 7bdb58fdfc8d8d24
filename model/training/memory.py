"""Is there room: how much memory is really free, container limits included, what a fine-tuning
takes, and the disk.
"""

import shutil
from pathlib import Path

import psutil

from model.errors import CannotTrain
from model.networks.backbones import Backbone

# fastai, torch and the network, before the first batch; measured, see tests/benchmarks/training.py
TRAINER_MB = 680
RUN_MB = {
    "head": 10,
    "fine-tune": 200,
}  # With checkpoint, and the copies that exist while files are written
BATCHES = (2, 4, 6, 8, 16, 32, 64)
CGROUPS = (  # Limit and use of the container this process is in: version 2, then version 1.
    (Path("/sys/fs/cgroup/memory.max"), Path("/sys/fs/cgroup/memory.current")),
    (
        Path("/sys/fs/cgroup/memory/memory.limit_in_bytes"),
        Path("/sys/fs/cgroup/memory/memory.usage_in_bytes"),
    ),
)


def free_mb() -> int:
    """Compute the memory that this process may still take, in MB.

    The machine's free memory, or what its container has left.
    """
    free = psutil.virtual_memory().available
    for limit, use in CGROUPS:
        try:
            free = min(
                free,
                int(limit.read_text())
                - int(use.read_text())
                + _reclaimable(use.with_name("memory.stat")),
            )
        except (OSError, ValueError):  # No such file, or "max".
            continue
    return max(free, 0) // 1_000_000


def check_disk(folder: Path, mode: str) -> None:
    """Raise CannotTrain where the disk of a folder has no room for what a training of this mode
    writes.
    """
    free = shutil.disk_usage(folder).free // 1_000_000
    if free < RUN_MB[mode]:
        raise CannotTrain(
            f"The disk has {free} MB left, and a run takes up to {RUN_MB[mode]} MB. Delete some "
            f"runs."
        )


def _reclaimable(stat: Path) -> int:
    """The part of a container's memory that only caches files."""
    rows = dict(line.split() for line in stat.read_text().splitlines()) if stat.exists() else {}
    return int(rows.get("inactive_file", 0))


def needed_mb(backbone: Backbone, batch_size: int, image_px: int) -> int:
    """Estimate the memory of a fine-tuning at its peak, in MB."""
    return round(TRAINER_MB + backbone.train_mb * batch_size * (image_px / 224) ** 2)


def largest_batch(backbone: Backbone, image_px: int) -> int | None:
    """The largest batch size on offer that fits into the free memory; None where none does."""
    free = free_mb()
    return max(
        (size for size in BATCHES if needed_mb(backbone, size, image_px) <= free), default=None
    )


def check_memory(backbone: Backbone, batch_size: int, image_px: int) -> None:
    """Raise CannotTrain, with what would fit, instead of letting the system kill somebody."""
    needed, free = needed_mb(backbone, batch_size, image_px), free_mb()
    if needed <= free:
        return
    fits = largest_batch(backbone, image_px)
    advice = (
        f"A batch size of {fits} fits."
        if fits
        else "Train the head only, which needs next to nothing."
    )
    raise CannotTrain(
        f"This would take about {needed} MB of memory, and {free} MB are free. {advice}"
    )
