"""Sentences about an evaluation: how many photos are wrong, and why a loss is high."""

from collections.abc import Callable, Mapping
from typing import NamedTuple

from model.evaluation.intervals import wilson
from model.evaluation.table import Evaluation
from model.evaluation.top_losses import Reason, TopLoss
from model.wording import certainty, in_words, listed

REASON_NAMES = {
    Reason.LABEL: "the label looks wrong",
    Reason.AMBIGUOUS: "ambiguous",
    Reason.UNUSUAL: "unusual",
    Reason.PHOTO: "a bad photo",
    Reason.MISTAKE: "its own mistake",
}


class Explanation(NamedTuple):
    """A reason for a high loss: in two words, in a sentence, and what would help."""

    title: str
    text: str
    advice: str = ""


def wrong_of(table: Evaluation) -> str:
    """Write `9 of 99 wrong: somewhere between 5% and 16%`."""
    photos = len(table.photos)
    low, high = wilson(table.errors, photos)
    return f"{table.errors} of {photos} wrong: somewhere between {low:.0%} and {high:.0%}"


def by_heart(tables: Mapping[str, Evaluation]) -> str:
    """Say whether a run overfits, from its tables of train and validation photos."""
    train, valid = tables["train"], tables["valid"]
    if not train.photos or not valid.photos:
        return (
            "Without both train and validation photos nobody can say whether it learned by heart."
        )
    if wilson(train.errors, len(train.photos))[1] < wilson(valid.errors, len(valid.photos))[0]:
        return (
            "Much better on the train photos it learned from than on the others: "
            "it has learned some of them by heart."
        )
    return "The ranges overlap: no sign that it has learned the train photos by heart."


def explanations(
    loss: TopLoss, subject: str = "It", name: Callable[[str], str] = str
) -> list[Explanation]:
    """Explain a high loss, a reason each.

    `subject` is what the sentences call the classifier; `name` may escape the names of classes.
    """
    if loss.reasons:
        return [_explanation(loss, reason, subject, name) for reason in loss.reasons]
    doubt = "" if loss.sure else ", only not very sure"
    return [Explanation("Right.", f"{subject} is right about this one{doubt}.")]


def _explanation(
    loss: TopLoss, reason: Reason, subject: str, name: Callable[[str], str]
) -> Explanation:
    predicted, neighbours = name(loss.predicted), in_words(len(loss.neighbours))
    agreement = (
        f"{in_words(loss.agreeing)} of the {neighbours} most alike training photos "
        f"{'is' if loss.agreeing == 1 else 'are'} filed under {predicted}"
    )
    match reason:
        case Reason.LABEL:
            given = f"{subject} gives {predicted} {certainty(loss.probability)}"
            return Explanation("The label looks wrong.", f"{given}, and {agreement}.")
        case Reason.AMBIGUOUS:
            return Explanation(
                "Ambiguous.",
                f"It could be {predicted} or {name(loss.runner_up)}: "
                f"{100 * loss.margin:.0f} points lie between. Perhaps both are in the picture.",
            )
        case Reason.UNUSUAL:
            return Explanation(
                "Unusual.",
                f"Even the most alike training photos are only {loss.similarity:.0%} alike.",
                "It would take more photos like this one to learn it.",
            )
        case Reason.PHOTO:
            return Explanation("A bad photo:", f"{listed([str(issue) for issue in loss.issues])}.")
        case Reason.MISTAKE:
            whose = "Its" if subject == "It" else f"{subject}'s"
            return Explanation(
                f"{whose} own mistake.",
                f"Nothing is odd about the photo, and {agreement}.",
                f"More {name(loss.actual)} photos like it may help.",
            )
