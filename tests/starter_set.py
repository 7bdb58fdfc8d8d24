"""What the starter set's table says, counted here: another set needs no other tests."""

import csv
from collections import Counter

from model.catalogue.starter import EXAMPLES, FOLDER
from model.cleaning.answer_key import BAD

with (FOLDER / "photos.csv").open(newline="") as table:
    ROWS = tuple(csv.DictReader(table))

PHOTOS = len(ROWS)
IN_SPLIT = Counter(row["split"] for row in ROWS)
TO_CLEAN = PHOTOS - IN_SPLIT["test"]
DEFECTS = Counter(row["defect"] for row in ROWS)
WRONG_LABELS, COPIES, BAD_PHOTOS = (
    DEFECTS["mislabelled"],
    DEFECTS["near_duplicate"],
    sum(DEFECTS[defect] for defect in BAD),
)
LEAKS = sum(row["defect"] == "near_duplicate" and row["split"] == "valid" for row in ROWS)
A_CACTUS, A_SUCCULENT, A_TREE = (EXAMPLES[row][0] for row in range(3))
