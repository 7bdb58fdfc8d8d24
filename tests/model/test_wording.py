"""Figures as a pupil reads them."""

import pytest

from model.wording import between, count, percent, points, waiting_time


@pytest.mark.parametrize(
    ("share", "words"),
    [
        (0, "0%"),
        (0.0004, "0%"),
        (0.004, "0.4%"),
        (0.0099, "1%"),
        (0.01, "1%"),
        (0.243, "24%"),
        (1, "100%"),
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


def test_between_and_count() -> None:
    assert between(0.16, 0.35) == "16 to 35%"
    assert between(0.0701, 0.0702) == "7%"
    assert [count(number, "photo") for number in (0, 1, 1200)] == [
        "0 photos",
        "1 photo",
        "1,200 photos",
    ]


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0.2, "1 second"),
        (16, "16 seconds"),
        (61, "2 minutes"),
        (3600, "60 minutes"),
        (3601, "2 hours"),
        (86400, "24 hours"),
    ],
)
def test_a_time_to_wait_is_rounded_up(seconds: float, words: str) -> None:
    assert waiting_time(seconds) == words
