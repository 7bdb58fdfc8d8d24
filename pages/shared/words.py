"""Sentences that several pages say."""

import re

from model.answers import Answer
from model.trust import Trust

NUMBERS = ("none", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")

HOW_IT_WORKS = """
1. A network that has seen a million photos of everything turns yours into a list of numbers: what is round, spiny, leafy.
2. A small linear head, trained on the labelled photos of this dataset, weighs those numbers into a score for each class.
3. Because the head is linear, every region of the photo has its own share of the score: that is the evidence.
4. The training photos with the most similar numbers are the look-alikes. If even they are far away, I say so.
"""


def plain(text: str) -> str:
    """Visitors' own text, so that Markdown shows it as it is."""
    return re.sub(r"([\\`*_{}\[\]()#+\-.!|<>~$:&])", r"\\\1", text)


def count(number: int, thing: str) -> str:
    """`1 photo`, `2 photos`."""
    return f"{number} {thing}{'' if number == 1 else 's'}"


def listed(names: list[str] | tuple[str, ...], word: str = "or") -> str:
    """`cactus, succulent or tree`."""
    return f" {word} ".join(filter(None, (", ".join(names[:-1]), names[-1])))


def in_words(number: int) -> str:
    """`three`, or `23` where words run out."""
    return NUMBERS[number] if number < len(NUMBERS) else str(number)


def a(name: str) -> str:
    """`a cactus`, `an oak`."""
    return f"{'an' if name[:1].lower() in 'aeiou' else 'a'} {name}"


def verdict(answer: Answer) -> str:
    """The answer in a few words."""
    if answer.trust is Trust.UNFAMILIAR:
        return f"This looks like none of the {in_words(len(answer.classes))}"
    if answer.trust is Trust.UNSURE:
        return "I am not sure"
    return f"This looks like {a(answer.best)}"


def explanation(answer: Answer, labels: list[str | None]) -> str:
    """Why the answer is what it is, from its own figures and the labels of its look-alikes."""
    first, second = (answer.classes[row] for row in (-answer.probabilities).argsort()[:2])
    if answer.trust is Trust.UNFAMILIAR:
        known = listed(answer.classes, "and")
        return f"I know only {known}, and no photo I learned from is much like it. My guess, {first}, means little."
    if answer.trust is Trust.UNSURE:
        return f"It could be {a(first)} ({answer.probability:.0%}) or {a(second)}: too close to call."
    agreeing = labels.count(first)
    filed = f"{in_words(agreeing)} {'is' if agreeing == 1 else 'are'} filed under {first}"
    return f"I give it {answer.probability:.0%}. Of the {in_words(len(labels))} most alike training photos, {filed}."
