"""Assign splits to new photos: by hash, class by class, near-duplicates together.

Nothing is drawn at random and no assigned photo moves, so a test photo stays one, and no copy of a
train photo evaluates it.
"""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence

from model.photos.photo_id import PhotoId

# Of a class; close to the starter set's. Of equals the first is chosen.
SHARES = {"train": 0.65, "valid": 0.2, "test": 0.15}


def assign_splits(
    new: Mapping[PhotoId, str],
    taken: Mapping[PhotoId, tuple[str, str]],
    groups: Sequence[Collection[PhotoId]],
) -> dict[PhotoId, str]:
    """Assign a split to each new photo that is not taken already.

    `new` gives a photo's label; `taken` the label and split of what the dataset
    holds; `groups` near-duplicates, each photo in one group at most. Copies of a taken photo follow
    it, rather into train than into valid, rather there than into test. Then every other group goes
    whole to where the class of its first photo lacks most, in the order of their hashes.
    """
    alone = new.keys() - {photo for group in groups for photo in group}
    arriving: list[tuple[bool, list[PhotoId], str]] = []
    for group in (*groups, *([photo] for photo in alone)):
        photos = sorted(photo for photo in group if photo in new and photo not in taken)
        there = {taken[photo][1] for photo in group if photo in taken}
        if photos:
            given = next((split for split in SHARES if split in there), "")
            arriving.append((not there, photos, given))
    counts = Counter(taken.values())  # (label, split) -> photos
    splits: dict[PhotoId, str] = {}
    # Those that follow first: the others even out what they bring.
    for _, photos, given in sorted(arriving):
        split = given or _most_lacking(counts, [new[photo] for photo in photos])
        counts.update((new[photo], split) for photo in photos)
        splits.update(dict.fromkeys(photos, split))
    return splits


def _most_lacking(counts: Counter[tuple[str, str]], labels: Sequence[str]) -> str:
    """Find the split that lacks most of the first label's class, once these are added."""
    label = labels[0]
    total = sum(counts[label, split] for split in SHARES) + labels.count(label)
    # Rounded, because 4 * 0.65 - 2 and 4 * 0.15 are equal only on paper.
    return max(SHARES, key=lambda split: round(SHARES[split] * total - counts[label, split], 9))
