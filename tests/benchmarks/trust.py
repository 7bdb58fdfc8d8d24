"""Does it know what it does not know? Doubts on things that are no plants, and right answers
withheld on real plants.

python -m tests.benchmarks.trust FOLDER        (FOLDER holds one folder of real photos for each
class)

The things that are no plants are the sample pictures of scikit-image, scikit-learn and matplotlib,
and textures made here.
"""

import argparse
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

import numpy as np
from PIL import Image

from model.catalogue.starter import import_starter
from model.catalogue.store import open_store
from model.classify.answer import Prediction
from model.classify.batches import folder_sources
from model.classify.classifier import Classifier, load_classifier
from model.errors import PhotoRefused
from model.evaluation.confidence import UNRELATED_QUANTILE, Trust, assess
from model.photos.image import open_photo
from model.photos.prefetch import ahead
from model.runs.run import SHIPPED

SAMPLES = (
    ("skimage", "data/*"),
    ("sklearn", "datasets/images/*"),
    ("matplotlib", "mpl-data/sample_data/*"),
)
QUANTILES = (0.75, 0.8, 0.85, 0.875, 0.9, 0.925, 0.95)


@dataclass(frozen=True)
class Case:
    """An answer, and whether it is right; None where no answer could be."""

    answer: Prediction
    right: bool | None


def sample_pictures() -> Iterator[Image.Image]:
    """What the packages ship that opens as a photo.

    People, cats, coins, coffee, buildings, textures, screens.
    """
    for package, pattern in SAMPLES:
        spec = find_spec(package)
        if spec is None or spec.origin is None:
            continue
        for file in sorted(Path(spec.origin).parent.glob(pattern)):
            if file.suffix in (".png", ".jpg", ".gif", ".tif", ".jpeg"):
                try:
                    yield open_photo(file.read_bytes()).image
                except PhotoRefused:
                    continue


def textures() -> Iterator[Image.Image]:
    """Noise at several scales, plain colours, stripes, checks."""
    rng = np.random.default_rng(0)
    for size in (4, 8, 16, 32, 64, 320):
        for _ in range(3):
            coarse = Image.fromarray(rng.integers(0, 255, (size, size, 3), dtype=np.uint8))
            yield coarse.resize((320, 320), Image.Resampling.BICUBIC)
    for colour in ("black", "white", "olivedrab", "sienna", "skyblue", "darkgreen"):
        yield Image.new("RGB", (320, 320), colour)
    rows, columns = np.mgrid[:320, :320]
    for period in (8, 20, 50):
        yield Image.fromarray((127 + 120 * np.sin(columns / period)).astype(np.uint8)).convert(
            "RGB"
        )
        yield Image.fromarray(
            (127 + 60 * np.sin(columns / period) + 60 * np.sin(rows / period)).astype(np.uint8)
        ).convert("RGB")
        yield Image.fromarray(
            ((columns // period + rows // period) % 2 * 255).astype(np.uint8)
        ).convert("RGB")


def real_cases(classifier: Classifier, folder: Path) -> list[Case]:
    """Answers to the folder's photos."""
    found = ahead(folder_sources(folder, classifier.run.card.classes), lambda source: source.open())
    answers = [
        (classifier.predict(image), source.label)
        for source, image in found
        if isinstance(image, Image.Image)
    ]
    return [Case(answer, int(answer.probabilities.argmax()) == label) for answer, label in answers]


def threshold(classifier: Classifier, quantile: float) -> float:
    """What `unrelated_similarity` would be at another quantile."""
    labels = classifier.run.evaluation.for_split("train").labels
    pairs = (classifier.vectors @ classifier.vectors.T)[labels[:, None] != labels[None, :]]
    return float(np.quantile(pairs, quantile))


def doubted(cases: list[Case], unfamiliar_below: float, *, right: bool | None) -> float:
    """The share of cases of a kind that are not answered with certainty."""
    kind = [case.answer for case in cases if case.right is right]
    doubts = [
        assess(answer.probabilities, answer.similarity, unfamiliar_below=unfamiliar_below)
        is not Trust.SURE
        for answer in kind
    ]
    return sum(doubts) / max(len(doubts), 1)


def main() -> None:
    """Print both figures at several thresholds."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=Path)
    folder = parser.parse_args().folder
    store = open_store()
    import_starter(store)
    classifier = load_classifier(store, SHIPPED)
    samples = [Case(classifier.predict(image), None) for image in sample_pictures()]
    made = [Case(classifier.predict(image), None) for image in textures()]
    real = real_cases(classifier, folder)
    print(
        f"{len(samples)} sample pictures, {len(made)} textures, {len(real)} real photos of the classes"
    )
    print(
        "quantile  threshold  samples doubted  textures doubted  right answers withheld  wrong answers withheld"
    )
    for quantile in QUANTILES:
        below = threshold(classifier, quantile)
        shares = [doubted(samples, below, right=None), doubted(made, below, right=None)]
        shares += [doubted(real, below, right=right) for right in (True, False)]
        chosen = "  <- chosen" if quantile == UNRELATED_QUANTILE else ""
        print(
            f"{quantile:8.3f} {below:10.3f} {shares[0]:16.1%} {shares[1]:17.1%} {shares[2]:23.1%} {shares[3]:23.1%}{chosen}"
        )


if __name__ == "__main__":
    main()
