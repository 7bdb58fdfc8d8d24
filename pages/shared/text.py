"""Sentences in Markdown that several pages say, and visitors' own text within them.

Figures in words are in `model/wording.py`; what is written here has marks of its own.
"""

import re
from collections.abc import Sequence

from model.catalogue.edits import ADD, DELETE, KEEP, NOTE, Edit
from model.classify.answer import Prediction
from model.cleaning.label_issues import LabelIssue
from model.evaluation.comparison import Comparison, comparison_sentences
from model.evaluation.confidence import Trust
from model.evaluation.sentences import explanations
from model.evaluation.top_losses import TopLoss
from model.photos.quality import BLURRED_FROM, DARK_BELOW, ImageIssue, Quality
from model.runs.run import RunCard
from model.wording import a, certainty, count, in_words, listed

HOW_IT_WORKS = """
1. A network that has seen a million photos of everything turns yours into a list of numbers:
   what is round, spiny, leafy.
2. A small linear head, trained on the labelled photos of this dataset, weighs those numbers into
   a score for each class.
3. Because the head is linear, every region of the photo has its own share of the score:
   that is the evidence.
4. The training photos with the most similar numbers are the look-alikes. If even they are far away,
   I say so.
"""


def plain(text: str) -> str:
    """Escape visitors' own text, so that Markdown shows it as it is: no links, icons or arrows."""
    parted = re.sub(  # By a joiner, which is invisible.
        r"(:|@|www|-(?=[->]))", "\\1\u2060", text, flags=re.IGNORECASE
    )
    return re.sub(r"([\\`*_{}\[\]()#+\-.!|<>~$:&])", r"\\\1", parted)


def named(names: Sequence[str]) -> str:
    """Write `cactus, succulent and tree`, escaped."""
    return listed([plain(name) for name in names])


def verdict(answer: Prediction) -> str:
    """Say a prediction in a few words, not escaped."""
    if answer.trust is Trust.UNFAMILIAR:
        return f"This looks like none of the {in_words(len(answer.classes))}"
    if answer.trust is Trust.UNSURE:
        return "I am not sure"
    return f"This looks like {a(answer.best)}"


def explanation(answer: Prediction, labels: list[str | None]) -> str:
    """Explain a prediction by its own figures and the labels of its look-alikes."""
    first, second = (plain(answer.classes[row]) for row in (-answer.probabilities).argsort()[:2])
    if answer.trust is Trust.UNFAMILIAR:
        return (
            f"I know only {named(answer.classes)}, and no photo I learned from is much like it. "
            f"My guess, {first}, means little."
        )
    if answer.trust is Trust.UNSURE:
        return (
            f"It could be {a(first)} ({answer.probability:.0%}) or {a(second)}: too close to call."
        )
    agreeing = labels.count(answer.best)
    filed = f"{in_words(agreeing)} {'is' if agreeing == 1 else 'are'} filed under {first}"
    return (
        f"I give it {answer.probability:.0%}. "
        f"Of the {in_words(len(labels))} most alike training photos, {filed}."
    )


def why(loss: TopLoss) -> list[str]:
    """Explain a high loss, a sentence a reason, its title in bold."""
    reasons = explanations(loss, name=plain)
    if not loss.reasons:
        return [reason.text for reason in reasons]
    return [
        " ".join(filter(None, (f"**{reason.title}**", reason.text, reason.advice)))
        for reason in reasons
    ]


def doubtful(issue: LabelIssue) -> str:
    """Explain why a label is to be doubted, or not."""
    label, other = plain(issue.label), plain(issue.suggestion)
    gives = "A classifier that learned from all the other photos gives"
    if issue.suggestion == issue.label:
        return f"{gives} {label} {certainty(issue.quality)}."
    finding = "The label is doubtful." if issue.is_label_issue else "Hard to tell."
    return (
        f"**{finding}** {gives} {other} {certainty(issue.probability)} "
        f"and {label} {certainty(issue.quality)}."
    )


def bad(quality: Quality) -> str:
    """Name the issues of a photo, with the measures that show them."""
    sides = f"({quality.width} by {quality.height} pixels)"
    descriptions = {
        ImageIssue.BLURRED: f"blurred ({quality.blur:.2f}, from {BLURRED_FROM} on)",
        ImageIssue.DARK: f"dark (its brightest parts reach {quality.p99:.0%}, "
        f"under {DARK_BELOW:.0%})",
        ImageIssue.OVEREXPOSED: "over-exposed (nine tenths of its middle are brighter than "
        f"{quality.p10_centre:.0%})",
        ImageIssue.TINY: f"tiny {sides}",
        ImageIssue.LONG: f"very long {sides}",
    }
    issues = listed([descriptions[issue] for issue in quality.issues])
    return f"**A bad photo:** {issues}. It teaches little."


def decided(edit: Edit) -> str:
    """Write `moved to tree: wrong class`."""
    label = plain(edit.label or "")
    words = {KEEP: "kept", DELETE: "deleted", NOTE: "noted", ADD: f"added to {label}"}
    decision = words.get(edit.action, f"moved to {label}")
    return f"{decision}: {plain(edit.reason)}" if edit.reason else decision


def run_title(name: str, card: RunCard) -> str:
    """Write `Shipped head, 10 epochs, 2026-11-22 18:25`."""
    return f"{name}, {count(len(card.history), 'epoch')}, {card.created_at[:16].replace('T', ' ')}"


def difference(both: Comparison) -> str:
    """Say whether two runs differ by more than their noise, the verdict in bold."""
    counts, verdict, reason = comparison_sentences(both)
    return f"{counts} **{verdict}** {reason}" if verdict else counts
