"""Why a loss is high, in words: for pages and report the same but for subject and marks."""

from dataclasses import replace

import pytest

from model.evaluation.sentences import REASON_NAMES, explanations
from model.evaluation.top_losses import Reason, TopLoss
from model.photos.photo_id import PhotoId
from model.photos.quality import ImageIssue
from tests.conftest import by_photo

LOSS = TopLoss(
    photo=PhotoId("p"),
    split="valid",
    actual="tree",
    predicted="cactus",
    runner_up="tree",
    probability=0.97,
    actual_probability=0.03,
    margin=0.94,
    loss=3.5,
    similarity=0.8,
    neighbours=tuple(by_photo({"a": "cactus", "b": "cactus", "c": "tree"}).items()),
    issues=(),
    unfamiliar=False,
    sure=True,
)
FILED = "two of the three most alike training photos are filed under *cactus*"


def starred(name: str) -> str:
    return f"*{name}*"


def test_every_reason_has_a_name() -> None:
    assert set(REASON_NAMES) == set(Reason)


@pytest.mark.parametrize(
    ("loss", "title", "text"),
    [
        (LOSS, "The label looks wrong.", f"It gives *cactus* 97%, and {FILED}."),
        (
            replace(LOSS, margin=0.12),
            "Ambiguous.",
            "It could be *cactus* or *tree*: 12 points lie between. "
            "Perhaps both are in the picture.",
        ),
        (
            replace(LOSS, unfamiliar=True),
            "Unusual.",
            "Even the most alike training photos are only 80% alike.",
        ),
        (
            replace(LOSS, sure=False, issues=(ImageIssue.DARK, ImageIssue.TINY)),
            "A bad photo:",
            "dark and tiny.",
        ),
        (
            replace(LOSS, sure=False),
            "Its own mistake.",
            f"Nothing is odd about the photo, and {FILED}.",
        ),
        (
            replace(LOSS, actual="cactus", sure=False),
            "Right.",
            "It is right about this one, only not very sure.",
        ),
    ],
)
def test_a_reason_is_a_title_and_a_sentence(loss: TopLoss, title: str, text: str) -> None:
    [explanation] = explanations(loss, name=starred)
    assert (explanation.title, explanation.text) == (title, text)


def test_a_document_names_the_classifier() -> None:
    mistake = explanations(replace(LOSS, sure=False), "The classifier")[0]
    assert mistake.title == "The classifier's own mistake."
    assert mistake.advice == "More tree photos like it may help."
    assert explanations(LOSS, "The classifier")[0].text.startswith("The classifier gives cactus")
