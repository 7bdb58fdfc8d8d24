"""Dry country: sand and gravel, stones, shrubs and tufts, hills and mesas far off."""

from assets.starter.generator import light
from assets.starter.generator.colour import shade
from assets.starter.generator.dice import Dice
from assets.starter.generator.scenes import background, foliage, ground
from assets.starter.generator.scenes.setting import Scene
from assets.starter.generator.species import Subject
from assets.starter.generator.stage import Stage


def desert(dice: Dice, stage: Stage, subject: Subject) -> None:
    """From bare sand to the crowded scrub of Sonora."""
    size, foot = subject.size, subject.bounds.foot
    kind = dice.pick("sand", "sand", "pale sand", "red sand", "gravel", "dry soil", "dry grass")
    height = ground.terrain(dice, stage, kind, size, dice.between(0, 0.1))
    if kind in ("gravel", "dry soil") or dice.chance(0.7):
        ground.gravel(dice, stage, size, dice.between(0.15, 0.8))
    if dice.chance(0.75):
        ground.rocks(
            dice, stage, size, dice.whole(4, 30), clear=1.2 * foot + 0.05 * size, height=height
        )
    if dice.chance(0.6):
        straw = shade(dice, (170, 150, 96), (150, 132, 84), (120, 124, 70))
        ground.tufts(
            dice,
            stage,
            size,
            dice.whole(6, 60),
            colour=straw,
            clear=1.3 * foot + 0.05 * size,
            height=height,
        )
    crowd = dice.pick(0, 8, 20, 45, 110)
    near = 1.3 * size + 0.7
    kinds = [foliage.dry_shrub(dice, shade(dice, *foliage.DRY)) for _ in range(2)]
    kinds.append(foliage.bush(dice, shade(dice, *foliage.DRY, (86, 98, 54)), 0.05, 3000))
    tall = (0.25 * min(size, 1.2) + 0.05, 0.5 * min(size, 1.2) + 0.35)
    background.scattered(
        dice, stage, kinds, crowd, near=near, far=dice.between(30, 120), scale=tall, height=height
    )
    if dice.chance(0.75):
        far = size * dice.pick(4, 12, 30) + 1
        background.beside(
            dice,
            stage,
            subject,
            dice.pick(1, 2, 4, 9, 18),
            far=far,
            scale=(0.4, 1.1),
            height=height,
        )
    if dice.chance(0.85):
        distance = dice.between(150, 900)
        background.hills(
            dice,
            stage,
            background.DESERT_HILLS,
            distance=distance,
            ranges=dice.whole(1, 3),
            mesas=True,
        )
    light.outdoors(
        dice, stage, "clear", "clear", "clear", "clear", "cloudy", "cloudy", "hazy", "overcast"
    )


SCENES = (Scene("desert", desert, potted=False),)
