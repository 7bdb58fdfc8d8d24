"""A photo, from a species and a seed.

Grow the plant, find it a place, light it, aim the camera, press the button.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from assets.starter.generator.camera import Target, aim, covered
from assets.starter.generator.development import develop, rolled
from assets.starter.generator.dice import Dice
from assets.starter.generator.plants import ALL
from assets.starter.generator.scenes import SCENES
from assets.starter.generator.scenes.pots import in_a_pot
from assets.starter.generator.species import Species, grown
from assets.starter.generator.stage import Stage, Thing

SPECIES: dict[str, Species] = {species.name: species for species in ALL}
Lens = Callable[[Stage], NDArray[np.float32]]  # A stage as light (height, width, 3)


@dataclass(frozen=True)
class Recipe:
    """What fixes a photo: nothing else does."""

    species: str
    seed: int


def compose(recipe: Recipe, pixels: int = 320) -> Stage:
    """Everything in the photo, before the light is computed.

    Each step has dice of its own, so that one leaves the others alone.
    """
    species = SPECIES[recipe.species]

    def dice(step: str) -> Dice:
        return Dice(step, species.name, recipe.seed)

    scene = SCENES[dice("place").pick(*species.places)]
    subject = grown(species, dice("plant"), scene.potted)
    stage = Stage()
    if scene.potted:
        in_a_pot(dice("pot"), stage, subject)
    turn = dice("turn").between(-0.5, 0.5) if scene.frontal else dice("turn").angle()
    stage.subject.append(Thing(subject.parts, (0, 0, subject.base), turn=turn))
    scene.build(dice("surroundings"), stage, subject)
    framing = dice("framing").pick(*species.framings)
    lowest = subject.base + min(0.0, float(subject.bounds.low[2]))  # Below the rim, where it trails
    stage.camera = aim(dice("camera"), framing, Target(subject.bounds, lowest), pixels=pixels)
    return stage


def take(recipe: Recipe, lens: Lens, pixels: int = 320) -> bytes:
    """The photo as a JPEG."""
    stage = compose(recipe, pixels)
    dice = Dice("development", recipe.species, recipe.seed)
    return develop(lens(stage), covered(stage), rolled(dice), dice)
