"""Figures as a pupil reads them."""

import pytest

from model.wording import between, counted, percent, points


@pytest.mark.parametrize(
    ("share", "words"),
    [
        (0, "0 %"),
        (0.0004, "0 %"),
        (0.004, "0.4 %"),
        (0.0099, "1 %"),
        (0.01, "1 %"),
        (0.243, "24 %"),
        (1, "100 %"),
    ],
)
def test_percent(share: float, words: str) -> None:
    assert percent(share) == words


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (0, "0 points"),
        (0.004, "0.4 points"),
        (-0.01, "1 point"),
        (0.0142, "1.4 points"),
        (0.0196, "2 points"),
        (0.031, "3 points"),
    ],
)
def test_points(change: float, words: str) -> None:
    assert points(change) == words


def test_between_and_counted() -> None:
    assert between(0.16, 0.35) == "16 to 35 %"
    assert between(0.0701, 0.0702) == "7 %"
    assert [counted(number, "photo") for number in (0, 1, 1200)] == [
        "0 photos",
        "1 photo",
        "1,200 photos",
    ]
