"""Sentences that several pages say."""

import re
from collections.abc import Mapping, Sequence
from math import ceil

from model.catalogue.edits import ADD, DELETE, KEEP, NOTE, Edit
from model.classify.answer import Prediction
from model.cleaning.label_issues import LabelIssue
from model.evaluation.comparison import Comparison, comparison_sentences
from model.evaluation.confidence import Trust
from model.evaluation.intervals import wilson
from model.evaluation.table import Evaluation
from model.evaluation.top_losses import Reason, TopLoss
from model.photos.quality import BLURRED_FROM, DARK_BELOW, ImageIssue, Quality
from model.runs.run import RunCard
from model.runs.settings import Epoch

NUMBERS = ("none", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")

SPLIT_NAMES = {"train": "Train", "valid": "Validation", "test": "Test"}
WHAT_IT_PROVES = {
    "train": "It learned from these very photos: the figure says how well it remembers them, not how good it is.",
    "valid": "It never learned from these photos, but its best epoch was chosen on them: a little flattering. "
    "On others of the same kind the figure would differ; 95 times in 100, such a range holds the true one.",
    "test": "It never saw these photos, so this is the fairest figure. "
    "On others of the same kind it would differ; 95 times in 100, such a range holds the true one.",
}
REASON_NAMES = {
    Reason.LABEL: "the label looks wrong",
    Reason.AMBIGUOUS: "ambiguous",
    Reason.UNUSUAL: "unusual",
    Reason.PHOTO: "a bad photo",
    Reason.MISTAKE: "its own mistake",
}

HOW_IT_WORKS = """
1. A network that has seen a million photos of everything turns yours into a list of numbers: what is round, spiny, leafy.
2. A small linear head, trained on the labelled photos of this dataset, weighs those numbers into a score for each class.
3. Because the head is linear, every region of the photo has its own share of the score: that is the evidence.
4. The training photos with the most similar numbers are the look-alikes. If even they are far away, I say so.
"""


def plain(text: str) -> str:
    """Visitors' own text, so that Markdown shows it as it is, and makes no links, icons or arrows of it."""
    parted = re.sub(
        r"(:|@|www|-(?=[->]))", "\\1\u2060", text, flags=re.IGNORECASE
    )  # A joiner that nobody sees
    return re.sub(r"([\\`*_{}\[\]()#+\-.!|<>~$:&])", r"\\\1", parted)


def shortened(text: str, most: int = 32) -> str:
    """As much of a visitor's own text as fits."""
    return text if len(text) <= most else text[: most - 3].rstrip() + "..."


def count(number: int, thing: str) -> str:
    """`1 photo`, `2 photos`."""
    return f"{number} {thing}{'' if number == 1 else 's'}"


def megabytes(size: int) -> str:
    """`7 MB`; `0.3 MB` where it is little."""
    if 0 < size < 5e4:
        return "under 0.1 MB"
    return f"{size / 1e6:.1f} MB" if 0 < size < 1e6 else f"{size / 1e6:,.0f} MB"


def listed(names: list[str] | tuple[str, ...], word: str = "or") -> str:
    """`cactus, succulent or tree`."""
    return f" {word} ".join(filter(None, (", ".join(names[:-1]), names[-1])))


def named(names: Sequence[str]) -> str:
    """`cactus, succulent and tree`, as Markdown shows it."""
    return listed([plain(name) for name in names], "and")


def in_words(number: int) -> str:
    """`three`, or `23` where words run out."""
    return NUMBERS[number] if number < len(NUMBERS) else str(number)


def a(name: str) -> str:
    """`a cactus`, `an oak`."""
    return f"{'an' if name[:1].lower() in 'aeiou' else 'a'} {name}"


def question(classes: Sequence[str]) -> str:
    """`Cactus, succulent or tree?`"""
    asked = listed(tuple(plain(name) for name in classes))
    return f"{asked[0].upper()}{asked[1:]}?"


def verdict(answer: Prediction) -> str:
    """The answer in a few words."""
    if answer.trust is Trust.UNFAMILIAR:
        return f"This looks like none of the {in_words(len(answer.classes))}"
    if answer.trust is Trust.UNSURE:
        return "I am not sure"
    return f"This looks like {a(answer.best)}"


def explanation(answer: Prediction, labels: list[str | None]) -> str:
    """Why the answer is what it is, from its own figures and the labels of its look-alikes."""
    first, second = (plain(answer.classes[row]) for row in (-answer.probabilities).argsort()[:2])
    if answer.trust is Trust.UNFAMILIAR:
        known = named(answer.classes)
        return f"I know only {known}, and no photo I learned from is much like it. My guess, {first}, means little."
    if answer.trust is Trust.UNSURE:
        return (
            f"It could be {a(first)} ({answer.probability:.0%}) or {a(second)}: too close to call."
        )
    agreeing = labels.count(answer.best)
    filed = f"{in_words(agreeing)} {'is' if agreeing == 1 else 'are'} filed under {first}"
    return f"I give it {answer.probability:.0%}. Of the {in_words(len(labels))} most alike training photos, {filed}."


def wrong_of(table: Evaluation) -> str:
    """`9 of 99 wrong: somewhere between 5% and 16%`."""
    low, high = wilson(table.errors, len(table.photos))
    return (
        f"{table.errors} of {len(table.photos)} wrong: somewhere between {low:.0%} and {high:.0%}"
    )


def by_heart(tables: Mapping[str, Evaluation]) -> str:
    """Whether the run has learned its train photos by heart, from the error rates of the splits."""
    train, valid = tables["train"], tables["valid"]
    if not train.photos or not valid.photos:
        return (
            "Without both train and validation photos nobody can say whether it learned by heart."
        )
    if wilson(train.errors, len(train.photos))[1] < wilson(valid.errors, len(valid.photos))[0]:
        return "Much better on the train photos it learned from than on the others: it has learned some of them by heart."
    return "The ranges overlap: no sign that it has learned the train photos by heart."


def mistaken(number: int, actual: str, predicted: str) -> str:
    """`4 succulent photos were taken for cactus`."""
    return (
        f"{number} {actual} {'photo was' if number == 1 else 'photos were'} taken for {predicted}"
    )


def percent(share: float) -> str:
    """`97%`; nothing is ever quite certain or quite impossible."""
    return "over 99%" if share > 0.995 else "under 1%" if share < 0.005 else f"{share:.0%}"


def why(one: TopLoss) -> list[str]:
    """The reasons for a high loss, a sentence each."""
    return [_why(one, reason) for reason in one.reasons] or [
        f"It is right about this one{'.' if one.sure else ', only not very sure.'}"
    ]


def _why(one: TopLoss, reason: Reason) -> str:
    predicted, actual, flaws = (
        plain(one.predicted),
        plain(one.actual),
        [str(flaw) for flaw in one.issues],
    )
    alike = f"{in_words(one.agreeing)} of the {in_words(len(one.neighbours))} most alike training photos"
    filed = f"{alike} {'is' if one.agreeing == 1 else 'are'} filed under {predicted}"
    match reason:
        case Reason.LABEL:
            return f"**The label looks wrong.** It gives {predicted} {percent(one.probability)}, and {filed}."
        case Reason.AMBIGUOUS:
            return (
                f"**Ambiguous.** It could be {predicted} or {plain(one.runner_up)}: {100 * one.margin:.0f} points lie between. "
                "Perhaps both are in the picture."
            )
        case Reason.UNUSUAL:
            return (
                f"**Unusual.** Even the most alike training photos are only {one.similarity:.0%} alike. "
                "It would take more photos like this one to learn it."
            )
        case Reason.PHOTO:
            return f"**A bad photo:** {listed(flaws, 'and')}."
        case Reason.MISTAKE:
            return f"**Its own mistake.** Nothing is odd about the photo, and {filed}. More {actual} photos like it may help."


def doubtful(doubt: LabelIssue) -> str:
    """Why a label is to be doubted, or not."""
    label, other = plain(doubt.label), plain(doubt.suggestion)
    asked = "A classifier that learned from all the other photos gives"
    if doubt.suggestion != doubt.label:
        found = "The label is doubtful." if doubt.is_label_issue else "Hard to tell."
        return f"**{found}** {asked} {other} {percent(doubt.probability)} and {label} {percent(doubt.quality)}."
    return f"{asked} {label} {percent(doubt.quality)}."


def bad(quality: Quality) -> str:
    """What is wrong with a photo, with the measure that says so."""
    said = {
        ImageIssue.BLURRED: f"blurred ({quality.blur:.2f}, from {BLURRED_FROM} on)",
        ImageIssue.DARK: f"dark (its brightest parts reach {quality.p99:.0%}, under {DARK_BELOW:.0%})",
        ImageIssue.OVEREXPOSED: f"over-exposed (nine tenths of its middle are brighter than {quality.p10_centre:.0%})",
        ImageIssue.TINY: f"tiny ({quality.width} by {quality.height} pixels)",
        ImageIssue.LONG: f"very long ({quality.width} by {quality.height} pixels)",
    }
    return f"**A bad photo:** {listed([said[flaw] for flaw in quality.issues], 'and')}. It teaches little."


def decided(edit: Edit) -> str:
    """`moved to tree: wrong plant`."""
    done = {
        KEEP: "kept",
        DELETE: "deleted",
        NOTE: "noted",
        ADD: f"added to {plain(edit.label or '')}",
    }
    said = done.get(edit.action, f"moved to {plain(edit.label or '')}")
    return f"{said}: {plain(edit.reason)}" if edit.reason else said


def curve_finding(history: Sequence[Epoch]) -> str:
    """What learning curves say, in a sentence."""
    best, last = min(history, key=lambda one: one.valid_loss), history[-1]
    if best.epoch < last.epoch and last.train_loss < best.train_loss:
        return (
            f"From epoch {best.epoch + 1} on the validation loss rises while the train loss still falls: "
            "it begins to learn the train photos by heart. More epochs will not help."
        )
    if best.epoch == last.epoch and len(history) > 1:
        return "The validation loss was still falling at the end: more epochs may help."
    return f"The validation loss was lowest after epoch {best.epoch}."


def duration(seconds: float) -> str:
    """`3 min`, `20 s`."""
    return (
        f"{ceil(seconds / 60)} min"
        if seconds > 90
        else "a second"
        if seconds < 2
        else f"{ceil(seconds)} s"
    )


def run_title(name: str, card: RunCard) -> str:
    """`Shipped head, 10 epochs, 2026-11-22 18:25`."""
    return f"{name}, {count(len(card.history), 'epoch')}, {card.created_at[:16].replace('T', ' ')}"


def difference(both: Comparison) -> str:
    """Whether two runs differ by more than their noise."""
    counts, verdict, reason = comparison_sentences(both)
    return f"{counts} **{verdict}** {reason}" if verdict else counts
