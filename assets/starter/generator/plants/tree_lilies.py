"""Dragon trees, Joshua trees, yuccas: swords in tufts on forked arms."""

import math

import numpy as np

from assets.starter.generator.camera import Framing
from assets.starter.generator.colour import linear, shade, shades
from assets.starter.generator.dice import Array, Dice, unit
from assets.starter.generator.materials import Bark, Coloured, Leaf
from assets.starter.generator.mesh import Mesh
from assets.starter.generator.shapes import blobs, thin_leaves, tube
from assets.starter.generator.species import Species
from assets.starter.generator.stage import Part, Parts


def swords(
    mesh: Mesh,
    dice: Dice,
    at: Array,
    up: Array,
    length: float,
    count: int,
    colour: Array,
    *,
    slim: float = 0.07,
) -> None:
    """A tuft of stiff leaves on the end of an arm."""
    directions = unit(dice.directions(count) + unit(up) * dice.between(0.6, 1.0))
    feet = at + directions * 0.05 * length
    thin_leaves(
        mesh,
        feet,
        directions,
        dice.normal(0.3, count, 3) + unit(up),
        length * dice.uniform(0.75, 1.1, count),
        slim * length,
        shades(dice, colour, count, 0.1),
        fold=0.3,
        droop=0.08,
    )


def forked(
    bark: Mesh,
    dice: Dice,
    foot: Array,
    up: Array,
    length: float,
    thick: float,
    depth: int,
    *,
    spread: float,
    lift: float,
) -> list[tuple[Array, Array]]:
    """An arm that forks `depth` times; where its ends are, and where they point."""
    t = np.linspace(0, 1, 8)
    path = foot + np.outer(t * length, unit(up)) + np.cumsum(dice.normal(0.02 * length, 8, 3), 0)
    tube(
        bark,
        path,
        thick * (1.05 - 0.25 * t) * (1 + 0.1 * dice.uniform(-1, 1, 8)),
        (0.3, 0.3, 0.3),
        sides=10,
    )
    direction = unit(path[-1] - path[-3])
    if not depth:
        return [(path[-1], direction)]
    tips, start = [], dice.angle()
    for child in range(dice.pick(2, 3, 3)):
        turn = start + child * 2 * math.pi / 3 + dice.between(-0.5, 0.5)
        out = np.array([math.cos(turn), math.sin(turn), 0])
        tips += forked(
            bark,
            dice,
            path[-1],
            direction + out * spread * dice.between(0.7, 1.2) + (0, 0, lift),
            length * dice.between(0.65, 0.95),
            thick * 0.78,
            depth - 1,
            spread=spread,
            lift=lift,
        )
    return tips


def dragon_tree(dice: Dice, potted: bool) -> Parts:
    """An umbrella of swords on arms that fork and fork (Dracaena draco)."""
    height, bark, leaves = dice.between(3, 8), Mesh(), Mesh()
    colour = shade(dice, (104, 132, 96), (120, 146, 110), (96, 122, 84))
    tips = forked(
        bark,
        dice,
        np.zeros(3),
        np.array([*dice.uniform(-0.1, 0.1, 2), 1]),
        height * dice.between(0.22, 0.34),
        0.06 * height,
        dice.whole(4, 5),
        spread=0.75,
        lift=0.2,
    )
    for at, up in tips:
        swords(leaves, dice, at, up, 0.11 * height, 70, colour, slim=0.06)
    return [
        Part(bark, Bark(shade(dice, (128, 116, 104)), shade(dice, (176, 164, 150)), 0.08 * height)),
        Part(leaves, Leaf(translucency=0.15, roughness=0.4)),
    ]


def joshua_tree(dice: Dice, potted: bool) -> Parts:
    """Shaggy arms with a spiky ball on each end (Yucca brevifolia)."""
    height, bark, leaves = dice.between(2.5, 6), Mesh(), Mesh()
    colour = shade(dice, (112, 130, 80), (124, 138, 92), (104, 122, 84))
    tips = forked(
        bark,
        dice,
        np.zeros(3),
        np.array([*dice.uniform(-0.15, 0.15, 2), 1]),
        height * dice.between(0.28, 0.4),
        0.045 * height,
        dice.whole(2, 4),
        spread=dice.between(0.7, 1.1),
        lift=0.5,
    )
    for at, up in tips:
        swords(leaves, dice, at, up, 0.1 * height, 120, colour, slim=0.09)
        for down in range(1, 4):
            swords(
                leaves,
                dice,
                at - unit(up) * 0.05 * height * down,
                -up,
                0.08 * height,
                50,
                linear((150, 132, 96)),
                slim=0.08,
            )
    return [
        Part(bark, Bark(linear((92, 80, 66)), linear((140, 124, 104)), 0.05 * height)),
        Part(leaves, Leaf(translucency=0.1, roughness=0.5)),
    ]


def yucca(dice: Dice, potted: bool) -> Parts:
    """One to four bare stems with a tuft each (Yucca gigantea, Cordyline, Dracaena marginata)."""
    height, bark, leaves = dice.between(0.6, 1.1) if potted else dice.between(2, 5), Mesh(), Mesh()
    colour = shade(dice, (84, 120, 60), (100, 134, 72), (110, 80, 84))
    for stem in range(dice.whole(1, 4)):
        lean = np.array([*dice.uniform(-0.2, 0.2, 2), 1])
        t = np.linspace(0, 1, 10)
        path = np.outer(
            t * height * (0.7 if not stem else dice.between(0.25, 0.6)), lean
        ) + np.array([*dice.uniform(-0.04, 0.04, 2), 0]) * height * (stem > 0)
        tube(bark, path, height * 0.03 * (1.2 - 0.4 * t), (0.3, 0.3, 0.3), sides=10)
        swords(
            leaves,
            dice,
            path[-1],
            lean,
            height * dice.between(0.28, 0.38),
            80,
            colour,
            slim=dice.between(0.05, 0.09),
        )
    flowers = Mesh()
    if not potted and dice.chance(0.35):
        top = np.array([0, 0, 0.85 * height])
        blobs(
            flowers,
            top + dice.normal(1, 180, 3) * (0.05, 0.05, 0.12) * height + (0, 0, 0.35 * height),
            0.014 * height,
            shades(dice, linear((246, 242, 226)), 180),
            detail=1,
        )
    return [
        Part(bark, Bark(linear((120, 100, 80)), linear((164, 146, 122)), 0.06 * height)),
        Part(leaves, Leaf(translucency=0.2, roughness=0.4)),
        Part(flowers, Coloured()),
    ]


WHOLE = (*(Framing.STANDING,) * 5, Framing.AFAR)
SPECIES = (
    Species(
        "dragon_tree",
        "tree",
        dragon_tree,
        ("garden", "skyline", "desert"),
        (*WHOLE, Framing.CROWN),
        share=0.9,
        look_alike=True,
    ),
    Species(
        "joshua_tree",
        "tree",
        joshua_tree,
        ("desert", "desert", "skyline"),
        (*WHOLE, Framing.CLOSE),
        look_alike=True,
    ),
    Species(
        "yucca",
        "tree",
        yucca,
        ("garden", "street", "table", "patio"),
        (Framing.STANDING, Framing.PORTRAIT),
        share=0.6,
        look_alike=True,
    ),
)
