"""Seconds that work took on this machine, kept for the next estimate."""

import json

from model.catalogue.store import Store


def record_speed(store: Store, what: str, backbone: str, seconds: float) -> None:
    """Keep what a photo took, for the next estimate. Losing it in a race of two costs nothing."""
    known = recorded_speeds(store)
    known[f"{what} {backbone}"] = seconds
    unfinished = store.home / "speeds.unfinished"
    try:
        unfinished.write_text(json.dumps(known))
        unfinished.replace(store.home / "speeds.json")
    except OSError:
        return  # An estimate is worth no error.


def recorded_speeds(store: Store) -> dict[str, float]:
    """Read the kept seconds, by kind of work and backbone; empty where there are none."""
    try:
        known: dict[str, float] = json.loads((store.home / "speeds.json").read_text())
    except (OSError, ValueError):
        return {}
    return known
