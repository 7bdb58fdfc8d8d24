"""What a scene is: a place that builds itself around a plant."""

from collections.abc import Callable
from dataclasses import dataclass

from assets.starter.generator.dice import Dice
from assets.starter.generator.species import Subject
from assets.starter.generator.stage import Stage

Build = Callable[
    [Dice, Stage, Subject], None
]  # Adds the surroundings and the light; the subject stands already.


@dataclass(frozen=True)
class Scene:
    """A place. Where plants stand in pots, they come with one."""

    name: str
    build: Build
    potted: bool
    frontal: bool = (
        False  # Whether the plant turns its front to the camera; elsewhere it stands as it likes
    )
