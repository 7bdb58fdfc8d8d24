"""Near-duplicates, fast enough for an import: each new fingerprint is compared with all others.

Candidates share their coarse light and colour, whole against whole or whole against a crop; the
best few are then laid over each other, by their details only. No network: its features cost more
than decoding, and 200 MB. What was measured first is in tests/benchmarks/README.md.
"""

from collections.abc import Collection, Mapping, Sequence
from functools import lru_cache
from io import BytesIO
from itertools import product

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray
from PIL import Image, ImageFilter
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from model.photos.photo_id import PhotoId

FINGERPRINT_PX = 64  # The longer side
QUALITY = 90

# Candidates
GRID = 8  # Cells of light across and down, and half as many of colour
SQUARE_PX = 80  # A fingerprint is stretched to this: whole pixels for the cells of all windows.
CROPS, PLACES = (0.9, 0.8), (0, 0.5, 1)  # Share of each side, and how far from left and top
LEAST_ALIKE = 0.85  # Cosine of descriptors; 0.88 halves the time and misses copies with words on.
MOST_CANDIDATES = 3  # Looked at closely
LEAST_LIGHT, LEAST_COLOUR = 8.0, 30.0  # Norms under which a picture is nearly even, or grey
BLOCK = 1024  # Photos for which memory is taken at once

# No detail: noise, and nine tenths of light and shade. The last tenth guides the coarse look.
FINEST_PX, COARSEST_PX, SMOOTHED = 0.7, 4, 0.9
SAME_FROM = 0.85  # Correlation of details; see tests/benchmarks/sketches.py
MIDDLE = 0.84  # Of each side: two frames of a burst share it, and neither lies in the other.
GREY = 128

# Laying one picture over another
COARSE_PX, FINE_PX = 32, 64  # The longer side while pictures are compared
COARSE_FROM = 0.75  # Correlation of small pictures from which a closer look is worth it
CROP_SIDES = tuple(1 - step / 50 for step in range(21))  # Share of a side; coarsely every fourth
COARSE_STEP = 0.081
LEAST_AREA = 0.35  # Of a picture, in a copy


def _windows() -> NDArray[np.intp]:
    """Compute the bounds of each window's cells, (W, across or down, GRID + 1); the whole first."""
    windows = [(1.0, 0.0, 0.0), *product(CROPS, PLACES, PLACES)]
    steps = np.arange(GRID + 1) / GRID
    cells = [[(1 - crop) * place + crop * steps for place in places] for crop, *places in windows]
    return np.asarray(np.rint(np.array(cells) * SQUARE_PX), np.intp)


WINDOWS = _windows()
AREAS = np.diff(WINDOWS[:, :, :2]).prod(axis=1)  # Of a cell, (W, 1)
DESCRIPTOR = GRID * GRID + 2 * (GRID // 2) ** 2


def fingerprint(image: Image.Image) -> bytes:
    """Make a fingerprint of a photo: a JPEG of its longer side at 64 px, about 2.5 kB."""
    buffer = BytesIO()
    small = shrunk(image, FINGERPRINT_PX, reducing_gap=2)
    small.save(buffer, "JPEG", quality=QUALITY, subsampling=0)
    return buffer.getvalue()


def decode_fingerprint(jpeg: bytes) -> Image.Image:
    """Decode a fingerprint to RGB, its longer side 64 px."""
    return Image.open(BytesIO(jpeg), formats=("JPEG",)).convert("RGB")


class FingerprintIndex:
    """Fingerprints to compare others with, 10 kB each with their descriptors. Not thread-safe."""

    def __init__(self) -> None:
        self._photos: list[PhotoId] = []
        self._fingerprints: list[bytes] = []
        self._blocks: list[NDArray[np.float32]] = []  # (BLOCK, W, DESCRIPTOR) each

    def add(self, photo: PhotoId, jpeg: bytes) -> None:
        """Add a photo by its fingerprint."""
        row = len(self._photos) % BLOCK
        if row == 0:
            self._blocks.append(np.zeros((BLOCK, len(WINDOWS), DESCRIPTOR), np.float32))
        self._blocks[-1][row] = _described(jpeg)[1]
        self._photos.append(photo)
        self._fingerprints.append(jpeg)

    def alike(self, jpeg: bytes) -> list[PhotoId]:
        """Find photos of the same picture as a fingerprint: at most three, the best first."""
        return list(self.matches(jpeg))

    def matches(self, jpeg: bytes) -> dict[PhotoId, float]:
        """Correlate the details of a picture with those of the photos `alike` gives, by photo."""
        picture, descriptors = _described(jpeg)
        correlations = {
            self._photos[row]: _agreement(picture, decode_fingerprint(self._fingerprints[row]))
            for row in self._candidates(descriptors)
        }
        return {
            photo: agreeing for photo, agreeing in correlations.items() if agreeing >= SAME_FROM
        }

    def _candidates(self, own: NDArray[np.float32]) -> NDArray[np.intp]:
        """Find the rows of the few photos most alike to descriptors (W, DESCRIPTOR), best first."""
        cosines = np.zeros(len(self._photos), np.float32)
        for number, block in enumerate(self._blocks):
            part = cosines[BLOCK * number :][:BLOCK]  # The last block is not full.
            part[:] = _cosines(block[: len(part)], own)
        best = np.argsort(-cosines, kind="stable")[:MOST_CANDIDATES]
        return best[cosines[best] >= LEAST_ALIKE]


@lru_cache(maxsize=1)  # A photo is looked for, then added.
def _described(jpeg: bytes) -> tuple[Image.Image, NDArray[np.float32]]:
    picture = decode_fingerprint(jpeg)
    return picture, _descriptors(picture)


def _descriptors(picture: Image.Image) -> NDArray[np.float32]:
    """Compute light and colour of each window, at length one, (W, DESCRIPTOR)."""
    square = picture.convert("YCbCr").resize((SQUARE_PX, SQUARE_PX), Image.Resampling.BILINEAR)
    # Sums of all pixels above and left, so that any cell is four look-ups
    sums = np.zeros((SQUARE_PX + 1, SQUARE_PX + 1, 3), np.int32)
    sums[1:, 1:] = np.asarray(square).cumsum(axis=0, dtype=np.int32).cumsum(axis=1)
    corners = sums[WINDOWS[:, 1, :, None], WINDOWS[:, 0, None, :]]  # (W, GRID + 1, GRID + 1, 3)
    sums_of_cells = np.diff(np.diff(corners, axis=1), axis=2)  # (W, GRID, GRID, 3)
    cells = sums_of_cells / AREAS[:, :, None, None]
    light = cells[..., 0].reshape(len(WINDOWS), -1)
    quarters = cells[..., 1:].reshape(-1, GRID // 2, 2, GRID // 2, 2, 2).mean(axis=(2, 4))
    colour = quarters.reshape(len(WINDOWS), -1) - GREY
    light = _scaled(light - light.mean(axis=1, keepdims=True), LEAST_LIGHT)
    return np.asarray(_scaled(np.hstack([light, _scaled(colour, LEAST_COLOUR)]), 1e-12), np.float32)


def _scaled(rows: NDArray[np.float64], least: float) -> NDArray[np.float64]:
    """Scale rows to length one; those less than `least` long stay shorter."""
    return np.asarray(rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), least))


def _cosines(others: NDArray[np.float32], own: NDArray[np.float32]) -> NDArray[np.float32]:
    """Compare (N, W, DESCRIPTOR) with (W, DESCRIPTOR), (N,): any window of one, the other whole."""
    windows = (others.reshape(-1, DESCRIPTOR) @ own[0]).reshape(len(others), -1)
    return np.asarray(np.maximum(windows.max(axis=1), (others[:, 0] @ own.T).max(axis=1)))


def _agreement(first: Image.Image, second: Image.Image) -> float:
    """Correlate the details of two pictures, or of the first and the middle of the second."""
    across, down = (round(side * (1 - MIDDLE) / 2) for side in second.size)
    details, others = _details(first), _details(second)
    middle = others.crop((across, down, others.width - across, others.height - down))
    whole = correlation(details, others)
    return whole if whole >= SAME_FROM else max(whole, correlation(details, middle))


def _details(picture: Image.Image) -> Image.Image:
    """Filter what is finer than light and shade and coarser than noise, in grey."""
    grey = picture.convert("L")
    fine, coarse = (
        np.asarray(grey.filter(ImageFilter.GaussianBlur(px)), np.float32)
        for px in (FINEST_PX, COARSEST_PX)
    )
    details = fine - SMOOTHED * coarse
    return Image.fromarray((details - details.mean() + GREY).clip(0, 255).astype(np.uint8))


def correlation(first: Image.Image, second: Image.Image) -> float:
    """Correlate two grey pictures, one laid over the best crop of the other, -1 to 1."""
    pictures, best = (first, second), -1.0
    coarse = [shrunk(picture, COARSE_PX) for picture in pictures]
    for whole, part in ((0, 1), (1, 0)):
        agreement, crop = _inside(coarse[whole], coarse[part], CROP_SIDES[::4])
        if agreement >= COARSE_FROM:
            near = [side for side in CROP_SIDES if abs(side - crop) < COARSE_STEP]
            agreement, _ = _inside(pictures[whole], pictures[part], near)
        best = max(best, agreement)
    return best


def shrunk(picture: Image.Image, side_px: int, reducing_gap: float | None = None) -> Image.Image:
    """Resize a picture so that its longer side is `side_px`."""
    scale = side_px / max(picture.size)
    width, height = (max(1, round(side * scale)) for side in picture.size)
    return picture.resize((width, height), Image.Resampling.BILINEAR, reducing_gap=reducing_gap)


def _inside(whole: Image.Image, part: Image.Image, crops: Sequence[float]) -> tuple[float, float]:
    """Find the crop of `part` that correlates best with a piece of `whole`: correlation, crop."""
    pixels = np.asarray(whole, np.float32)
    flatter = (part.width / part.height) / (whole.width / whole.height)
    best = (-1.0, 1.0)
    for crop in crops:
        across, down = (crop, crop / flatter) if flatter >= 1 else (crop * flatter, crop)
        if across * down < LEAST_AREA:
            continue
        size = (max(1, round(across * whole.width)), max(1, round(down * whole.height)))
        piece = np.asarray(part.resize(size), np.float32)
        if piece.std() > 1:  # An even surface agrees with everything.
            best = max(best, (_best_place(pixels, piece), crop))
    return best


def _best_place(whole: NDArray[np.float32], piece: NDArray[np.float32]) -> float:
    """Compute the normalised cross-correlation of `piece` with the window of `whole` it fits best.

    On pictures this small, scikit-image's match_template takes six times as long.
    """
    windows = sliding_window_view(whole - whole.mean(), piece.shape).reshape(-1, piece.size)
    centred = (piece - piece.mean()).ravel()
    spread = np.einsum("wp,wp->w", windows, windows) - windows.sum(axis=1) ** 2 / piece.size
    # An even window fits nothing.
    scale = np.sqrt(np.maximum(spread, 1e-3)) * np.linalg.norm(centred)
    return float((windows @ centred / scale).max())


def groups_of(alike: Mapping[PhotoId, Collection[PhotoId]]) -> list[frozenset[PhotoId]]:
    """Group photos that are linked, if only through others: `alike` has each photo's duplicates."""
    photos = sorted(alike.keys() | set().union(*alike.values()))
    rows = {photo: row for row, photo in enumerate(photos)}
    links = [(rows[photo], rows[other]) for photo, others in alike.items() for other in others]
    ends = ([first for first, _ in links], [second for _, second in links])
    count, group_of = connected_components(
        coo_array((np.ones(len(links)), ends), shape=(len(photos),) * 2), directed=False
    )
    groups: list[set[PhotoId]] = [set() for _ in range(count)]
    for photo, group in zip(photos, group_of, strict=True):
        groups[group].add(photo)
    return [frozenset(group) for group in groups if len(group) > 1]
