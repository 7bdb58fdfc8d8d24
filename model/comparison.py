"""Two runs on the same photos: what the second made better, what worse, and whether that is more than chance."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from model.errors import NotFound
from model.evaluation import Evaluation
from model.uncertainty import SIGNIFICANT, mcnemar


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


def compare(before: Evaluation, after: Evaluation) -> Comparison:
    """Set two runs side by side on the photos that both have judged in the same split.

    Raises NotFound where they know different classes or have no photo in common.
    """
    if before.classes != after.classes:
        raise NotFound("These runs know different classes; no photo can be held against both.")
    there = {photo: row for row, photo in enumerate(after.photos)}
    rows = [row for row, photo in enumerate(before.photos) if photo in there and before.splits[row] == after.splits[there[photo]]]
    if not rows:
        raise NotFound("These runs have no photo of this split in common.")
    return Comparison(before.rows(rows), after.rows(there[before.photos[row]] for row in rows))
