"""Top losses: each reason from its own fact; image issues that were made here or planted."""

import csv

import numpy as np
import pytest
from PIL import Image, ImageFilter

from model.catalogue.measures import load_qualities
from model.catalogue.schema import QualityRow
from model.catalogue.starter import FOLDER
from model.catalogue.store import Store, open_stored
from model.evaluation.table import Evaluation
from model.evaluation.top_losses import Reason, TopLoss, ranked, top_losses
from model.photos.image import Photo
from model.photos.photo_id import PhotoId, digest
from model.photos.quality import ImageIssue, Quality, measure
from model.runs.run import SHIPPED, load_run, run_folder
from tests.conftest import STARTER_PHOTOS, by_photo, photo_ids, picture, put_photo

LABELS = by_photo(
    {
        "c1": "cactus",
        "c2": "cactus",
        "c3": "cactus",
        "s1": "succulent",
        "s2": "succulent",
        "gone": "elsewhere",
    }
)


def top_loss(
    logits: list[float],
    neighbours: tuple[PhotoId, ...],
    *,
    similarity: float = 0.9,
    issues: tuple[ImageIssue, ...] = (),
    label: int = 1,
) -> TopLoss:
    """One photo, filed under succulent unless said otherwise, as the table's only row."""
    table = Evaluation(
        ("cactus", "succulent"),
        photo_ids("photo"),
        ("valid",),
        np.array([label]),
        np.array([logits], np.float32),
        (neighbours,),
        np.array([similarity], np.float32),
    )
    [case] = top_losses(table, [0], LABELS, by_photo({"photo": issues}), unfamiliar_below=0.6)
    return case


AGREE = photo_ids("c1", "c2", "c3", "s1", "s2")
DISAGREE = photo_ids("c1", "c2", "s1", "s2", "gone")


def test_confident_and_backed_by_its_look_alikes_the_label_looks_wrong() -> None:
    case = top_loss([4, 0], AGREE)
    assert (case.predicted, case.actual, case.agreeing) == ("cactus", "succulent", 3)
    assert case.reasons == (Reason.LABEL,)
    assert case.loss == pytest.approx(-np.log(case.actual_probability), rel=1e-4)
    assert case.probability + case.actual_probability == pytest.approx(1)


def test_without_them_it_is_its_own_mistake() -> None:
    assert top_loss([4, 0], DISAGREE).reasons == (Reason.MISTAKE,)


def test_a_narrow_margin_is_ambiguous() -> None:
    assert top_loss([0.1, 0], AGREE).reasons == (Reason.AMBIGUOUS,)


def test_far_from_everything_is_unusual_and_says_nothing_about_the_label() -> None:
    assert top_loss([4, 0], AGREE, similarity=0.5).reasons == (Reason.UNUSUAL,)


def test_several_reasons_at_once() -> None:
    assert top_loss([0.1, 0], AGREE, similarity=0.5, issues=(ImageIssue.DARK,)).reasons == (
        Reason.AMBIGUOUS,
        Reason.UNUSUAL,
        Reason.PHOTO,
    )


def test_a_right_answer_needs_no_reason() -> None:
    assert top_loss([4, 0], DISAGREE, label=0).reasons == ()


def test_a_single_class_is_never_ambiguous() -> None:
    table = Evaluation(
        ("a",),
        photo_ids("p"),
        ("valid",),
        np.array([0]),
        np.array([[1.0]], np.float32),
        ((),),
        np.array([1], np.float32),
    )
    assert top_losses(table, [0], {}, {}, 0.5)[0].reasons == ()


def test_ranked_by_loss_and_narrowed_by_class(store: Store) -> None:
    valid = load_run(run_folder(store, SHIPPED)).evaluation.for_split("valid")
    rows = ranked(valid)
    assert sorted(rows) == list(range(len(valid.photos)))
    assert np.all(np.diff(valid.losses[rows]) <= 0)
    some = ranked(valid, actual="cactus", predicted="succulent")
    assert {(valid.labels[row], valid.predicted[row]) for row in some} == {(0, 1)}
    assert len(some) == valid.confusion[0, 1]


def test_the_starter_sets_bad_photos_are_found_and_no_others(store: Store) -> None:
    with (FOLDER / "photos.csv").open(newline="") as key:
        defects = {
            digest((STARTER_PHOTOS / row["file"]).read_bytes()): row["defect"]
            for row in csv.DictReader(key)
        }
    issues = {photo: quality.issues for photo, quality in load_qualities(store, defects).items()}
    planted = {
        "blurry": (ImageIssue.BLURRED,),
        "dark": (ImageIssue.DARK,),
        "tiny": (ImageIssue.TINY,),
        "overexposed": (ImageIssue.OVEREXPOSED,),
    }
    assert issues == {photo: planted.get(defect, ()) for photo, defect in defects.items()}


def test_a_photo_is_measured_once_and_one_that_is_gone_not_at_all(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    photo = put_photo(store, Photo(picture(seed=77)))
    first = load_qualities(store, [photo, photo, *photo_ids("0" * 64)])
    assert first == {photo: measure(open_stored(store, photo))}
    with store.reading() as session:
        assert session.get(QualityRow, photo) is not None
    monkeypatch.setattr(
        "model.catalogue.measures.measure", lambda image: pytest.fail("measured again")
    )
    assert load_qualities(store, [photo]) == first


def test_blur_grows_with_blurring_and_a_blank_picture_has_no_detail() -> None:
    sharp = Image.open(STARTER_PHOTOS / "0001.jpg").convert("RGB")
    blurs = [
        measure(sharp.filter(ImageFilter.GaussianBlur(radius))).blur for radius in (0, 1, 3, 6)
    ]
    assert blurs == sorted(blurs)
    assert measure(Image.new("RGB", (200, 200), "grey")).issues == (ImageIssue.BLURRED,)
    assert measure(Image.new("RGB", (200, 200), "white")).issues == (
        ImageIssue.BLURRED,
        ImageIssue.OVEREXPOSED,
    )
    assert measure(Image.new("RGB", (200, 200), "black")).issues == (ImageIssue.DARK,)


def test_over_exposed_is_what_is_bright_in_its_middle_not_before_a_white_wall() -> None:
    plant = Image.open(STARTER_PHOTOS / "0001.jpg").convert("RGB")
    wall = Image.new("RGB", (640, 640), "white")
    wall.paste(plant.resize((480, 480)), (80, 80))
    assert measure(plant).issues == measure(wall).issues == ()
    assert measure(plant.point(lambda value: min(255, 150 + value))).issues == (
        ImageIssue.OVEREXPOSED,
    )
    assert (
        measure(plant.point(lambda value: 150 + value // 3)).issues == ()
    )  # Pale: nothing is burnt out.


@pytest.mark.parametrize(
    ("size", "issues"),
    [
        ((300, 121), ()),
        ((300, 120), (ImageIssue.LONG,)),
        ((120, 300), (ImageIssue.LONG,)),
        ((96, 96), ()),
        ((400, 95), (ImageIssue.TINY,)),
    ],
)
def test_what_is_tiny_or_long_goes_by_its_sides(
    size: tuple[int, int], issues: tuple[ImageIssue, ...]
) -> None:
    assert (
        Quality(blur=0.2, p99=0.9, p10_centre=0.2, width=size[0], height=size[1]).issues == issues
    )
