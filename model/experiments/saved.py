"""Experiments' results in the catalogue: a question about the same photos is answered once."""

import hashlib
import json
from dataclasses import Field, asdict, fields, is_dataclass
from types import UnionType
from typing import Any, ClassVar, Protocol, TypeVar, get_args, get_origin, get_type_hints

from model.catalogue.schema import ExperimentRow
from model.catalogue.store import Store
from model.runs.settings import HeadSettings


class ExperimentResult(Protocol):
    """A frozen dataclass of numbers, text, dataclasses and tuples of them, which JSON can hold."""

    __dataclass_fields__: ClassVar[dict[str, Field[Any]]]
    KIND: ClassVar[str]  # At most 20 characters
    VERSION: ClassVar[int]  # Another one makes earlier results be made again.

    @property
    def sentence(self) -> str:
        """The answer in plain words."""


SomeResult = TypeVar("SomeResult", bound=ExperimentResult)


def load_result(
    store: Store, result: type[SomeResult], fingerprint: str, backbone: str, settings: HeadSettings
) -> SomeResult | None:
    """Load a result of this class for the dataset with this fingerprint.

    Returns None where there is none of this version and shape. Raises StoreUnavailable.
    """
    key = (fingerprint, backbone, result.KIND, digest(result, settings))
    with store.reading() as session:
        row = session.get(ExperimentRow, key)
        saved = row.result if row else None
    try:
        return None if saved is None else _read(result, saved)
    except (TypeError, KeyError):
        return None


def save_result(
    store: Store, result: ExperimentResult, fingerprint: str, backbone: str, settings: HeadSettings
) -> None:
    """Save a result, in place of an earlier one of the same. Raises StoreUnavailable."""
    row = ExperimentRow(
        fingerprint=fingerprint,
        backbone=backbone,
        kind=result.KIND,
        settings=digest(type(result), settings),
        result=asdict(result),
    )
    with store.writing() as session:
        session.merge(row)


def digest(result: type[ExperimentResult], settings: HeadSettings) -> str:
    """Hash the settings and the version of the experiment."""
    identity = json.dumps([result.VERSION, asdict(settings)], sort_keys=True)
    return hashlib.sha256(identity.encode()).hexdigest()[:16]


def _read(kind: Any, value: Any) -> Any:  # noqa: ANN401  # A type in, a value of it out.
    """Make a value of a type from JSON. Raises TypeError, KeyError where it has another shape."""
    if get_origin(kind) is UnionType:  # Something or None
        return None if value is None else _read(get_args(kind)[0], value)
    if get_origin(kind) is tuple and isinstance(value, list):
        return tuple(_read(get_args(kind)[0], item) for item in value)
    if is_dataclass(kind) and isinstance(kind, type) and isinstance(value, dict):
        hints, names = get_type_hints(kind), [field.name for field in fields(kind)]
        return kind(**{name: _read(hints[name], value[name]) for name in names})
    if not isinstance(value, (int, float) if kind is float else kind):
        raise TypeError(f"{value} is no {kind}.")
    return value
