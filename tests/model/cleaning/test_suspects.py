"""What deserves a second look.

Against N explicit trainings, against cleanlab, and against the starter set's answer key.
"""

import csv

import numpy as np
import pytest
from cleanlab.rank import get_label_quality_scores
from numpy.typing import NDArray
from PIL import Image, ImageEnhance
from sqlalchemy import select

from model.catalogue.dataset import Dataset, find_dataset
from model.catalogue.schema import FeatureRow, FingerprintRow
from model.catalogue.starter import FOLDER, STARTER
from model.catalogue.store import Store, forget_photos, insert_missing, open_stored
from model.cleaning.duplicates import DuplicateGroup, find_near_duplicates
from model.cleaning.label_issues import LabelIssue, find_label_issues
from model.cleaning.leave_one_out import RIDGE, SHARPENED, leave_one_out_probabilities
from model.cleaning.suspects import MOST_TWINS, Suspects, find_suspects
from model.evaluation.neighbours import unit
from model.evaluation.numerics import softmax
from model.evaluation.table import Evaluation
from model.networks.backbones import DEFAULT_BACKBONE, find_backbone
from model.networks.features import STORED
from model.photos.near_duplicates import correlation, fingerprint
from model.photos.photo_id import PhotoId
from model.runs.run import SHIPPED, Run, load_run, run_folder
from tests.conftest import STARTER_PHOTOS, by_photo, fabricate, photo_ids
from tests.starter_set import BAD_PHOTOS, COPIES, LEAKS, WRONG_LABELS

BAD = ("blurry", "dark", "overexposed", "tiny")
Key = dict[PhotoId, dict[str, str]]


def problem(
    photos: int, dimensions: int, classes: int = 3
) -> tuple[NDArray[np.float32], NDArray[np.intp]]:
    """Features (N, D) that are never negative, as a backbone's, and labels (N,) that they half
    tell.
    """
    random = np.random.default_rng(photos)
    labels = random.integers(classes, size=photos)
    vectors = np.maximum(
        random.normal(size=(photos, dimensions)) + 2 * np.eye(classes, dimensions)[labels], 0
    )
    return vectors.astype(np.float32), labels


def table_of(
    labels: NDArray[np.intp], classes: tuple[str, ...] = ("cactus", "succulent", "tree")
) -> Evaluation:
    """Made-up train photos under these labels; what a run says of them is not asked."""
    count = len(labels)
    photos, splits = photo_ids(*(f"photo {number}" for number in range(count))), ("train",) * count
    logits = np.zeros((count, len(classes)), np.float32)
    return Evaluation(
        classes, photos, splits, labels, logits, ((),) * count, np.ones(count, np.float32)
    )


def trained_without_each(
    vectors: NDArray[np.float32], targets: NDArray[np.float64]
) -> NDArray[np.float32]:
    """Scores (N, C) of N ridge regressions with an intercept, each trained without the photo that
    it judges.
    """
    inputs, scores = unit(vectors - vectors.mean(axis=0)).astype(np.float64), []
    for left_out in range(len(targets)):
        others = np.delete(np.arange(len(targets)), left_out)
        middle, share = inputs[others].mean(axis=0), targets[others].mean(axis=0)
        known = inputs[others] - middle
        weight = np.linalg.solve(
            known.T @ known + RIDGE * np.eye(known.shape[1]), known.T @ (targets[others] - share)
        )
        scores.append((inputs[left_out] - middle) @ weight + share)
    return np.array(scores, np.float32)


@pytest.mark.parametrize(("photos", "dimensions"), [(60, 12), (40, 100)])
def test_one_decomposition_says_what_training_without_each_photo_says(
    photos: int, dimensions: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("model.cleaning.leave_one_out.fit_temperature", lambda scores, labels: 5.0)
    vectors, labels = problem(photos, dimensions)
    scores = SHARPENED * trained_without_each(
        vectors, np.eye(3)[labels]
    )  # Centred and of length one with all photos, by design
    np.testing.assert_allclose(
        leave_one_out_probabilities(vectors, labels, 3), softmax(scores, 5.0), atol=1e-5
    )


def test_shares_sum_to_one_and_are_the_same_every_time() -> None:
    shares = leave_one_out_probabilities(*problem(50, 20), 3)
    np.testing.assert_allclose(shares.sum(axis=1), 1, rtol=1e-5)
    assert shares.min() >= 0
    np.testing.assert_array_equal(shares, leave_one_out_probabilities(*problem(50, 20), 3))


def test_labels_are_scored_and_ranked_as_cleanlab_does() -> None:
    vectors, labels = problem(50, 20)
    scores = get_label_quality_scores(
        labels, leave_one_out_probabilities(vectors, labels, 3), method="self_confidence"
    )
    doubts = find_label_issues(table_of(labels), vectors)
    np.testing.assert_allclose([doubt.quality for doubt in doubts], scores)
    ranked = sorted(range(50), key=lambda row: doubts[row].quality)
    assert ranked == np.argsort(scores, kind="stable").tolist()


def test_a_doubt_names_the_likeliest_class_and_how_likely_it_is() -> None:
    vectors, labels = problem(50, 20)
    for row, doubt in zip(
        leave_one_out_probabilities(vectors, labels, 3),
        find_label_issues(table_of(labels), vectors),
        strict=True,
    ):
        assert doubt.suggestion == ("cactus", "succulent", "tree")[row.argmax()]
        assert doubt.probability == pytest.approx(row.max())
        assert (doubt.quality == pytest.approx(doubt.probability)) == (
            doubt.suggestion == doubt.label
        )


def test_a_flipped_label_is_the_most_doubtful_and_the_right_one_is_suggested() -> None:
    labels = np.arange(45) % 3
    vectors = (3 * np.eye(3, 16)[labels] + np.random.default_rng(1).random((45, 16))).astype(
        np.float32
    )
    labels[7] = 0
    first = min(find_label_issues(table_of(labels), vectors), key=lambda doubt: doubt.quality)
    assert (first.photo, first.label, first.suggestion) == ("photo 7", "cactus", "succulent")


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize(
    "labels",
    [
        pytest.param([0, 0, 0, 1, 1, 1, 2], id="a class with one photo"),
        pytest.param([0, 0, 0, 2, 2, 2, 2], id="a class without photos"),
        pytest.param([0, 1], id="two photos"),
    ],
)
def test_few_photos_are_judged_too(labels: list[int]) -> None:
    vectors, _ = problem(len(labels), 12)
    doubts = find_label_issues(table_of(np.array(labels)), vectors)
    assert len(doubts) == len(labels)
    assert all(0 <= doubt.quality <= doubt.probability <= 1 for doubt in doubts)


@pytest.mark.parametrize("photos", [0, 1, 5])
def test_where_there_is_one_class_no_label_is_doubted(photos: int) -> None:
    doubts = find_label_issues(table_of(np.ones(photos, np.intp)), problem(photos, 12)[0])
    assert [(doubt.label, doubt.suggestion, doubt.quality) for doubt in doubts] == [
        ("succulent", "succulent", 1.0)
    ] * photos


@pytest.fixture(scope="module")
def suspects(store: Store) -> Suspects:
    """Found on the starter set."""
    return find_suspects(store, load_run(run_folder(store, SHIPPED)))


@pytest.fixture(scope="module")
def dataset(store: Store) -> Dataset:
    """The starter set as imported."""
    return find_dataset(store, STARTER)


@pytest.fixture(scope="module")
def key(dataset: Dataset) -> Key:
    """The answer key by photo, of train and valid."""
    with (FOLDER / "photos.csv").open(newline="") as table:
        rows = {row["file"]: row for row in csv.DictReader(table)}
    return {
        labelled.photo: rows[labelled.file]
        for labelled in dataset.photos
        if labelled.split != "test"
    }


def test_most_of_the_planted_wrong_labels_are_the_most_doubtful(
    suspects: Suspects, key: Key
) -> None:
    wrong = {photo for photo, row in key.items() if row["label"] != row["truth"]}
    assert len(wrong) == WRONG_LABELS
    ranked = sorted(suspects.doubts.values(), key=lambda doubt: doubt.quality)
    rest = [doubt.photo for doubt in ranked if doubt.photo not in suspects.bad_photos]
    assert len(wrong & set(rest[:WRONG_LABELS])) >= 0.7 * WRONG_LABELS
    assert len(wrong & set(rest[: 2 * WRONG_LABELS])) >= 0.85 * WRONG_LABELS


def test_what_looks_wrong_is_ranked_and_under_another_class_than_suggested(
    suspects: Suspects,
) -> None:
    doubts = [suspects.doubts[photo] for photo in suspects.wrong_labels]
    assert doubts == sorted(doubts, key=lambda doubt: doubt.quality)
    assert all(doubt.suggestion != doubt.label for doubt in doubts)
    assert not set(suspects.wrong_labels) & set(suspects.bad_photos)


def test_a_label_looks_wrong_only_where_another_class_is_much_more_likely() -> None:
    def doubt(suggestion: str, quality: float, probability: float) -> LabelIssue:
        return LabelIssue(PhotoId("photo"), "cactus", suggestion, quality, probability)

    assert doubt("tree", 0.3, 0.6).is_label_issue
    assert not doubt("tree", 0.4, 0.5).is_label_issue
    assert not doubt("cactus", 0.9, 0.9).is_label_issue


def test_half_of_what_looks_wrong_is_wrong_and_most_of_what_is_wrong_looks_it(
    suspects: Suspects, key: Key
) -> None:
    right = sum(key[photo]["label"] != key[photo]["truth"] for photo in suspects.wrong_labels)
    assert right >= 0.45 * len(suspects.wrong_labels)
    assert right >= 0.85 * WRONG_LABELS


def test_most_of_the_wrong_labels_get_the_right_suggestion(suspects: Suspects, key: Key) -> None:
    wrong = [photo for photo, row in key.items() if row["label"] != row["truth"]]
    assert (
        sum(suspects.doubts[photo].suggestion == key[photo]["truth"] for photo in wrong)
        >= 0.77 * WRONG_LABELS
    )


def test_planted_copies_are_found_and_nothing_else(
    suspects: Suspects, dataset: Dataset, key: Key
) -> None:
    names = {labelled.file: labelled.photo for labelled in dataset.photos}
    planted = {frozenset((photo, names[row["twin"]])) for photo, row in key.items() if row["twin"]}
    leaks = {pair for pair in planted if len({suspects.splits[photo] for photo in pair}) > 1}
    assert (len(planted), len(leaks)) == (COPIES, LEAKS)
    found = {frozenset(group.photos): suspects.is_leak(group) for group in suspects.twins}
    assert set(found) <= planted
    assert len(found) >= COPIES - 1
    said = {pair for pair, is_leak in found.items() if is_leak}
    assert said <= leaks
    assert len(said) >= LEAKS - 1


def test_bad_photos_are_found(suspects: Suspects, key: Key) -> None:
    planted = {photo for photo, row in key.items() if row["defect"] in BAD}
    assert len(planted) == BAD_PHOTOS
    assert set(suspects.bad_photos) == planted


def test_test_photos_are_looked_at_for_copies_and_never_to_be_repaired(
    suspects: Suspects, dataset: Dataset
) -> None:
    test = {labelled.photo for labelled in dataset.photos if labelled.split == "test"}
    assert test <= set(suspects.measures)
    assert not test & {*suspects.doubts, *suspects.wrong_labels, *suspects.bad_photos}
    assert set(suspects.doubts) == {labelled.photo for labelled in dataset.photos} - test


def made_up_run(store: Store, rows: list[tuple[str, str]]) -> Run:
    """A run on made-up photos that look different to the network, though they share one picture's
    pixels.
    """
    _, run_id = fabricate(store, ("cactus", "tree"), rows, np.zeros((len(rows), 2), np.float32))
    run = load_run(run_folder(store, run_id))
    vectors = (
        np.random.default_rng(0)
        .random((len(rows), find_backbone(DEFAULT_BACKBONE).channels))
        .astype(STORED)
    )
    seen = [
        {"photo": photo, "backbone": DEFAULT_BACKBONE, "vector": vector.tobytes()}
        for photo, vector in zip(run.evaluation.photos, vectors, strict=True)
    ]
    with store.writing() as session:
        insert_missing(session, FeatureRow, seen)
    return run


def test_a_photo_that_was_destroyed_meanwhile_is_left_out(store: Store) -> None:
    run = made_up_run(
        store, [("cactus", "train"), ("tree", "train")] * 4 + [("tree", "valid"), ("tree", "test")]
    )
    gone, *rest = run.evaluation.photos
    with store.writing() as session:
        forget_photos(store, session, [gone])
    found = find_suspects(store, run)
    assert list(found.doubts) == rest[:-1]
    assert list(found.splits) == rest
    assert set(found.measures) == set(rest)
    with store.reading() as session:
        assert (
            session.scalars(select(FeatureRow).where(FeatureRow.photo == gone)).one_or_none()
            is None
        )


def test_where_every_photo_is_gone_nothing_is_found(store: Store) -> None:
    run = made_up_run(store, [("cactus", "train"), ("tree", "valid")])
    with store.writing() as session:
        for photo in run.evaluation.photos:
            forget_photos(store, session, [photo])
    found = find_suspects(store, run)
    assert not found.doubts
    assert (found.wrong_labels, found.bad_photos, found.twins) == ((), (), ())


def test_many_that_look_the_same_are_no_copies(store: Store) -> None:
    run = made_up_run(store, [("cactus", "train"), ("tree", "train")] * MOST_TWINS)
    assert find_suspects(store, run).twins == ()


def retouched(image: Image.Image, share: float, brightness: float, width: int) -> Image.Image:
    """A copy of a picture that shows so much of each side, brighter or darker, and resized."""
    left, upper = (round(side * (1 - share) / 2) for side in image.size)
    cropped = image.crop((left, upper, image.width - left, image.height - upper))
    return (
        ImageEnhance.Brightness(cropped)
        .enhance(brightness)
        .resize((width, round(width * cropped.height / cropped.width)))
    )


def near_duplicates_among(images: list[Image.Image]) -> list[DuplicateGroup]:
    """Copies among pictures, each named by its number."""
    return find_near_duplicates(
        by_photo({str(number): fingerprint(image) for number, image in enumerate(images)})
    )


@pytest.fixture(scope="module")
def pictures() -> list[Image.Image]:
    """Photos that show different plants, two of each class."""
    return [
        Image.open(STARTER_PHOTOS / f"{number:04d}.jpg").convert("RGB")
        for number in (1, 2, 3, 66, 70, 233)
    ]


def test_a_cropped_brightened_and_resized_copy_is_found_and_different_pictures_are_not(
    pictures: list[Image.Image],
) -> None:
    [group] = near_duplicates_among([*pictures, retouched(pictures[0], 0.9, 1.2, 200)])
    assert group.photos == ("0", "6")
    assert 0.9 < group.correlation <= 1
    assert near_duplicates_among(pictures) == []


def test_three_copies_make_one_group(pictures: list[Image.Image]) -> None:
    copies = [retouched(pictures[0], 0.95, 1, 180), retouched(pictures[0], 0.92, 0.85, 640)]
    [group] = near_duplicates_among([*pictures, *copies])
    assert group.photos == ("0", "6", "7")


def test_the_surest_copies_come_first(pictures: list[Image.Image]) -> None:
    copies = [retouched(pictures[1], 0.9, 1.2, 200), retouched(pictures[2], 1, 1, 300)]
    groups = near_duplicates_among([*pictures, *copies])
    assert [group.photos for group in groups] == [("2", "7"), ("1", "6")]
    assert groups[0].correlation > groups[1].correlation


def test_the_fingerprints_that_ship_are_those_of_the_photos(store: Store, dataset: Dataset) -> None:
    photos = [labelled.photo for labelled in dataset.photos]
    with store.reading() as session:
        shipped = dict(session.execute(select(FingerprintRow.photo, FingerprintRow.sketch)).all())
    assert shipped.keys() >= set(photos)
    for photo in photos[::50]:
        assert shipped[photo] == fingerprint(open_stored(store, photo))


@pytest.mark.parametrize("number", [0, 1])
def test_of_none_or_one_there_are_no_copies(number: int, pictures: list[Image.Image]) -> None:
    assert near_duplicates_among(pictures[:number]) == []


@pytest.mark.parametrize("share", [0.8, 0.9, 1.0])
def test_a_crop_agrees_with_its_whole_wherever_it_lies(
    pictures: list[Image.Image], share: float
) -> None:
    whole = pictures[0].convert("L").resize((64, 64))
    side = round(64 * share)
    part = whole.crop((64 - side, 0, 64, side)).resize((64, 64))
    assert correlation(whole, part) > 0.95
    assert correlation(whole, pictures[2].convert("L").resize((64, 64))) < 0.9
