"""Two runs on the same photos: what the second fixed, what it broke, and the test for chance."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from model.errors import InvalidRequest
from model.evaluation.intervals import LEAST_DIFFERENT, SIGNIFICANT, mcnemar
from model.evaluation.table import Evaluation
from model.wording import count


@dataclass(frozen=True)
class Comparison:
    """Two evaluations of the same photos, in the same order, under the same labels."""

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
        """Probability that two equally good runs differ so much by chance, 0 to 1."""
        return mcnemar(len(self.fixed), len(self.broken))

    @property
    def is_noise(self) -> bool:
        """True where these photos cannot tell which run is better."""
        return self.p_value >= SIGNIFICANT

    @staticmethod
    def _right(table: Evaluation) -> NDArray[np.bool_]:
        return np.asarray(table.predicted == table.labels)


def comparison_sentences(both: Comparison) -> tuple[str, str, str]:
    """Say what the second run fixed and broke; a verdict on chance, to stand out; its reason."""
    n, fixed, broken = len(both.before.photos), len(both.fixed), len(both.broken)
    photos = count(n, "photo")
    if not fixed and not broken:
        return f"On these {photos} the two runs are right and wrong about the same ones.", "", ""
    change = fixed - broken
    less_or_more = f"{abs(change)} {'fewer' if change > 0 else 'more'}" if change else "as many"
    counts = (
        f"On the same {photos} the second run makes {less_or_more} "
        f"mistake{'' if abs(change) == 1 else 's'}: "
        f"it gets {fixed} right that the first got wrong, and {broken} the other way."
    )
    if fixed + broken < LEAST_DIFFERENT:
        return counts, "This may be chance:", "too few photos differ to tell."
    share = "under 0.1%" if both.p_value < 0.001 else f"{both.p_value:.1%}"
    if both.is_noise:
        reason = f"two equally good runs differ at least so much in {share} of such trials."
        return counts, "This may be chance:", reason
    reason = f"two equally good runs differ so much in only {share} of such trials."
    return counts, "This is more than chance:", reason


def compare(before: Evaluation, after: Evaluation) -> Comparison:
    """Pair two runs on the photos that both have evaluated in the same split.

    Raises InvalidRequest where they know different classes or have no photo in common.
    """
    if before.classes != after.classes:
        raise InvalidRequest(
            "These runs know different classes; no photo can be held against both."
        )
    places = {key: row for row, key in enumerate(zip(after.photos, after.splits, strict=True))}
    keys = zip(before.photos, before.splits, strict=True)
    rows = {row: places[key] for row, key in enumerate(keys) if key in places}
    if not rows:
        raise InvalidRequest("These runs have no photo of this split in common.")
    return Comparison(before.rows(rows), after.rows(rows.values()))
