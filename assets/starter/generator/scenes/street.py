"""A street: kerb, pavement, asphalt, houses, lamp posts, and an avenue of the same plant."""

import math

import numpy as np

from assets.starter.generator import light
from assets.starter.generator.colour import linear, shade
from assets.starter.generator.dice import Dice
from assets.starter.generator.materials import Coloured, Material, Plain, Tiles
from assets.starter.generator.mesh import Mesh
from assets.starter.generator.scenes import background, ground
from assets.starter.generator.scenes.setting import Scene
from assets.starter.generator.shapes import box, tube
from assets.starter.generator.species import Subject
from assets.starter.generator.stage import Part, Parts, Stage, Thing

FAR = 140.0  # Metres: how long the street is
KERB = 0.12


def lamp_post(dice: Dice) -> Parts:
    """A lamp post with an arm along x."""
    mesh = Mesh()
    tall, colour = dice.between(4.5, 8), shade(dice, (70, 74, 76), (120, 124, 126), (46, 60, 52))
    bend = np.linspace(0, math.pi / 2, 8)
    arm = np.c_[1.2 * (1 - np.cos(bend)), 0 * bend, tall - 0.6 + 0.6 * np.sin(bend)]
    path = np.array([(0, 0, 0), (0, 0, tall / 2), *arm])
    tube(mesh, path, np.linspace(0.08, 0.04, len(path)), colour, sides=10)
    box(mesh, (1.4, 0, tall - 0.03), (0.6, 0.2, 0.1), colour)
    return [Part(mesh, Coloured(roughness=0.4, gloss=0.5))]


def _paved(
    dice: Dice, stage: Stage, *, low: tuple[float, float], high: tuple[float, float]
) -> None:
    """A pavement between two corners, its kerb as high as the plant's foot."""
    mesh, kerb = Mesh(), Mesh()
    middle, extent = np.add(low, high) / 2, np.subtract(high, low)
    box(mesh, (*middle, -KERB / 2), (*extent, KERB), (0.4, 0.4, 0.4))
    grey, other = (
        shade(dice, (136, 132, 126), (124, 116, 108)),
        shade(dice, (122, 118, 112), (140, 122, 110)),
    )
    slabs: Material = Tiles(grey, other, dice.between(0.5, 1), upright=False)
    cast: Material = Plain(grey, roughness=0.9, gloss=0.2, grain=3, mottling=0.12)
    stage.add(mesh, dice.pick(slabs, cast), flat=True)
    long = extent[0] > extent[1]
    for edge in (-1, 1):
        at = middle + edge * (extent / 2 + 0.06) * ((0, 1) if long else (1, 0))
        box(
            kerb,
            (*at, -KERB / 2 + 0.005),
            (extent[0] if long else 0.14, 0.14 if long else extent[1], KERB),
            linear((146, 144, 138)),
        )
    stage.add(
        kerb, Coloured(roughness=0.85, gloss=0.2, grain=6, depth=0.3, relief=0.004), flat=True
    )


def _line(stage: Stage, *, start: tuple[float, float], way: tuple[float, float]) -> None:
    """The broken white line along the middle of the road."""
    mesh = Mesh()
    for along in np.arange(0, FAR, 6.0):
        x, y = start[0] + way[0] * along, start[1] + way[1] * along
        box(
            mesh,
            (x, y, -KERB + 0.004),
            (0.14 + 2.8 * way[0], 0.14 + 2.8 * way[1], 0.006),
            linear((214, 212, 204)),
        )
    stage.add(mesh, Coloured(roughness=0.8, gloss=0.2), flat=True)


def _sunk(dice: Dice, stage: Stage, size: float) -> None:
    """The asphalt of the road, lower than the pavement by the kerb."""
    before = len(stage.around)
    ground.terrain(dice, stage, "asphalt", size)
    stage.around[before:] = [Thing(thing.parts, (0, 0, -KERB)) for thing in stage.around[before:]]


def _along(dice: Dice, stage: Stage, subject: Subject) -> None:
    """A road that runs away from the camera, beside the plant."""
    size, width = subject.size, subject.bounds.width
    side, road = dice.pick(-1, 1), dice.between(5, 8)
    inner = side * dice.between(0.35, 0.6) * (min(width, 3) + 0.8)
    back = dice.between(3, 7) + 0.6 * width
    low, high = sorted((inner, -side * back))
    _paved(dice, stage, low=(low, -9 * size - 4), high=(high, FAR))
    _line(stage, start=(inner + side * road / 2, -2 * size), way=(0, 1))
    low, high = sorted((inner + side * road, inner + side * (road + back)))
    _paved(dice, stage, low=(low, -9 * size - 4), high=(high, FAR))
    kinds = background.siblings(dice, subject)
    if dice.chance(0.75):
        step = max(1.25 * width, 0.5 * size, 2.5) * dice.between(1, 1.5)
        for number in range(1, 9):
            for x in (0.0, inner + side * (road + abs(inner))):
                at = (x + dice.between(-0.1, 0.1), number * step + dice.between(-0.3, 0.3), 0.0)
                stage.around.append(
                    Thing(dice.pick(*kinds), at, turn=dice.angle(), scale=dice.between(0.8, 1.1))
                )
    post = lamp_post(dice)
    for y in np.arange(dice.between(6, 14) + size, FAR, 24.0):
        stage.around.append(
            Thing(post, (inner - side * 0.4, float(y), 0), turn=0 if side > 0 else math.pi)
        )
    for edge, turn in (
        (-side * back, -side * math.pi / 2),
        (inner + side * (road + back), side * math.pi / 2),
    ):
        y = dice.between(2, 10) + 0.5 * size
        while y < 90:
            wide = dice.between(8, 18)
            across = edge + math.copysign(dice.between(0.2, 3), edge)
            background.house(
                dice,
                stage,
                (across, y + wide / 2),
                wide=wide,
                tall=dice.pick(3.2, 5.8, 8.6),
                turn=-turn,
            )
            y += wide + dice.pick(0.5, 3, 10)


def _across(dice: Dice, stage: Stage, subject: Subject) -> None:
    """A road across the picture behind the plant, and houses on its other side."""
    size, width, road = subject.size, subject.bounds.width, dice.between(5, 9)
    near = 0.4 * min(width, 4) + dice.between(0.4, 1.5)
    _paved(dice, stage, low=(-FAR / 2, -9 * size - 4), high=(FAR / 2, near))
    _line(stage, start=(-FAR / 2, near + road / 2), way=(1, 0))
    _paved(dice, stage, low=(-FAR / 2, near + road), high=(FAR / 2, near + road + 3))
    kinds = background.siblings(dice, subject)
    if dice.chance(0.5):
        step = max(1.4 * width, 3) * dice.between(1, 1.6)
        for number in (-3, -2, -1, 1, 2, 3):
            stage.around.append(
                Thing(
                    dice.pick(*kinds),
                    (number * step, dice.between(-0.2, 0.2), 0),
                    turn=dice.angle(),
                    scale=dice.between(0.8, 1.1),
                )
            )
    stage.around.append(
        Thing(
            lamp_post(dice),
            (dice.between(2, 6) * dice.pick(-1, 1), near + road + 0.4, 0),
            turn=-math.pi / 2,
        )
    )
    x = -35 - dice.between(0, 8)
    while x < 35:
        wide = dice.between(8, 18)
        tall = dice.pick(3.2, 5.8, 8.6, 11.4)
        background.house(
            dice, stage, (x + wide / 2, near + road + 3 + dice.between(0, 3)), wide=wide, tall=tall
        )
        x += wide + dice.pick(0, 0, 3, 8)


def _pit(dice: Dice, stage: Stage, half: float) -> None:
    """The square of soil a street tree stands in, with a rim of stone; `half` its width."""
    soil, rim = Mesh(), Mesh()
    box(soil, (0, 0, -0.008), (2 * half, 2 * half, 0.03), (0.1, 0.08, 0.06))
    kind = dice.pick("soil", "litter", "dry soil", "gravel")
    stage.add(soil, ground.material(dice, kind, 0.4 * half))
    broad = min(0.1, 0.2 * half)
    for x, y in ((1, 0), (-1, 0), (0, 1), (0, -1)):
        extent = (broad if x else 2 * half - broad, broad if y else 2 * half + broad, 0.06)
        box(rim, (x * half, y * half, 0), extent, linear((128, 124, 118)))
    stage.add(rim, Coloured(roughness=0.85, gloss=0.2, grain=6, depth=0.3, relief=0.004), flat=True)
    green = shade(dice, (104, 124, 70), (150, 134, 84))
    ground.tufts(dice, stage, 0.4 * half, dice.whole(0, 14), colour=green, clear=0.5 * half)


def street(dice: Dice, stage: Stage, subject: Subject) -> None:
    """A plant on the pavement of a street."""
    _sunk(dice, stage, subject.size)
    dice.pick(_along, _across)(dice, stage, subject)
    if dice.chance(0.8):
        _pit(dice, stage, 1.15 * subject.bounds.foot + 0.2 * min(1, subject.size))
    if dice.chance(0.6):
        background.tree_line(
            dice, stage, dice.between(60, 110), dice.whole(24, 40), dice.between(8, 14)
        )
    light.outdoors(dice, stage)


SCENES = (Scene("street", street, potted=False),)
