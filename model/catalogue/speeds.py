"""Seconds that work took on this machine, kept for the next estimate."""

import json

from model.catalogue.store import Store


def record_speed(store: Store, what: str, backbone: str, seconds: float) -> None:
    """Keep the seconds per photo of a kind of work, for estimates. Losing a race costs nothing."""
    speeds = {**recorded_speeds(store), f"{what} {backbone}": seconds}
    unfinished = store.home / "speeds.unfinished"
    try:
        unfinished.write_text(json.dumps(speeds))
        unfinished.replace(store.home / "speeds.json")
    except OSError:
        return  # An estimate is worth no error.


def recorded_speeds(store: Store) -> dict[str, float]:
    """Read the kept seconds, by kind of work and backbone; empty where there are none."""
    try:
        speeds: dict[str, float] = json.loads((store.home / "speeds.json").read_text())
    except (OSError, ValueError):
        return {}
    return speeds
