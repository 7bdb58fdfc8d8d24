"""Two runs on the same photos: what the second made better, what worse, and whether that is more than chance."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from model.errors import NotFound
from model.evaluation.intervals import LEAST_DIFFERENT, SIGNIFICANT, mcnemar
from model.evaluation.table import Evaluation


@dataclass(frozen=True)
class Comparison:
    """Rows of `before` and `after` are the same photos in the same order, under the same labels."""

    before: Evaluation
    after: Evaluation

    @property
    def fixed(self) -> NDArray[np.intp]:
        """Rows that only the second run has right."""
        return np.flatnonzero(~self._right(self.before) & self._right(self.after))

    @property
    def broken(self) -> NDArray[np.intp]:
        """Rows that only the first run has right."""
        return np.flatnonzero(self._right(self.before) & ~self._right(self.after))

    @property
    def p_value(self) -> float:
        """How often chance alone would make two equally good runs differ so much, 0 to 1."""
        return mcnemar(len(self.fixed), len(self.broken))

    @property
    def is_noise(self) -> bool:
        """Whether these photos cannot tell which run is better."""
        return self.p_value >= SIGNIFICANT

    @staticmethod
    def _right(table: Evaluation) -> NDArray[np.bool_]:
        return np.asarray(table.predicted == table.labels)


def comparison_sentences(both: Comparison) -> tuple[str, str, str]:
    """What the second run gets right and wrong; whether that is chance, as a verdict that may stand out; and why."""
    n, fixed, broken = len(both.before.photos), len(both.fixed), len(both.broken)
    photos = f"{n} photo{'' if n == 1 else 's'}"
    if not fixed and not broken:
        return f"On these {photos} the two runs are right and wrong about the same ones.", "", ""
    change = fixed - broken
    less_or_more = f"{abs(change)} {'fewer' if change > 0 else 'more'}" if change else "as many"
    counts = (
        f"On the same {photos} the second run makes {less_or_more} mistake{'' if abs(change) == 1 else 's'}: "
        f"it gets {fixed} right that the first got wrong, and {broken} the other way."
    )
    if fixed + broken < LEAST_DIFFERENT:
        return counts, "This may be chance:", "too few photos differ to tell."
    share = "under 0.1%" if both.p_value < 0.001 else f"{both.p_value:.1%}"
    if both.is_noise:
        return (
            counts,
            "This may be chance:",
            f"two equally good runs differ at least so much in {share} of such trials.",
        )
    return (
        counts,
        "This is more than chance:",
        f"two equally good runs differ so much in only {share} of such trials.",
    )


def compare(before: Evaluation, after: Evaluation) -> Comparison:
    """Set two runs side by side on the photos that both have judged in the same split.

    Raises NotFound where they know different classes or have no photo in common.
    """
    if before.classes != after.classes:
        raise NotFound("These runs know different classes; no photo can be held against both.")
    there = {photo: row for row, photo in enumerate(after.photos)}
    rows = [
        row
        for row, photo in enumerate(before.photos)
        if photo in there and before.splits[row] == after.splits[there[photo]]
    ]
    if not rows:
        raise NotFound("These runs have no photo of this split in common.")
    return Comparison(before.rows(rows), after.rows(there[before.photos[row]] for row in rows))
