"""Near-duplicates at the rate of an import: a sketch is kept of each photo, and a new photo's is compared with all.

Candidates share their coarse light and colour, whole against whole or whole against a crop; the best few are then laid over each
other, by their details only. No network: its features cost more than decoding, and 200 MB.
Perceptual hashes were measured first (imagehash 4.3.2, as many false alarms allowed as there are true duplicates): of 120 crops of
real photos pHash found 1 and dHash 1; its crop-resistant hash found half of 20, at 190 ms a photo and with 4 % false alarms.
Correlating whole pictures whose features are alike, as Clean once did, finds as many planted copies of the starter set (24 of 24),
but 68 and 73 of 80 closer crops of real photos where fingerprints find 78 and 80, 48 of 80 next frames of a burst (80), two true
copies fewer and a false one more among 670 real photos; only under another light it finds more (76, here 69).
"""

from collections.abc import Collection, Mapping, Sequence
from functools import lru_cache
from io import BytesIO

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray
from PIL import Image, ImageFilter
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

SKETCH_PX = 64  # The longer side
QUALITY = 90

# Candidates
GRID = 8  # Cells of light across and down, and half as many of colour
EVEN_PX = 80  # The side of the square that a sketch is stretched to: whole pixels for the cells of every window
CROPS, PLACES = (0.9, 0.8), (0, 0.5, 1)  # The share of each side, and how far from left and top
LEAST_ALIKE = 0.85  # Cosine of descriptors; 0.88 takes half the time and misses true copies with words on them.
MOST_CANDIDATES = 3  # Looked at closely
LEAST_LIGHT, LEAST_COLOUR = 8.0, 30.0  # Norms under which a picture is next to even, or grey
BLOCK = 1024  # Photos for which memory is taken at once

# What is no detail: noise, and nine tenths of light and shade. The last tenth guides the coarse look.
FINEST_PX, COARSEST_PX, SMOOTHED = 0.7, 4, 0.9
SAME_FROM = 0.85  # Correlation of details; see tests/benchmarks/sketches.py.
MIDDLE = 0.84  # Of each side: what two frames of a burst share, neither of which lies in the other
GREY = 128

# Laying one picture over another
COARSE_PX, FINE_PX = 32, 64  # The longer side while pictures are compared
COARSE_FROM = 0.75  # Correlation of small pictures from which a closer look is worth it
CROP_SIDES = tuple(
    1 - step / 50 for step in range(21)
)  # The share of a side that is left; a coarse look tries every fourth.
COARSE_STEP = 0.081
LEAST_AREA = 0.35  # Of a picture, in a copy


def _windows() -> NDArray[np.intp]:
    """Where the cells of each window begin and end in the stretched square, (W, 2, GRID + 1), across and down; the whole first."""
    windows = [
        (1.0, 0.0, 0.0),
        *((crop, across, down) for crop in CROPS for across in PLACES for down in PLACES),
    ]
    steps = np.arange(GRID + 1) / GRID
    cells = [[(1 - crop) * place + crop * steps for place in places] for crop, *places in windows]
    return np.asarray(np.rint(np.array(cells) * EVEN_PX), np.intp)


WINDOWS = _windows()
AREAS = np.diff(WINDOWS[:, :, :2]).prod(axis=1)  # Of a cell, (W, 1)
DESCRIPTOR = GRID * GRID + 2 * (GRID // 2) ** 2


def fingerprint(image: Image.Image) -> bytes:
    """A small copy of a photo to keep beside it: a JPEG of about 2.5 kB."""
    scale = SKETCH_PX / max(image.size)
    width, height = (max(1, round(side * scale)) for side in image.size)
    buffer = BytesIO()
    image.resize((width, height), Image.Resampling.BILINEAR, reducing_gap=2).save(
        buffer, "JPEG", quality=QUALITY, subsampling=0
    )
    return buffer.getvalue()


def decode_fingerprint(sketch: bytes) -> Image.Image:
    """The picture in a sketch, in colour, its longer side 64 px."""
    return Image.open(BytesIO(sketch), formats=("JPEG",)).convert("RGB")


class FingerprintIndex:
    """The sketches of known photos, 10 kB each with what they are compared by; for one import, not for many threads."""

    def __init__(self) -> None:
        self._photos: list[str] = []
        self._sketches: list[bytes] = []
        self._blocks: list[NDArray[np.float32]] = []  # (BLOCK, W, DESCRIPTOR) each

    def add(self, photo: str, sketch: bytes) -> None:
        """Make a photo known."""
        row = len(self._photos) % BLOCK
        if row == 0:
            self._blocks.append(np.zeros((BLOCK, len(WINDOWS), DESCRIPTOR), np.float32))
        self._blocks[-1][row] = _described(sketch)[1]
        self._photos.append(photo)
        self._sketches.append(sketch)

    def alike(self, sketch: bytes) -> list[str]:
        """Known photos that are the same picture as this one, at most three, the most alike first. Ask before adding it."""
        return list(self.matches(sketch))

    def matches(self, sketch: bytes) -> dict[str, float]:
        """Correlate the details of a picture with those of the photos `alike` gives, by photo."""
        picture, descriptors = _described(sketch)
        correlations = {
            self._photos[row]: _agreement(picture, decode_fingerprint(self._sketches[row]))
            for row in self._candidates(descriptors)
        }
        return {
            photo: agreeing for photo, agreeing in correlations.items() if agreeing >= SAME_FROM
        }

    def _candidates(self, own: NDArray[np.float32]) -> NDArray[np.intp]:
        """Rows of the few that are most alike to descriptors (W, DESCRIPTOR), the most alike first."""
        left = len(self._photos) - BLOCK * np.arange(
            len(self._blocks)
        )  # Of each block and those after it
        blocks = [block[:rows] for block, rows in zip(self._blocks, left, strict=True)]
        cosines = np.concatenate(
            [_cosines(block, own) for block in blocks] or [np.zeros(0, np.float32)]
        )
        best = np.argsort(-cosines, kind="stable")[:MOST_CANDIDATES]
        return best[cosines[best] >= LEAST_ALIKE]


@lru_cache(maxsize=1)  # A photo is looked for, then added.
def _described(sketch: bytes) -> tuple[Image.Image, NDArray[np.float32]]:
    picture = decode_fingerprint(sketch)
    return picture, _descriptors(picture)


def _descriptors(picture: Image.Image) -> NDArray[np.float32]:
    """The light and colour of each window, at length one, (W, DESCRIPTOR): neither brightness nor contrast changes them much."""
    square = picture.convert("YCbCr").resize((EVEN_PX, EVEN_PX), Image.Resampling.BILINEAR)
    sums = np.zeros(
        (EVEN_PX + 1, EVEN_PX + 1, 3), np.int32
    )  # Of all above and left, so that any cell is four look-ups.
    sums[1:, 1:] = np.asarray(square).cumsum(axis=0, dtype=np.int32).cumsum(axis=1)
    corners = sums[WINDOWS[:, 1, :, None], WINDOWS[:, 0, None, :]]  # (W, GRID + 1, GRID + 1, 3)
    cells = (
        np.diff(np.diff(corners, axis=1), axis=2) / AREAS[:, :, None, None]
    )  # (W, GRID, GRID, 3)
    light = cells[..., 0].reshape(len(WINDOWS), -1)
    colour = (
        cells[..., 1:]
        .reshape(-1, GRID // 2, 2, GRID // 2, 2, 2)
        .mean(axis=(2, 4))
        .reshape(len(WINDOWS), -1)
        - GREY
    )
    light = _scaled(light - light.mean(axis=1, keepdims=True), LEAST_LIGHT)
    return np.asarray(_scaled(np.hstack([light, _scaled(colour, LEAST_COLOUR)]), 1e-12), np.float32)


def _scaled(vectors: NDArray[np.float64], least: float) -> NDArray[np.float64]:
    """Rows brought to length one, shorter where they are less than `least` long."""
    return np.asarray(vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), least))


def _cosines(known: NDArray[np.float32], own: NDArray[np.float32]) -> NDArray[np.float32]:
    """How alike each of (N, W, DESCRIPTOR) is to (W, DESCRIPTOR), (N,): any window of one beside the whole of the other."""
    windows = (known.reshape(-1, DESCRIPTOR) @ own[0]).reshape(len(known), -1)
    return np.asarray(np.maximum(windows.max(axis=1), (known[:, 0] @ own.T).max(axis=1)))


def _agreement(first: Image.Image, second: Image.Image) -> float:
    """Correlate the details of two pictures, or of the first and the middle of the second."""
    across, down = (round(side * (1 - MIDDLE) / 2) for side in second.size)
    details, others = _details(first), _details(second)
    middle = others.crop((across, down, others.width - across, others.height - down))
    whole = correlation(details, others)
    return whole if whole >= SAME_FROM else max(whole, correlation(details, middle))


def _details(picture: Image.Image) -> Image.Image:
    """What is finer than light and shade and coarser than noise, in grey."""
    grey = picture.convert("L")
    fine, coarse = (
        np.asarray(grey.filter(ImageFilter.GaussianBlur(px)), np.float32)
        for px in (FINEST_PX, COARSEST_PX)
    )
    details = fine - SMOOTHED * coarse
    return Image.fromarray((details - details.mean() + GREY).clip(0, 255).astype(np.uint8))


def correlation(first: Image.Image, second: Image.Image) -> float:
    """How well two grey pictures agree where one is laid over the other, -1 to 1, as the best crop of either.

    A coarse look tries every size; only what it finds promising is looked at closely.
    """
    small, other = (shrunk(picture, COARSE_PX) for picture in (first, second))
    best = -1.0
    for whole, part, coarse_whole, coarse_part in (
        (first, second, small, other),
        (second, first, other, small),
    ):
        agreeing, crop = _inside(coarse_whole, coarse_part, CROP_SIDES[::4])
        if agreeing >= COARSE_FROM:
            agreeing, _ = _inside(
                whole, part, [near for near in CROP_SIDES if abs(near - crop) < COARSE_STEP]
            )
        best = max(best, agreeing)
    return best


def shrunk(grey: Image.Image, side_px: int) -> Image.Image:
    """Shrink a grey picture so that its longer side is `side_px`."""
    scale = side_px / max(grey.size)
    width, height = (max(1, round(side * scale)) for side in grey.size)
    return grey.resize((width, height), Image.Resampling.BILINEAR)


def _inside(whole: Image.Image, part: Image.Image, crops: Sequence[float]) -> tuple[float, float]:
    """The best correlation of `part` with a piece of `whole` of the same proportions, and the crop that gives it."""
    pixels = np.asarray(whole, np.float32)
    flatter = (part.width / part.height) / (whole.width / whole.height)
    best = (-1.0, 1.0)
    for crop in crops:
        across, down = (crop, crop / flatter) if flatter >= 1 else (crop * flatter, crop)
        if across * down < LEAST_AREA:
            continue
        piece = np.asarray(
            part.resize((max(1, round(across * whole.width)), max(1, round(down * whole.height)))),
            np.float32,
        )
        if piece.std() > 1:  # An even surface agrees with everything.
            best = max(best, (_best_place(pixels, piece), crop))
    return best


def _best_place(whole: NDArray[np.float32], piece: NDArray[np.float32]) -> float:
    """The normalised cross-correlation of `piece` with that window of `whole` where it fits best.

    Pictures this small need no Fourier transform: scikit-image's match_template takes six times as long.
    """
    windows = sliding_window_view(whole - whole.mean(), piece.shape).reshape(-1, piece.size)
    centred = (piece - piece.mean()).ravel()
    spread = np.einsum("wp,wp->w", windows, windows) - windows.sum(axis=1) ** 2 / piece.size
    scale = np.sqrt(np.maximum(spread, 1e-3)) * np.linalg.norm(
        centred
    )  # An even window fits nothing.
    return float((windows @ centred / scale).max())


def groups_of(alike: Mapping[str, Collection[str]]) -> list[frozenset[str]]:
    """Groups of photos that are linked, if only through others: `alike` holds what was found for each photo."""
    photos = sorted(alike.keys() | {other for others in alike.values() for other in others})
    rows = {photo: row for row, photo in enumerate(photos)}
    links = [(rows[photo], rows[other]) for photo, others in alike.items() for other in others]
    ends = ([first for first, _ in links], [second for _, second in links])
    count, group_of = connected_components(
        coo_array((np.ones(len(links)), ends), shape=(len(photos),) * 2), directed=False
    )
    groups: list[set[str]] = [set() for _ in range(count)]
    for photo, group in zip(photos, group_of, strict=True):
        groups[group].add(photo)
    return [frozenset(group) for group in groups if len(group) > 1]
