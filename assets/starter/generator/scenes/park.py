"""A park: lawn, paths, benches and many kinds of trees."""

from assets.starter.generator import light
from assets.starter.generator.colour import linear, shade
from assets.starter.generator.dice import Dice
from assets.starter.generator.materials import Coloured
from assets.starter.generator.mesh import Mesh
from assets.starter.generator.scenes import background, foliage, ground
from assets.starter.generator.scenes.setting import Scene
from assets.starter.generator.shapes import box
from assets.starter.generator.species import Subject
from assets.starter.generator.stage import Part, Parts, Stage, Thing


def bench(dice: Dice) -> Parts:
    """A park bench, 1.6 m wide, that looks towards -y."""
    wood, iron = Mesh(), Mesh()
    colour = shade(dice, (130, 92, 60), (110, 84, 64), (70, 92, 62))
    for y in (-0.2, -0.08, 0.04, 0.16):
        box(wood, (0, y, 0.45), (1.6, 0.1, 0.035), colour * dice.between(0.85, 1.1))
    for z in (0.6, 0.74, 0.88):
        box(
            wood,
            (0, 0.26 + 0.15 * (z - 0.6), z),
            (1.6, 0.03, 0.1),
            colour * dice.between(0.85, 1.1),
        )
    for x in (-0.68, 0.68):
        for y in (-0.18, 0.22):
            box(iron, (x, y, 0.22), (0.05, 0.05, 0.44), linear((50, 52, 54)))
        box(iron, (x, 0.28, 0.65), (0.05, 0.04, 0.5), linear((50, 52, 54)))
    return [
        Part(wood, Coloured(roughness=0.7, gloss=0.2), flat=True),
        Part(iron, Coloured(roughness=0.5, gloss=0.4), flat=True),
    ]


def park(dice: Dice, stage: Stage, subject: Subject) -> None:
    """A lawn with trees beyond."""
    size, foot = subject.size, subject.bounds.foot
    dry = dice.chance(0.2)
    height = ground.terrain(
        dice, stage, "dry grass" if dry else "grass", size, dice.between(0, 0.06)
    )
    ground.lawn(dice, stage, size, dry=dry, tall=dice.pick(1, 1, 1.5))
    if dice.chance(0.4):
        ground.bed(dice, stage, dice.pick("soil", "litter"), 1.2 * foot + 0.04 * size)
    if dice.chance(0.5):
        y = dice.between(0.5, 1.5) * size + 1
        kind = dice.pick("asphalt", "concrete", "gravel", "sand")
        ground.strip(
            dice,
            stage,
            kind,
            start=(-60, y),
            end=(60, y + dice.between(-15, 30)),
            wide=dice.between(1.5, 3),
        )
    near = 1.1 * size + 4
    kinds = background.trees(dice) + background.trees(dice, 0.1)
    background.scattered(
        dice, stage, kinds, dice.whole(3, 14), near=near, far=70, scale=(4, 12), height=height
    )
    shrubs = [foliage.bush(dice, shade(dice, *foliage.GREENS)) for _ in range(2)]
    background.scattered(
        dice, stage, shrubs, dice.whole(0, 14), near=near, far=50, scale=(0.5, 1.6), height=height
    )
    if dice.chance(0.35):
        x, y = background.behind(dice, near, near + 8, 0.7)
        stage.around.append(Thing(bench(dice), (x, y, height(x, y)), turn=dice.between(-0.8, 0.8)))
    if dice.chance(0.35):
        background.beside(dice, stage, subject, dice.whole(1, 5), far=4 * size + 10, height=height)
    end = dice.pick("trees", "trees", "trees", "houses", "hills")
    if end != "hills":
        background.tree_line(
            dice, stage, dice.between(35, 80) + size, dice.whole(24, 48), dice.between(6, 13)
        )
    if end == "houses":
        background.houses(dice, stage, dice.between(25, 50) + size)
    if end == "hills" or dice.chance(0.3):
        background.hills(
            dice,
            stage,
            background.GREEN_HILLS,
            distance=dice.between(200, 600),
            ranges=dice.whole(1, 3),
        )
    light.outdoors(dice, stage)


SCENES = (Scene("park", park, potted=False),)
