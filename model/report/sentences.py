"""The report's sentences: figures in, plain text out. Markup is the template's."""

from collections.abc import Sequence
from typing import NamedTuple

from model.catalogue.edits import ADD, DELETE, KEEP, NOTE, RELABEL
from model.evaluation.comparison import Comparison, comparison_sentences
from model.evaluation.table import Evaluation, most_confused, per_class
from model.evaluation.top_losses import Reason, TopLoss
from model.report.effect import Cleaning, Effect
from model.report.results import SplitResult, Training
from model.runs.settings import Epoch

NUMBERS = ("none", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
MOST_NAMED = 6  # Classes in a sentence
SPLITS = {"train": "Train", "valid": "Validation", "test": "Test"}
MODES = {"head": "A linear head", "fine-tune": "The whole network"}
WHAT_IT_PROVES = {
    "valid": "The classifier never learned from the validation photos, but its best epoch was chosen on them, "
    "so this figure flatters it a little.",
    "test": "It never saw the test photos and nobody may edit them, so this is the fairest figure.",
}
SETTINGS = {
    "epochs": "epochs",
    "learning_rate": "learning rate",
    "weight_decay": "weight decay",
    "batch_size": "batch size",
    "image_px": "photo size in pixels",
    "augmentation": "augmentation",
    "frozen_epochs": "epochs with a frozen backbone",
    "label_smoothing": "label smoothing",
    "keep": "epoch that is kept",
    "patience": "patience in epochs",
    "seed": "seed",
}
KINDS = {
    RELABEL: "moved to another class",
    DELETE: "deleted",
    KEEP: "kept as they are",
    ADD: "added",
    NOTE: "only noted",
}


class Explanation(NamedTuple):
    """Why a loss is high: in two words, and in a sentence."""

    title: str
    text: str


def count(number: int, thing: str) -> str:
    """`1 photo`, `2 photos`."""
    return f"{number:,} {thing}{'' if number == 1 else 's'}"


def listed(names: Sequence[str], word: str = "and") -> str:
    """`cactus, succulent and tree`."""
    return f" {word} ".join(filter(None, (", ".join(names[:-1]), *names[-1:])))


def in_words(number: int) -> str:
    """`three`, or `23` where words run out."""
    return NUMBERS[number] if number < len(NUMBERS) else str(number)


def percent(share: float) -> str:
    """`97%`; nothing is ever quite certain or quite impossible."""
    return "over 99%" if share > 0.995 else "under 1%" if share < 0.005 else f"{share:.0%}"


def seconds(duration: float) -> str:
    """`0.08 s`, `12 s`, `3 min 5 s`."""
    if duration < 10:
        return f"{duration:.2f} s"
    minutes, rest = divmod(round(duration), 60)
    return f"{minutes} min {rest} s" if minutes else f"{rest} s"


def kinds(classes: Sequence[str]) -> str:
    """`cactus, succulent and tree`, or `20 classes` where that would be long."""
    return listed(classes) if 0 < len(classes) <= MOST_NAMED else f"{len(classes)} classes"


def default_title(classes: Sequence[str]) -> str:
    """`Cactus, succulent or tree?`"""
    asked = (
        listed(classes, "or")
        if 0 < len(classes) <= MOST_NAMED
        else f"which of {len(classes)} classes"
    )
    return f"{asked[0].upper()}{asked[1:]}?"


def error_sentence(result: SplitResult) -> str:
    """`9 of 99 validation photos wrong: 9.1%. The true rate lies between 4.9% and 16.4%, with 95% confidence.`"""
    low, high = result.interval
    photos = count(result.photos, f"{SPLITS[result.split].lower()} photo")
    return (
        f"{result.table.errors} of {photos} wrong: {result.error_rate:.1%}. "
        f"The true rate lies between {low:.1%} and {high:.1%}, with 95% confidence."
    )


def trained_sentence(training: Training, learned_from: int) -> str:
    """What learned what, for how long."""
    card = training.card
    what = (
        f"{MODES[card.mode]} on {training.backbone}"
        if card.mode == "head"
        else f"The whole network {training.backbone}"
    )
    return (
        f"{what} learned for {count(len(card.history), 'epoch')} from {count(learned_from, 'photo')} of "
        f"{kinds(card.classes)}, in {seconds(card.seconds)}."
    )


def changed_since(training: Training) -> str:
    """What happened to the data since the run was trained; empty where nothing did."""
    told = (
        (training.relabelled, "relabelled"),
        (training.removed, "removed"),
        (training.added, "added"),
    )
    parts = [f"{count(number, 'photo')} {done}" for number, done in told if number]
    if not parts:
        return ""
    return (
        f"Since this run was trained: {listed(parts)}. It has not learned from that yet; "
        "its errors are counted under the labels of now."
    )


def curve_finding(history: Sequence[Epoch]) -> str:
    """What the learning curves say."""
    best, last = min(history, key=lambda one: one.valid_loss), history[-1]
    if best.epoch < last.epoch and last.train_loss < best.train_loss:
        return (
            f"From epoch {best.epoch + 1} on the validation loss rises while the train loss still falls: "
            "the classifier begins to learn the train photos by heart, and more epochs would not help."
        )
    if best.epoch == last.epoch and len(history) > 1:
        return "The validation loss was still falling at the end: more epochs might help."
    return f"The validation loss was lowest after epoch {best.epoch}."


def confusion_finding(table: Evaluation) -> str:
    """Which classes are mistaken for each other most."""
    pairs = most_confused(table.confusion)[:2]
    if not pairs:
        return "No class was mistaken for another."
    told = [
        f"{count(number, f'{table.classes[actual]} photo')} taken for {table.classes[predicted]}"
        for actual, predicted, number in pairs
    ]
    return f"Mistaken most often: {listed(told)}."


def hardest(table: Evaluation) -> str:
    """Which class is missed most; empty where none is."""
    recalls = {
        name: row["recall"]
        for name, row in per_class(table.confusion, table.classes).items()
        if row["recall"] is not None
    }
    least = min(recalls.values(), default=1.0)
    names = [name for name, recall in recalls.items() if recall == least]
    return (
        f"Hardest to recognise: {listed(names)}, with {1 - least:.0%} missed." if least < 1 else ""
    )


def why(one: TopLoss) -> list[Explanation]:
    """The reasons for a high loss, as far as figures tell."""
    sure = "" if one.sure else ", only not very sure"
    return [_why(one, reason) for reason in one.reasons] or [
        Explanation("Right.", f"The classifier is right about this one{sure}.")
    ]


def _why(one: TopLoss, reason: Reason) -> Explanation:
    alike = f"{in_words(one.agreeing)} of the {in_words(len(one.neighbours))} most alike training photos"
    filed = f"{alike} {'is' if one.agreeing == 1 else 'are'} filed under {one.predicted}"
    match reason:
        case Reason.LABEL:
            sure = f"The classifier gives {one.predicted} {percent(one.probability)}, and {filed}."
            return Explanation("The label looks wrong.", sure)
        case Reason.AMBIGUOUS:
            gap = f"{100 * one.margin:.0f} points lie between"
            return Explanation(
                "Ambiguous.",
                f"It could be {one.predicted} or {one.runner_up}: {gap}. Perhaps both are in the picture.",
            )
        case Reason.UNUSUAL:
            return Explanation(
                "Unusual.",
                f"Even the most alike training photos are only {one.similarity:.0%} alike.",
            )
        case Reason.PHOTO:
            return Explanation("A bad photo:", f"{listed([str(flaw) for flaw in one.issues])}.")
        case Reason.MISTAKE:
            return Explanation(
                "The classifier's own mistake.", f"Nothing is odd about the photo, and {filed}."
            )


def cleaning_sentence(cleaning: Cleaning) -> str:
    """`46 photos judged: 20 moved to another class, 5 deleted and 21 kept as they are.`"""
    parts = [
        f"{number} {KINDS[action]}"
        for action, number in cleaning.decisions.items()
        if number and action != NOTE
    ]
    noted = cleaning.decisions[NOTE]
    remarks = f" {count(noted, 'photo')} only noted." if noted else ""
    return (
        f"{count(cleaning.number, 'photo')} judged: {listed(parts)}."
        if parts
        else "Nothing was decided."
    ) + remarks


def difference(both: Comparison) -> str:
    """Whether two runs differ by more than chance."""
    return " ".join(filter(None, comparison_sentences(both)))


def reservations(effect: Effect) -> list[str]:
    """What keeps the difference between two runs from being cleaning's alone."""
    said = []
    if effect.same_data:
        said.append(
            "Both runs learned from the same data: nothing of this difference comes from cleaning."
        )
    if effect.other_settings:
        names = listed([SETTINGS.get(name, name) for name in effect.other_settings])
        said.append(f"The runs also differ in {names}: cleaning is not the only cause.")
    if effect.moved or effect.gone:
        first, second, photos = effect.under_old_labels
        said.append(
            f"The goalposts moved: {count(effect.moved, 'validation photo')} relabelled and {effect.gone} deleted. "
            f"Under the labels of the first run, {first} of {count(photos, 'photo')} were wrong before and {second} after."
        )
    if effect.test is None:
        said.append(
            "There are no test photos, so nobody can say how good either run is on photos that nobody touched."
        )
    return said
