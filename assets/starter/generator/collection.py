"""The starter set as a whole.

Which photos, in which split, and which defects are planted among them.
"""

import csv
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, fields, replace
from pathlib import Path

from assets.starter.generator.defects import FLAWS, near_duplicate, spoiled
from assets.starter.generator.dice import Dice
from assets.starter.generator.photo import SPECIES, Recipe

CLASSES = ("cactus", "succulent", "tree")
PER_CLASS = 242  # With the planted copies about 250
VALID, TEST = 0.18, 0.155  # Shares; the rest is for training
TEST_OF_LOOK_ALIKES = 0.2
MISLABELLED = {  # (truth, label): how many. As on the web, cacti and succulents are mixed up most.
    ("cactus", "succulent"): 14,
    ("succulent", "cactus"): 14,
    ("tree", "cactus"): 3,
    ("tree", "succulent"): 2,
    ("cactus", "tree"): 1,
    ("succulent", "tree"): 1,
}
MISLABELLED_IN_VALID = 7
FLAWED = {"blurry": 5, "dark": 5, "overexposed": 3, "tiny": 3}
COPIES = 24  # Half of them in train, half leak into valid
REJECTED = Path(__file__).parent / "rejected.csv"


@dataclass(frozen=True, kw_only=True)
class Row:
    """A photo of the set, as in photos.csv: its README says what each column means."""

    file: str
    label: str
    split: str
    truth: str
    defect: str
    twin: str
    kind: str
    seed: int

    @property
    def recipe(self) -> Recipe:
        """What it is rendered from."""
        return Recipe(self.kind, self.seed)


def rejected() -> frozenset[Recipe]:
    """Photos that were looked at and thrown away."""
    with REJECTED.open(newline="") as table:
        return frozenset(Recipe(row["species"], int(row["seed"])) for row in csv.DictReader(table))


def counts(per_class: int) -> dict[str, int]:
    """How many photos of each species, by their shares."""
    wanted = {}
    for label in CLASSES:
        of_class = [species for species in SPECIES.values() if species.label == label]
        total = sum(species.share for species in of_class)
        numbers = _rounded(per_class * species.share / total for species in of_class)
        wanted.update(
            {species.name: number for species, number in zip(of_class, numbers, strict=True)}
        )
    return wanted


def chosen(per_class: int, thrown_away: Collection[Recipe]) -> list[Recipe]:
    """Of each species its first seeds that nobody has thrown away."""
    recipes = []
    for name, number in counts(per_class).items():
        seeds = (seed for seed in range(10 * number + 100) if Recipe(name, seed) not in thrown_away)
        recipes += [Recipe(name, next(seeds)) for _ in range(number)]
    return recipes


def rows(recipes: Sequence[Recipe]) -> list[Row]:
    """The whole table: splits first, then what is planted, then names that say nothing."""
    splits = _splits(recipes)
    clean = [
        Row(
            file="",
            label=SPECIES[recipe.species].label,
            split=split,
            truth=SPECIES[recipe.species].label,
            defect="",
            twin="",
            kind=recipe.species,
            seed=recipe.seed,
        )
        for recipe, split in splits.items()
    ]
    planted = _plant(clean)
    order = Dice("order").rng.permutation(len(planted))
    names = {
        planted[place].recipe: f"{number:04d}.jpg"
        for number, place in enumerate(order, 1)
        if not planted[place].twin
    }
    table = []
    for number, place in enumerate(order, 1):
        row = planted[place]
        table.append(
            replace(row, file=f"{number:04d}.jpg", twin=names[row.recipe] if row.twin else "")
        )
    return table


def write(table: Iterable[Row], renders: Mapping[Recipe, bytes], folder: Path) -> None:
    """Write photos.csv and the photos, from the pictures as they were rendered."""
    photos = folder / "photos"
    photos.mkdir(parents=True, exist_ok=True)
    for old in photos.glob("*.jpg"):
        old.unlink()
    with (folder / "photos.csv").open("w", newline="") as out:
        writer = csv.DictWriter(out, [field.name for field in fields(Row)], lineterminator="\n")
        writer.writeheader()
        for row in table:
            writer.writerow(asdict(row))
            spoil = FLAWS.get(row.defect) or (near_duplicate if row.twin else None)
            picture = renders[row.recipe]
            (photos / row.file).write_bytes(
                spoiled(picture, spoil, Dice(row.defect, row.kind, row.seed)) if spoil else picture
            )


def _splits(recipes: Sequence[Recipe]) -> dict[Recipe, str]:
    """A split for each photo.

    Everything in a photo comes from its seed, so no two splits share a plant or a place.
    """
    by_species: dict[str, list[Recipe]] = {}
    for recipe in recipes:
        by_species.setdefault(recipe.species, []).append(recipe)
    kinds = [SPECIES[name] for name in by_species]
    sizes = [len(same) for same in by_species.values()]
    test = _rounded(
        size * (TEST_OF_LOOK_ALIKES if kind.look_alike else TEST)
        for kind, size in zip(kinds, sizes, strict=True)
    )
    valid = _rounded(size * VALID for size in sizes)
    splits = {}
    for (name, same), for_test, for_valid in zip(by_species.items(), test, valid, strict=True):
        names = (["test"] * for_test + ["valid"] * for_valid + ["train"] * len(same))[: len(same)]
        shuffled = Dice("split", name).rng.permutation(len(same))
        splits.update({same[place]: split for place, split in zip(shuffled, names, strict=True)})
    return splits


def _plant(clean: list[Row]) -> list[Row]:
    """Mislabel some, spoil some, copy some.

    Nothing is planted twice on one photo, and nothing in the test split.
    """
    dice = Dice("defects")
    free = [
        clean[place] for place in dice.rng.permutation(len(clean)) if clean[place].split != "test"
    ]
    planted: dict[Recipe, Row] = {}

    def take(number: int, split: str, truth: str | None = None) -> list[Row]:
        fit = [
            row
            for row in free
            if row.split == split
            and (truth is None or row.truth == truth)
            and row.recipe not in planted
        ]
        return fit[:number]

    wrong = [pair for pair, number in MISLABELLED.items() for _ in range(number)]
    for place, (truth, label) in enumerate(wrong):
        split = "valid" if place % (len(wrong) // MISLABELLED_IN_VALID) == 0 else "train"
        for row in take(1, split, truth):
            planted[row.recipe] = replace(row, label=label, defect="mislabelled")
    for defect, number in FLAWED.items():
        for row in take(number, "train"):
            planted[row.recipe] = replace(row, defect=defect)
    copies = []
    for place in range(COPIES):
        for row in take(1, "train", CLASSES[place % len(CLASSES)]):
            planted[row.recipe] = row  # The original stays as it is, and is taken.
            copies.append(
                replace(
                    row,
                    split="valid" if place % 2 else "train",
                    defect="near_duplicate",
                    twin="of its recipe",
                )
            )
    return [planted.get(row.recipe, row) for row in clean] + copies


def _rounded(amounts: Iterable[float]) -> list[int]:
    """Whole numbers whose running sum stays within half of that of the amounts."""
    numbers, total, given = [], 0.0, 0
    for amount in amounts:
        total += amount
        numbers.append(round(total) - given)
        given += numbers[-1]
    return numbers


def summary(table: Sequence[Row]) -> dict[str, Counter[str]]:
    """How many photos of each split, label, defect and kind."""
    return {
        column: Counter(str(getattr(row, column)) for row in table)
        for column in ("split", "label", "defect", "kind")
    }
