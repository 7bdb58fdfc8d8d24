"""How many near-duplicates an import finds, what else it takes for one, and what looking costs
beside decoding.

python -m tests.benchmarks.sketches [FOLDER]        (FOLDER holds one folder of real photos for each
class)

Photos are imported one by one, as an upload is. False alarms are links between photos that are no
copies of ours; those among real photos are named, for they may be true. Copies and frames of bursts
are made with seeds that nothing was tuned on.
"""

import argparse
import csv
import sys
from collections.abc import Callable, Iterable, Mapping
from io import BytesIO
from pathlib import Path
from time import perf_counter
from typing import TypeVar

import numpy as np
import psutil
from PIL import Image, ImageEnhance

from model.catalogue.starter import CLASSES, FOLDER
from model.classify.batches import folder_sources
from model.photos.image import open_file, open_photo
from model.photos.near_duplicates import FingerprintIndex, fingerprint, groups_of
from model.photos.photo_id import PhotoId
from tests.conftest import STARTER_PHOTOS, by_photo, encoded, photo_ids

COPIES, SEEDS = 60, (11, 12, 13)
KNOWN = 5000
LOOKED = 200  # Photos whose cost is measured
Thing = TypeVar("Thing")
Retouch = Callable[[Image.Image, np.random.Generator], Image.Image]


def main() -> int:
    """Print a line a figure."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=Path, nargs="?")
    folder = parser.parse_args().folder
    starter = by_photo(
        {path.name: open_file(path).image for path in sorted(STARTER_PHOTOS.iterdir())}
    )
    imported("starter set", starter, planted())
    if folder:
        real = by_photo({source.name: source.open() for source in folder_sources(folder, CLASSES)})
        imported(str(folder), real, set())
        imported("both together", {**starter, **real}, planted())
        for name, retouch in RETOUCHED.items():
            copied(name, real, retouch)
    cost(starter)
    return 0


def planted() -> set[frozenset[PhotoId]]:
    """The pairs that the starter set's key names."""
    with (FOLDER / "photos.csv").open(newline="") as table:
        return {
            frozenset(photo_ids(row["file"], row["twin"]))
            for row in csv.DictReader(table)
            if row["defect"] == "near_duplicate"
        }


def imported(
    title: str, images: Mapping[PhotoId, Image.Image], copies: set[frozenset[PhotoId]]
) -> None:
    """Every photo beside those before it.

    Copies found, other links, and how large a group they make.
    """
    sketches, alike, seconds = FingerprintIndex(), {}, 0.0
    for name, sketch in {name: fingerprint(image) for name, image in images.items()}.items():
        start = perf_counter()
        alike[name] = sketches.alike(sketch)
        sketches.add(name, sketch)
        seconds += perf_counter() - start
    links = {frozenset((name, other)) for name, others in alike.items() for other in others}
    largest = max(map(len, groups_of(alike)), default=0)
    found = f"{len(links & copies)} of {len(copies)} planted copies found, " if copies else ""
    print(
        f"{title}: {found}{len(links - copies)} other links; the largest group has {largest} photos"
    )
    print(f"    {seconds * 1000 / len(images):.1f} ms a photo on average, {len(images)} photos")
    for pair in sorted(map(sorted, links - copies)):
        print(f"    {' - '.join(pair)}")


def copied(title: str, images: Mapping[PhotoId, Image.Image], retouch: Retouch) -> None:
    """Copies of some photos, looked for among all.

    Found, and linked to another than the original and its own duplicates.
    """
    sketches = FingerprintIndex()
    for name, image in images.items():
        sketches.add(name, fingerprint(image))
    rounds = []
    for seed in SEEDS:
        random = np.random.default_rng(seed)
        originals = [list(images)[row] for row in random.choice(len(images), COPIES, replace=False)]
        found = {
            name: sketches.alike(fingerprint(retouch(images[name], random))) for name in originals
        }
        accepted = {name: {name, *sketches.alike(fingerprint(images[name]))} for name in originals}
        rounds.append(
            (
                sum(name in found[name] for name in found),
                sum(bool({*found[name]} - accepted[name]) for name in found),
            )
        )
    right, wrong = (" ".join(map(str, column)) for column in zip(*rounds, strict=True))
    print(f"{title}: of {COPIES} copies {right} found, {wrong} linked to another photo")


def in_proportion(image: Image.Image, random: np.random.Generator) -> Image.Image:
    """75 to 90 % of each side, in the picture's proportions."""
    return encoded_again(cropped(image, np.repeat(random.uniform(0.75, 0.9), 2), random), random)


def out_of_proportion(image: Image.Image, random: np.random.Generator) -> Image.Image:
    """75 to 90 % of each side, each for itself."""
    return encoded_again(cropped(image, random.uniform(0.75, 0.9, 2), random), random)


def whole(image: Image.Image, random: np.random.Generator) -> Image.Image:
    """All of it, in another size and brightness."""
    return encoded_again(image, random)


def other_light(image: Image.Image, random: np.random.Generator) -> Image.Image:
    """85 to 95 % of each side under a warmer or colder light."""
    gains = random.uniform(0.85, 1.15, 3)
    tinted = Image.fromarray((np.asarray(image, np.float32) * gains).clip(0, 255).astype(np.uint8))
    return encoded_again(cropped(tinted, np.repeat(random.uniform(0.85, 0.95), 2), random), random)


def next_frame(image: Image.Image, random: np.random.Generator) -> Image.Image:
    """The picture seen by a hand that moved.

    Turned by a degree, and shifted, so that it shows what the first frame does not.

    Because nothing is known beyond the picture's edge, a mirrored margin stands there.
    """
    margin = round(0.05 * min(image.size))
    pixels = np.pad(np.asarray(image), ((margin, margin), (margin, margin), (0, 0)), "reflect")
    turned = Image.fromarray(pixels).rotate(random.uniform(-1, 1), Image.Resampling.BICUBIC)
    across, down = random.integers(0, 2 * margin + 1, 2)
    return turned.crop((across, down, across + image.width, down + image.height))


RETOUCHED: dict[str, Retouch] = {
    "resized, relit, encoded again": whole,
    "and 75 to 90 % of the sides, in proportion": in_proportion,
    "and 75 to 90 % of each side": out_of_proportion,
    "and 85 to 95 % in another light": other_light,
    "the next frame of a burst": next_frame,
}


def cropped(
    image: Image.Image, shares: Iterable[float], random: np.random.Generator
) -> Image.Image:
    """So much of each side, somewhere in the picture."""
    width, height = (round(side * share) for side, share in zip(image.size, shares, strict=True))
    left, upper = (
        round(float(random.uniform()) * spare)
        for spare in (image.width - width, image.height - height)
    )
    return image.crop((left, upper, left + width, upper + height))


def encoded_again(image: Image.Image, random: np.random.Generator) -> Image.Image:
    """At half to its whole size, brighter or darker, as a JPEG of poor to good quality."""
    smaller = random.uniform(0.5, 1)
    resized = image.resize((round(image.width * smaller), round(image.height * smaller)))
    relit = ImageEnhance.Brightness(resized).enhance(random.uniform(0.75, 1.3))
    return Image.open(BytesIO(encoded(relit, quality=int(random.integers(40, 90))))).convert("RGB")


def cost(images: Mapping[PhotoId, Image.Image]) -> None:
    """Milliseconds a photo beside decoding, with many known; and what those weigh."""
    names, random = list(images), np.random.default_rng(0)
    photos = [encoded(images[name].resize((4000, 3000)), quality=90) for name in names[:10]]
    decoding, sketching = (
        median_ms(open_photo, photos),
        median_ms(fingerprint, [open_photo(data).image for data in photos]),
    )
    print(f"a 12-megapixel JPEG: decoded in {decoding:.0f} ms, sketched in {sketching:.1f} ms")
    # All different, like photos, though made of few.
    parts = [
        cropped(images[names[row % len(names)]], random.uniform(0.5, 1, 2), random)
        for row in range(KNOWN)
    ]
    drawn = [fingerprint(part) for part in parts]
    print(
        f"a sketch: {np.mean([len(sketch) for sketch in drawn]):.0f} bytes, the largest {max(map(len, drawn))}"
    )
    before, start, sketches = psutil.Process().memory_info().rss, perf_counter(), FingerprintIndex()
    for row, sketch in enumerate(drawn):
        sketches.add(PhotoId(str(row)), sketch)
    adding, weight = (
        (perf_counter() - start) * 1000 / KNOWN,
        (psutil.Process().memory_info().rss - before) / 1e6,
    )
    print(f"{KNOWN} known: {weight:.0f} MB, {adding:.2f} ms to add one")
    strangers = [
        fingerprint(image.transpose(Image.Transpose.FLIP_TOP_BOTTOM)) for image in images.values()
    ][:LOOKED]
    looking, looking_closely = (
        median_ms(sketches.alike, strangers),
        median_ms(sketches.alike, drawn[:LOOKED]),
    )
    print(f"    {looking:.1f} ms for a stranger, {looking_closely:.0f} ms where three are like it")


def median_ms(work: Callable[[Thing], object], things: Iterable[Thing]) -> float:
    """The median over some things."""
    times = []
    for thing in things:
        start = perf_counter()
        work(thing)
        times.append(perf_counter() - start)
    return float(np.median(times)) * 1000


if __name__ == "__main__":
    sys.exit(main())
