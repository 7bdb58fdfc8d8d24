"""Photos too bad to learn from: blurred, dark, over-exposed, tiny, very long. Measured once a photo, kept in the catalogue."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from sqlalchemy import select

from model.errors import NotFound
from model.schema import PhotoRow, QualityRow
from model.store import CHUNK, Store, insert_missing, open_stored

MEASURED_PX = 224  # The longer side, about what a backbone looks at.
# Of the starter set's 16 planted defects these miss none; of its other 734 photos they raise none, of 670 real ones two long ones.
BLURRED_FROM = 0.65
DARK_BELOW = 0.32  # cleanvision's bound for the same figure.
CLIPPED_FROM = 0.98  # Where the highlights are not burnt out, the photo is merely pale.
OVEREXPOSED_FROM = 0.55  # Not of the whole photo: many are taken before a white wall.
TINY_BELOW_PX = 96
LONG_FROM = 2.5  # A photo's longer side beside its shorter one
BATCH = 32
MEASURES = "measures"  # The name of the saved array
COLUMNS = ("blur", "brightest", "middle")  # Its columns, and the catalogue's


class Flaw(StrEnum):
    """What is wrong with a photo, whatever it shows."""

    BLURRED = "blurred"
    DARK = "dark"
    OVEREXPOSED = "over-exposed"
    TINY = "tiny"
    LONG = "very long"


@dataclass(frozen=True, slots=True)
class Quality:
    """Measures of a photo."""

    blur: float  # 0 (sharp) to 1: Crete et al. 2007, https://doi.org/10.1117/12.702790
    brightest: float  # The 99th percentile of its brightness, 0 to 1
    middle: float  # The 10th percentile of the brightness of its middle
    width: int
    height: int

    @property
    def flaws(self) -> tuple[Flaw, ...]:
        """What is wrong with it. What is dark or tiny is not also called blurred: nobody could see."""
        shorter, longer = sorted((self.width, self.height))
        if self.brightest < DARK_BELOW:
            return (Flaw.DARK,)
        if shorter < TINY_BELOW_PX:
            return (Flaw.TINY,)
        found = {
            Flaw.BLURRED: self.blur >= BLURRED_FROM,
            Flaw.OVEREXPOSED: self.brightest >= CLIPPED_FROM and self.middle >= OVEREXPOSED_FROM,
            Flaw.LONG: longer >= LONG_FROM * shorter,
        }
        return tuple(flaw for flaw, holds in found.items() if holds)


def qualities(
    store: Store, photos: Iterable[str], progress: Callable[[int, int], None] = lambda done, total: None
) -> dict[str, Quality]:
    """The measures of photos by name; those not seen before are measured and kept. A photo that cannot be read has none."""
    names = list(dict.fromkeys(photos))
    known = _kept(store, names)
    missing = [name for name in names if name not in known]
    for start in range(0, len(missing), BATCH):
        new = {name: quality for name in missing[start : start + BATCH] if (quality := _of_stored(store, name)) is not None}
        with store.writing() as session:
            insert_missing(session, QualityRow, [quality_row(name, one) for name, one in new.items()])
        known |= new
        progress(min(start + BATCH, len(missing)), len(missing))
    return known


def measure(image: Image.Image) -> Quality:
    """The measures of an RGB image."""
    from skimage.measure import blur_effect  # Not at the start of a server: a fifth of a second, 23 MB.

    grey = image.convert("L")
    grey.thumbnail((MEASURED_PX, MEASURED_PX))
    pixels = np.asarray(grey, np.float32) / 255
    rows, columns = (slice(side // 4, side - side // 4) for side in pixels.shape)
    return Quality(
        blur=float(np.nan_to_num(blur_effect(pixels), nan=0.0)),
        brightest=float(np.percentile(pixels, 99)),
        middle=float(np.percentile(pixels[rows, columns], 10)),
        width=image.width,
        height=image.height,
    )


def packed(found: Iterable[Quality]) -> NDArray[np.float64]:
    """Measures as an array to be saved: blur, brightest, middle, (N, 3)."""
    return np.array([[getattr(one, column) for column in COLUMNS] for one in found], np.float64).reshape(-1, len(COLUMNS))


def unpacked(photos: Iterable[str], measures: NDArray[np.float64]) -> list[dict[str, object]]:
    """Rows for the catalogue from what `packed` made."""
    rows = zip(photos, measures.tolist(), strict=True)
    return [{"photo": photo, **dict(zip(COLUMNS, row, strict=True))} for photo, row in rows]


def quality_row(photo: str, quality: Quality) -> dict[str, object]:
    """The measures as the catalogue keeps them."""
    return {"photo": photo, **{name: getattr(quality, name) for name in COLUMNS}}


def _of_stored(store: Store, name: str) -> Quality | None:
    try:
        return measure(open_stored(store, name))
    except NotFound:
        return None


def _kept(store: Store, names: list[str]) -> dict[str, Quality]:
    kept: dict[str, Quality] = {}
    with store.reading() as session:
        for start in range(0, len(names), CHUNK):
            measured = select(QualityRow, PhotoRow.width, PhotoRow.height).join(PhotoRow)
            for row, width, height in session.execute(measured.where(QualityRow.photo.in_(names[start : start + CHUNK]))):
                kept[row.photo] = Quality(row.blur, row.brightest, row.middle, width, height)
    return kept
