"""Answers: the evidence is the score itself, look-alikes come from the train split, threads do not
disturb each other.
"""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from PIL import Image

from model.catalogue.dataset import find_dataset
from model.catalogue.starter import STARTER, starter_examples
from model.catalogue.store import Store, open_stored
from model.classify.answer import Prediction
from model.classify.classifier import Classifier, load_classifier
from model.classify.evidence import AGAINST, FOR, overlay
from model.evaluation.confidence import Trust
from model.networks.inference import feature_map
from model.photos.image import open_photo
from model.runs.run import SHIPPED
from model.training.head_run import train_head_run
from model.training.request import TrainRequest
from tests.conftest import picture


@pytest.fixture(scope="session")
def classifier(store: Store) -> Classifier:
    return load_classifier(store, SHIPPED)


def test_examples_get_their_class_with_their_evidence(classifier: Classifier, store: Store) -> None:
    shown = [(name, photo) for name, photos in starter_examples(store).items() for photo in photos]
    answers = [(name, classifier.predict(open_stored(store, photo))) for name, photo in shown]
    assert sum(answer.best == name for name, answer in answers) >= 8
    assert all(
        answer.trust is Trust.SURE
        for name, answer in answers
        if answer.best == name and answer.probability > 0.6
    )


@pytest.fixture(scope="session")
def pair_classifier(store: Store) -> Classifier:
    """A head on both backbones side by side."""
    request = TrainRequest(find_dataset(store, STARTER), "efficientnet-lite0-lite2")
    return load_classifier(store, train_head_run(store, request).card.id)


@pytest.mark.parametrize("which", ["classifier", "pair_classifier"])
def test_the_evidence_adds_up_to_the_score(which: str, request: pytest.FixtureRequest) -> None:
    classifier: Classifier = request.getfixturevalue(which)
    photo = picture(320, 200)
    answer = classifier.predict(photo)
    maps = feature_map(photo, classifier.backbone)
    logits = maps.mean(axis=(1, 2)) @ classifier.run.weight.T + classifier.run.bias
    centred = (logits - logits.mean()) / classifier.run.card.temperature
    assert np.allclose(answer.evidence.mean(axis=(1, 2)), centred, atol=1e-4)
    assert np.allclose(
        np.log(answer.probabilities / answer.probabilities[0]), centred - centred[0], atol=1e-3
    )


def test_probabilities_are_a_distribution(classifier: Classifier) -> None:
    answer = classifier.predict(picture())
    assert answer.probabilities.sum() == pytest.approx(1, abs=1e-5)
    assert answer.probability == answer.probabilities.max()


def test_look_alikes_are_training_photos_the_nearest_first(
    classifier: Classifier, store: Store
) -> None:
    splits = {labelled.photo: labelled.split for labelled in find_dataset(store, STARTER).photos}
    answer = classifier.predict(picture(seed=5))
    similarities = [neighbour.similarity for neighbour in answer.neighbours]
    assert len(similarities) == 5
    assert similarities == sorted(similarities, reverse=True)
    assert {splits[neighbour.photo] for neighbour in answer.neighbours} == {"train"}


def test_a_training_photo_is_its_own_look_alike_unless_it_says_who_it_is(
    classifier: Classifier, store: Store
) -> None:
    photo = next(
        labelled.photo
        for labelled in find_dataset(store, STARTER).photos
        if labelled.split == "train"
    )
    image = open_stored(store, photo)
    nearest = classifier.predict(image).neighbours[0]
    assert nearest.photo == photo
    assert nearest.similarity == pytest.approx(1, abs=0.01)
    assert photo not in {
        neighbour.photo for neighbour in classifier.predict(image, photo).neighbours
    }


@pytest.mark.parametrize(
    "blank",
    [Image.new("RGB", (300, 300), "white"), picture(300, 300), Image.new("RGB", (64, 640), "navy")],
)
def test_no_plant_is_not_trusted(classifier: Classifier, blank: Image.Image) -> None:
    assert classifier.predict(blank).trust is Trust.UNFAMILIAR


def test_many_threads_get_the_answers_one_gets(
    classifier: Classifier, plant: Callable[[str], bytes]
) -> None:
    photos = [open_photo(plant(f"{number:04d}.jpg")).image for number in range(1, 13)]
    alone = [classifier.predict(photo) for photo in photos]

    def differs(pair: tuple[Image.Image, Prediction]) -> float:
        return float(
            np.abs(classifier.predict(pair[0]).probabilities - pair[1].probabilities).max()
        )

    with ThreadPoolExecutor(6) as pool:
        assert max(pool.map(differs, list(zip(photos, alone, strict=True)) * 3)) < 1e-5


def test_the_overlay_is_orange_where_it_speaks_for_the_class_and_blue_where_against() -> None:
    evidence = np.zeros((2, 2, 2), np.float32)
    evidence[0] = [[4, 0], [0, -4]]
    drawn = np.asarray(
        overlay(Image.new("RGB", (64, 64), (128, 128, 128)), evidence, 0), np.float32
    )
    top_left, bottom_right, middle = drawn[2, 2], drawn[61, 61], drawn[32, 32]
    assert np.abs(top_left - FOR).mean() < 30
    assert np.abs(bottom_right - AGAINST).mean() < 30
    assert np.abs(middle - 128).mean() < 25
