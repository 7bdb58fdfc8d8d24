"""What an import costs: seconds a photo beside decoding alone, and memory.

`python -m tests.benchmarks.intake [PHOTOS]`

Writes PHOTOS (500) photos of 12 megapixels into a temporary folder and a ZIP, about 1.5 GB each,
and imports both, each in a process of its own. The memory is read from Linux.
"""

import json
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter
from zipfile import ZipFile

import numpy as np
from PIL import Image

from model.photos.image import open_file

SIZE = (4000, 3000)
QUALITY = 88
DECODED = 60  # Photos decoded alone
IMPORT = """
import json, sys
from pathlib import Path
from time import perf_counter
from model.datasets.archives import folder_bundle, zip_bundle
from model.datasets.intake import ImportResult, add_photos
from model.datasets.import_plan import plan
from model.datasets.manage import create_dataset
from model.catalogue.starter import import_starter
from model.catalogue.store import open_store
from contextlib import nullcontext

def peak_mb():  # Not getrusage's: that one still knows the process that started this one.
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM")) / 1000

home, source = map(Path, sys.argv[1:])
store = open_store(home)
import_starter(store)
create_dataset(store, "big", ["left", "right"], name="big")
base = peak_mb()
with nullcontext(folder_bundle(source)) if source.is_dir() else zip_bundle(source) as bundle:
    arrivals, report, started = plan(bundle, ("left", "right")).arrivals, ImportResult(), perf_counter()
    add_photos(store, "big", arrivals, report, total=len(arrivals))
print(json.dumps({"seconds": perf_counter() - started, "added": report.added, "base": base, "peak": peak_mb()}))
"""


def draw(number: int, folder: Path) -> None:
    """A photo as large as a phone's: soft shapes, fine texture, noise."""
    dice = np.random.default_rng(number)
    soft = Image.fromarray(dice.integers(0, 255, (9, 12, 3), dtype=np.uint8)).resize(
        SIZE, Image.Resampling.BICUBIC
    )
    fine = Image.fromarray(dice.integers(0, 255, (750, 1000, 3), dtype=np.uint8)).resize(
        SIZE, Image.Resampling.BILINEAR
    )
    Image.blend(soft, fine, 0.25).save(
        folder / ("left", "right")[number % 2] / f"{number:04d}.jpg", quality=QUALITY
    )


def imported(home: Path, source: Path) -> dict[str, float]:
    """What an import in a new process took."""
    command = [sys.executable, "-c", IMPORT, str(home), str(source)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    figures: dict[str, float] = json.loads(done.stdout)
    return figures


def main(count: int) -> None:
    """Print the comparison."""
    with TemporaryDirectory() as temporary:
        place = Path(temporary)
        for label in ("left", "right"):
            (place / "photos" / label).mkdir(parents=True)
        with ThreadPoolExecutor(2) as pool:
            list(pool.map(lambda number: draw(number, place / "photos"), range(count)))
        files = sorted((place / "photos").rglob("*.jpg"))
        with ZipFile(place / "photos.zip", "w") as folder:
            for file in files:
                folder.write(file, file.relative_to(place / "photos"))
        size = sum(file.stat().st_size for file in files) / count / 1e6
        print(f"{count} photos of {SIZE[0] * SIZE[1] / 1e6:.0f} megapixels, {size:.1f} MB each")
        open_file(files[0])
        started = perf_counter()
        for file in files[:DECODED]:
            _ = open_file(file).image
        alone = (perf_counter() - started) / min(DECODED, count)
        print(f"decoding alone: {1000 * alone:.0f} ms a photo")
        for title, source in (
            ("from a folder", place / "photos"),
            ("from a ZIP", place / "photos.zip"),
        ):
            took = imported(place / title.replace(" ", "-"), source)
            each = took["seconds"] / count
            print(
                f"{title}: {took['added']:.0f} added, {1000 * each:.0f} ms a photo, {each / alone:.2f} times decoding alone; "
                f"memory {took['base']:.0f} MB before, {took['peak'] - took['base']:.0f} MB more at its peak"
            )


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 500)
