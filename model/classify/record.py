"""A prediction as JSON: the same keys from the command line and from the server."""

from model.classify.answer import Prediction
from model.evaluation.confidence import Trust


def as_record(prediction: Prediction) -> dict[str, object]:
    """Give label, probabilities by class, and whether the classifier is sure."""
    shares = zip(prediction.classes, prediction.probabilities, strict=True)
    return {
        "label": prediction.best,
        "probabilities": {name: round(float(share), 6) for name, share in shares},
        "sure": prediction.trust is Trust.SURE,
    }
