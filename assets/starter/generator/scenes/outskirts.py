"""Open country: the edge of a forest, snow, and nothing but sky."""

from dataclasses import replace

from assets.starter.generator import light
from assets.starter.generator.colour import linear, shade
from assets.starter.generator.dice import Dice, mixed
from assets.starter.generator.scenes import background, foliage, ground
from assets.starter.generator.scenes.setting import Scene
from assets.starter.generator.species import Subject
from assets.starter.generator.stage import Stage, Sun


def forest_edge(dice: Dice, stage: Stage, subject: Subject) -> None:
    """Trees behind, undergrowth before them."""
    size, foot = subject.size, subject.bounds.foot
    kind = dice.pick("grass", "grass", "dry grass", "litter", "litter")
    height = ground.terrain(dice, stage, kind, size, dice.between(0, 0.08))
    if kind == "litter":
        green = shade(dice, (84, 110, 50), (104, 120, 70))
        ground.tufts(
            dice,
            stage,
            size,
            dice.whole(15, 80),
            colour=green,
            clear=1.2 * foot + 0.03 * size,
            height=height,
        )
        ground.lawn(dice, stage, size, dry=dice.chance(0.3), tall=2, share=dice.between(0.2, 0.7))
    else:
        ground.lawn(dice, stage, size, dry=kind == "dry grass", tall=dice.between(1.5, 3))
    near = 0.9 * size + 3
    kinds = [*background.trees(dice), foliage.broadleaf(dice, shade(dice, *foliage.GREENS))]
    tall = dice.between(7, 14)
    background.scattered(
        dice,
        stage,
        kinds,
        dice.whole(25, 70),
        near=near + 3,
        far=60,
        scale=(0.6 * tall, 1.2 * tall),
        height=height,
    )
    shrubs = [foliage.bush(dice, shade(dice, *foliage.GREENS)) for _ in range(2)]
    background.scattered(
        dice, stage, shrubs, dice.whole(10, 40), near=near, far=30, scale=(0.4, 1.5), height=height
    )
    background.tree_line(dice, stage, 55 + size, 40, 1.2 * tall)
    if dice.chance(0.4):
        background.beside(dice, stage, subject, dice.whole(1, 6), far=4 * size + 6, height=height)
    if dice.chance(0.3):
        ground.rocks(
            dice, stage, size, dice.whole(2, 12), clear=1.2 * foot + 0.1 * size, height=height
        )
    light.outdoors(dice, stage)


def snow(dice: Dice, stage: Stage, subject: Subject) -> None:
    """Snow, firs with white branches, a pale sky and bluish shade."""
    size, foot = subject.size, subject.bounds.foot
    height = ground.terrain(dice, stage, "snow", size, dice.between(0.02, 0.12))
    if dice.chance(0.5):
        straw = shade(dice, (150, 134, 96), (110, 100, 80))
        ground.tufts(
            dice,
            stage,
            size,
            dice.whole(3, 25),
            colour=straw,
            clear=1.3 * foot + 0.1 * size,
            height=height,
        )
    white = dice.between(0.1, 0.9)
    kinds = [foliage.conifer(dice, shade(dice, *foliage.CONIFERS), white) for _ in range(2)]
    pale = mixed(shade(dice, (96, 84, 74), (110, 100, 96)), linear(foliage.SNOW), 0.5 * white)
    kinds.append(foliage.broadleaf(dice, pale, 4000))
    near = 1.1 * size + 4
    background.scattered(
        dice, stage, kinds, dice.whole(6, 60), near=near, far=120, scale=(3, 12), height=height
    )
    if dice.chance(0.4):
        background.beside(dice, stage, subject, dice.whole(1, 5), far=4 * size + 6, height=height)
    if dice.chance(0.25):
        background.houses(dice, stage, 25 + size)
    if dice.chance(0.6):
        hills = ((206, 214, 228), (170, 182, 200), (130, 144, 158))
        background.hills(
            dice, stage, hills, distance=dice.between(150, 700), ranges=dice.whole(1, 3)
        )
    light.outdoors(dice, stage, "overcast", "overcast", "hazy", "clear", "cloudy")
    stage.lights = [
        replace(sun, strength=0.6 * sun.strength) if isinstance(sun, Sun) else sun
        for sun in stage.lights
    ]


def skyline(dice: Dice, stage: Stage, subject: Subject) -> None:
    """Nothing but sky behind, and a low far horizon."""
    kind = dice.pick("grass", "dry grass", "dry grass", "sand", "dry soil")
    ground.terrain(dice, stage, kind, subject.size)
    if "grass" in kind:
        ground.lawn(dice, stage, subject.size, dry=kind == "dry grass", tall=dice.between(1, 2))
    else:
        ground.gravel(dice, stage, subject.size, dice.between(0.2, 0.7))
        green = shade(dice, (110, 120, 66), (160, 142, 92))
        ground.tufts(
            dice,
            stage,
            subject.size,
            dice.whole(5, 50),
            colour=green,
            clear=1.3 * subject.bounds.foot,
        )
    if dice.chance(0.5):
        background.hills(
            dice, stage, background.GREEN_HILLS, distance=dice.between(900, 1500), ranges=1
        )
    if dice.chance(0.4):
        background.tree_line(
            dice, stage, dice.between(180, 350), dice.whole(30, 60), dice.between(5, 9)
        )
    light.outdoors(dice, stage, "clear", "clear", "clear", "cloudy", "cloudy", "hazy", "overcast")


SCENES = (
    Scene("forest_edge", forest_edge, potted=False),
    Scene("snow", snow, potted=False),
    Scene("skyline", skyline, potted=False),
)
