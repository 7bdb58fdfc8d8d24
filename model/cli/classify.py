"""The commands that classify: `predict` and `evaluate`."""

from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from model.catalogue.starter import STARTER
from model.cli.output import DONE, FAILED, JsonOption, RunOption, open_catalogue, say, tell
from model.errors import AreoleError, InvalidRequest, PhotoRefused
from model.runs.run import SHIPPED

if TYPE_CHECKING:
    from model.classify.answer import Prediction


def predict(
    photos: Annotated[list[Path], typer.Argument(metavar="PHOTO...")],
    run: RunOption = SHIPPED,
    as_json: JsonOption = False,
) -> int:
    """Classify photo files, one line each."""
    from model.classify.classifier import load_classifier
    from model.classify.record import as_record
    from model.photos.image import open_file

    classifier, failed = load_classifier(open_catalogue(), run), 0
    for file in photos:
        line: dict[str, object] = {"file": str(file)}
        try:
            prediction = classifier.predict(open_file(file).image)
        except PhotoRefused as error:
            failed += 1
            tell(as_json, {**line, "error": str(error)}, f"{file}: {error}")
            continue
        tell(as_json, {**line, **as_record(prediction)}, f"{file}: {_sentence(prediction)}")
    return FAILED if failed else DONE


def evaluate(
    data: Annotated[str, typer.Argument(metavar="FOLDER|DATASET")] = STARTER,
    split: Annotated[
        Literal["train", "valid", "test", "all"], typer.Option(help="Of a dataset.")
    ] = "valid",
    run: RunOption = SHIPPED,
    as_json: JsonOption = False,
) -> int:
    """Count the errors on a folder of class folders, or on a dataset."""
    import numpy as np
    from tqdm import tqdm

    from model.classify.batches import dataset_sources, folder_sources, predictions
    from model.classify.classifier import load_classifier
    from model.evaluation.confidence import Trust
    from model.evaluation.table import confusion_matrix, per_class

    store, started = open_catalogue(), perf_counter()
    classifier, folder = load_classifier(store, run), Path(data)
    classes = classifier.run.card.classes
    sources = (
        folder_sources(folder, classes)
        if folder.is_dir()
        else dataset_sources(store, data, split, classes)
    )
    labels, predicted, trusts, failed = [], [], [], 0
    answers = predictions(classifier, sources)
    for source, prediction in tqdm(answers, total=len(sources), unit=" photos", disable=None):
        if isinstance(prediction, AreoleError):
            failed += 1
            say(f"{source.name}: {prediction}")
            continue
        labels.append(source.label)
        predicted.append(int(prediction.probabilities.argmax()))
        trusts.append(prediction.trust)
    if not labels:
        raise InvalidRequest(f"There is no photo to evaluate in {data}.")
    confusion = confusion_matrix(np.array(labels), np.array(predicted), len(classes))
    n, right = len(labels), int(confusion.trace())
    right_trusts = [t for t, a, b in zip(trusts, labels, predicted, strict=True) if a == b]
    figures = {
        "n": n,
        "error_rate": (n - right) / n,
        "classes": classes,
        "confusion": confusion.tolist(),
        "per_class": per_class(confusion, classes),
        "trust": {str(trust): trusts.count(trust) for trust in Trust},
        "right_but_not_sure": sum(t is not Trust.SURE for t in right_trusts) / max(right, 1),
        "failed": failed,
        "seconds": round(perf_counter() - started, 3),
    }
    wrong = f"{n - right} of {n} wrong: error rate {(n - right) / n:.1%}"
    tell(as_json, figures, f"{wrong}, {failed} unreadable")
    return FAILED if failed else DONE


def _sentence(prediction: "Prediction") -> str:
    from model.evaluation.confidence import Trust

    if prediction.trust is Trust.UNFAMILIAR:
        return f"looks like none of {', '.join(prediction.classes)}"
    doubt = "" if prediction.trust is Trust.SURE else ", not sure"
    return f"{prediction.best}, {prediction.probability:.0%}{doubt}"
