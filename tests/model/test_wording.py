"""Figures as a pupil reads them."""

import pytest

from model.wording import (
    between,
    certainty,
    count,
    duration,
    measured_time,
    megabytes,
    percent,
    points,
    question,
    shortened,
    time_left,
    waiting_time,
)


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


@pytest.mark.parametrize(
    ("seconds", "words"), [(0.5, "a second"), (2, "2 s"), (89.1, "90 s"), (90.1, "2 min")]
)
def test_an_estimate_is_rounded_up(seconds: float, words: str) -> None:
    assert duration(seconds) == words
    assert time_left(seconds) == f", about {words} left"


def test_what_is_not_known_yet_is_not_said() -> None:
    assert time_left(None) == ""


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(0.084, "0.08 s"), (12.2, "12 s"), (59.7, "1 min 0 s"), (185, "3 min 5 s")],
)
def test_a_measured_time(seconds: float, words: str) -> None:
    assert measured_time(seconds) == words


def test_nothing_is_quite_certain() -> None:
    words = [certainty(probability) for probability in (0, 0.004, 0.97, 0.996, 1)]
    assert words == ["under 1%", "under 1%", "97%", "over 99%", "over 99%"]


def test_megabytes() -> None:
    sizes = [megabytes(size) for size in (0, 1000, 300_000, 7_200_000, 2_400_000_000)]
    assert sizes == ["0 MB", "under 0.1 MB", "0.3 MB", "7 MB", "2,400 MB"]


def test_questions_and_cut_texts() -> None:
    assert question(["cactus", "succulent", "tree"]) == "Cactus, succulent or tree?"
    assert question(["cactus"]) == "Cactus?"
    assert shortened("cactus", 6) == "cactus"
    assert shortened("my succulent", 6) == "my..."
