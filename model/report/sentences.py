"""The report's own sentences: figures in, plain text out. Markup is the template's."""

from collections.abc import Sequence

from model.catalogue.edits import ADD, DELETE, KEEP, NOTE, RELABEL
from model.evaluation.comparison import Comparison, comparison_sentences
from model.evaluation.intervals import wilson
from model.evaluation.sentences import Explanation, explanations
from model.evaluation.table import Evaluation, most_confused, per_class
from model.evaluation.top_losses import TopLoss
from model.report.effect import Cleaning, Effect
from model.report.results import Training
from model.wording import SPLIT_NAMES, count, listed, measured_time, question

MOST_NAMED = 6  # Classes in a sentence
MODES = {"head": "A linear head", "fine-tune": "The whole network"}
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


def kinds(classes: Sequence[str]) -> str:
    """Write `cactus, succulent and tree`, or `20 classes` where that would be long."""
    return listed(classes) if 0 < len(classes) <= MOST_NAMED else f"{len(classes)} classes"


def default_title(classes: Sequence[str]) -> str:
    """Write `Cactus, succulent or tree?`, or `Which of 20 classes?`."""
    few = 0 < len(classes) <= MOST_NAMED
    return question(classes if few else [f"which of {len(classes)} classes"])


def error_sentence(split: str, table: Evaluation) -> str:
    """Write `9 of 99 validation photos wrong: 9.1%.`, and where the true rate lies."""
    number = len(table.photos)
    low, high = wilson(table.errors, number)
    photos = count(number, f"{SPLIT_NAMES[split].lower()} photo")
    return (
        f"{table.errors} of {photos} wrong: {table.errors / number:.1%}. "
        f"The true rate lies between {low:.1%} and {high:.1%}, with 95% confidence."
    )


def trained_sentence(training: Training) -> str:
    """Say what learned from what, for how long."""
    card = training.card
    network = "A linear head on" if card.mode == "head" else "The whole network"
    return (
        f"{network} {training.backbone} learned for {count(len(card.history), 'epoch')} from "
        f"{count(training.learned_from, 'photo')} of {kinds(card.classes)}, "
        f"in {measured_time(card.seconds)}."
    )


def changed_since(training: Training) -> str:
    """Count what happened to the data since the run was trained; empty where nothing did."""
    since = training.current
    changes = (
        (since.relabelled, "relabelled"),
        (since.removed, "removed"),
        (since.added, "added"),
    )
    parts = [f"{count(number, 'photo')} {change}" for number, change in changes if number]
    if not parts:
        return ""
    return (
        f"Since this run was trained: {listed(parts)}. It has not learned from that yet; "
        "its errors are counted under the labels of now."
    )


def confusion_finding(table: Evaluation) -> str:
    """Name the two pairs of classes that are mistaken for each other most."""
    pairs = [
        f"{count(number, f'{table.classes[actual]} photo')} taken for {table.classes[predicted]}"
        for actual, predicted, number in most_confused(table.confusion)[:2]
    ]
    if not pairs:
        return "No class was mistaken for another."
    return f"Mistaken most often: {listed(pairs)}."


def hardest(table: Evaluation) -> str:
    """Name the class that is missed most; empty where none is."""
    recalls = {
        name: row["recall"]
        for name, row in per_class(table.confusion, table.classes).items()
        if row["recall"] is not None
    }
    least = min(recalls.values(), default=1.0)
    names = [name for name, recall in recalls.items() if recall == least]
    missed = f"Hardest to recognise: {listed(names)}, with {1 - least:.0%} missed."
    return missed if least < 1 else ""


def why(loss: TopLoss) -> list[Explanation]:
    """Explain a high loss, as far as figures tell."""
    return explanations(loss, "The classifier")


def cleaning_sentence(cleaning: Cleaning) -> str:
    """Write `46 photos judged: 20 moved to another class, 5 deleted and 21 kept as they are`."""
    parts = [
        f"{number} {KINDS[action]}"
        for action, number in cleaning.decisions.items()
        if number and action != NOTE
    ]
    noted = cleaning.decisions[NOTE]
    remarks = f" {count(noted, 'photo')} only noted." if noted else ""
    judged = f"{count(cleaning.number, 'photo')} judged: {listed(parts)}."
    return (judged if parts else "Nothing was decided.") + remarks


def difference(both: Comparison) -> str:
    """Say whether two runs differ by more than chance."""
    return " ".join(filter(None, comparison_sentences(both)))


def reservations(effect: Effect) -> list[str]:
    """Say what keeps the difference between two runs from being cleaning's alone."""
    sentences = []
    if effect.same_data:
        sentences.append(
            "Both runs learned from the same data: nothing of this difference comes from cleaning."
        )
    if effect.other_settings:
        names = listed([SETTINGS.get(name, name) for name in effect.other_settings])
        sentences.append(f"The runs also differ in {names}: cleaning is not the only cause.")
    if effect.moved or effect.gone:
        first, second, photos = effect.under_old_labels
        sentences.append(
            f"The goalposts moved: {count(effect.moved, 'validation photo')} relabelled and "
            f"{effect.gone} deleted. Under the labels of the first run, {first} of "
            f"{count(photos, 'photo')} were wrong before and {second} after."
        )
    if effect.test is None:
        sentences.append(
            "There are no test photos, so nobody can say how good either run is on photos that "
            "nobody touched."
        )
    return sentences
