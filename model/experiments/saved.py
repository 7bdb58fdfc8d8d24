"""What experiments found, kept in the catalogue: whoever asks the same of the same photos gets the same, at once."""

import hashlib
import json
from dataclasses import asdict, fields, is_dataclass
from types import NoneType, UnionType
from typing import Any, get_args, get_origin, get_type_hints

from model.catalogue.schema import ExperimentRow
from model.catalogue.store import Store
from model.experiments.backbones_compared import BackbonesCompared
from model.experiments.label_noise import LabelNoise
from model.experiments.learning_curve import LearningCurve
from model.experiments.variance import SeedAndSplitVariance
from model.runs.settings import HeadSettings

ExperimentResult = LearningCurve | LabelNoise | BackbonesCompared | SeedAndSplitVariance
RESULTS: dict[str, type[ExperimentResult]] = {
    one.KIND: one for one in (LearningCurve, LabelNoise, BackbonesCompared, SeedAndSplitVariance)
}


def load_result(
    store: Store, kind: str, fingerprint: str, backbone: str, settings: HeadSettings
) -> ExperimentResult | None:
    """What the experiment of this kind found; None where it was not made, or by a version that said other things.

    `fingerprint` is the dataset's. Raises StoreUnavailable.
    """
    with store.reading() as session:
        row = session.get(ExperimentRow, (fingerprint, backbone, kind, digest(kind, settings)))
        found = None if row is None else row.result
    try:
        result: ExperimentResult | None = None if found is None else _read(RESULTS[kind], found)
    except (TypeError, ValueError):
        return None
    return result


def save_result(
    store: Store, result: ExperimentResult, fingerprint: str, backbone: str, settings: HeadSettings
) -> None:
    """Keep what an experiment found; an earlier result of the same is replaced. Raises StoreUnavailable."""
    row = ExperimentRow(
        fingerprint=fingerprint,
        backbone=backbone,
        kind=result.KIND,
        settings=digest(result.KIND, settings),
        result=asdict(result),
    )
    with store.writing() as session:
        session.merge(row)


def digest(kind: str, settings: HeadSettings) -> str:
    """Changes with any setting, and with the version of the experiment."""
    asked = json.dumps([RESULTS[kind].VERSION, asdict(settings)], sort_keys=True)
    return hashlib.sha256(asked.encode()).hexdigest()[:16]


def _read(kind: Any, value: Any) -> Any:  # noqa: ANN401  # A type in, a value of it out.
    """A value of this type from what JSON made of it. Raises TypeError or ValueError where it is of another shape."""
    if get_origin(kind) is UnionType:  # Something or None
        (inner,) = (one for one in get_args(kind) if one is not NoneType)
        return None if value is None else _read(inner, value)
    if get_origin(kind) is tuple:
        if not isinstance(value, list):
            raise TypeError(f"{value} is no list.")
        return tuple(_read(get_args(kind)[0], one) for one in value)
    if is_dataclass(kind):
        hints = get_type_hints(kind)
        if not isinstance(value, dict) or {field.name for field in fields(kind)} != value.keys():
            raise TypeError(f"{value} has other fields.")
        return kind(**{name: _read(hints[name], one) for name, one in value.items()})  # type: ignore[operator]  # A class
    if not isinstance(value, (int, float) if kind is float else kind):
        raise TypeError(f"{value} is no {kind}.")
    return value
