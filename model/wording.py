"""Figures in words, written one way everywhere; plain text, so pages escape visitors' own names.

Sentences about an evaluation are in `model/evaluation/sentences.py`.
"""

from collections.abc import Sequence
from math import ceil
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from model.runs.settings import Epoch

NUMBERS = ("none", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
SPLIT_NAMES = {"train": "Train", "valid": "Validation", "test": "Test"}
WHAT_IT_PROVES = {  # The error rate on each split
    "train": "It learned from these very photos: the figure says how well it remembers them, "
    "not how good it is.",
    "valid": "It never learned from these photos, but its best epoch was chosen on them: "
    "a little flattering. On others of the same kind the figure would differ; "
    "95 times in 100, such a range holds the true one.",
    "test": "It never saw these photos, so this is the fairest figure. "
    "On others of the same kind it would differ; 95 times in 100, such a range holds the true one.",
}

RISE = 0.02  # Of the lowest validation loss; below, a curve is flat, or has come back down.


def count(number: int, thing: str) -> str:
    """Write `1 photo`, `1,200 photos`."""
    return f"{number:,} {thing}{'' if number == 1 else 's'}"


def in_words(number: int) -> str:
    """Write `three`, or `23` where words run out."""
    return NUMBERS[number] if number < len(NUMBERS) else str(number)


def a(name: str) -> str:
    """Write `a cactus`, `an oak`."""
    return f"{'an' if name[:1].lower() in 'aeiou' else 'a'} {name}"


def listed(names: Sequence[str], word: str = "and") -> str:
    """Write `cactus, succulent and tree`."""
    return f" {word} ".join(filter(None, (", ".join(names[:-1]), *names[-1:])))


def question(names: Sequence[str]) -> str:
    """Write `Cactus, succulent or tree?`."""
    choice = listed(names, "or")
    return f"{choice[:1].upper()}{choice[1:]}?"


def shortened(text: str, most: int = 32) -> str:
    """Cut a text to `most` characters, with dots for what is gone."""
    return text if len(text) <= most else text[: most - 3].rstrip() + "..."


def percent(share: float) -> str:
    """Write 0.243 as `24%`; small shares keep a decimal, for 0.4% is not nothing."""
    return f"{share:.1%}" if 0.0005 <= share < 0.0095 else f"{share:.0%}"


def between(low: float, high: float) -> str:
    """Write 0.16 and 0.35 as `16 to 35%`; as one figure where both are the same in words."""
    first, last = percent(low), percent(high)
    return last if first == last else f"{first.removesuffix('%')} to {last}"


def certainty(probability: float) -> str:
    """Write a probability as `97%`; nothing is ever quite certain or quite impossible."""
    if probability > 0.995:
        return "over 99%"
    return "under 1%" if probability < 0.005 else f"{probability:.0%}"


def points(change: float) -> str:
    """Write a difference of two shares, without its sign: 0.031 as `3 points`."""
    size = 100 * abs(change)
    figure = f"{size:.1f}" if 0.05 <= size < 1.95 and round(size, 1) != 1 else f"{size:.0f}"
    return f"{figure} point" if figure == "1" else f"{figure} points"


def megabytes(size: int) -> str:
    """Write a number of bytes as `7 MB`; `0.3 MB` where it is little."""
    if 0 < size < 5e4:
        return "under 0.1 MB"
    return f"{size / 1e6:.1f} MB" if 0 < size < 1e6 else f"{size / 1e6:,.0f} MB"


def duration(seconds: float) -> str:
    """Write an estimate, rounded up, as `3 min`, `20 s`, `a second`."""
    if seconds > 90:
        return f"{ceil(seconds / 60)} min"
    return "a second" if seconds < 2 else f"{ceil(seconds)} s"


def time_left(seconds: float | None) -> str:
    """Write the end of a sentence about work under way: `, about 20 s left`; empty if unknown."""
    return "" if seconds is None else f", about {duration(seconds)} left"


def measured_time(seconds: float) -> str:
    """Write a measured time as `0.08 s`, `12 s`, `3 min 5 s`."""
    if seconds < 10:
        return f"{seconds:.2f} s"
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest} s" if minutes else f"{rest} s"


def waiting_time(seconds: float) -> str:
    """Write a time to wait, rounded up, as `16 seconds`, `2 minutes`, `2 hours`."""
    for unit, size in (("hour", 3600), ("minute", 60)):
        if seconds > size:
            return count(ceil(seconds / size), unit)
    return count(max(1, round(seconds)), "second")


def mistaken(number: int, actual: str, predicted: str) -> str:
    """Write `4 succulent photos were taken for cactus`."""
    verb = "photo was" if number == 1 else "photos were"
    return f"{number} {actual} {verb} taken for {predicted}"


def curve_finding(history: "Sequence[Epoch]") -> str:
    """Say in a sentence what the loss curves of one or more epochs show."""
    best, last = min(history, key=lambda epoch: epoch.valid_loss), history[-1]
    rises = last.valid_loss > best.valid_loss * (1 + RISE)
    if rises and last.train_loss < best.train_loss:
        return (
            f"From epoch {best.epoch + 1} on the validation loss rises while the train loss still "
            "falls: it begins to learn the train photos by heart. More epochs will not help."
        )
    if best.epoch == last.epoch and len(history) > 1:
        return "The validation loss was still falling at the end: more epochs may help."
    return f"The validation loss was lowest after epoch {best.epoch}."
