"""Kalanchoes and the propeller plant: crassulas' kin, grown for their flowers and their felt."""

import math

import numpy as np

from assets.starter.generator.colour import linear, shade, shades, varied
from assets.starter.generator.dice import Array, Dice, mixed, smooth, unit
from assets.starter.generator.materials import Coloured, Leaf, Skin
from assets.starter.generator.mesh import Mesh, turned
from assets.starter.generator.plants.crassulas import BOTH, POTS, pair
from assets.starter.generator.plants.fleshy import Blade, fleshy_leaf
from assets.starter.generator.plants.foliage import petals
from assets.starter.generator.shapes import GOLDEN_ANGLE, blobs, tube
from assets.starter.generator.species import Species
from assets.starter.generator.stage import Part, Parts


def kalanchoe(dice: Dice, potted: bool) -> Parts:
    """Scalloped leaves below heads of many small flowers (Kalanchoe blossfeldiana)."""
    size = dice.between(0.14, 0.26)
    stems, leaves, flowers = Mesh(), Mesh(), Mesh()
    colour = shade(dice, (64, 110, 50), (78, 122, 58))
    hue = shade(
        dice, (220, 50, 40), (238, 130, 40), (240, 110, 160), (246, 210, 70), (244, 240, 232)
    )
    blade = Blade(
        width=0.36,
        thickness=0.04,
        swell=1.0,
        taper=0.35,
        curl=0.3,
        cup=0.1,
        point=0.1,
        flatness=0.5,
        edge=0.15,
        tip=0.05,
        points=(16, 16),
    )
    for stem in range(dice.whole(5, 9)):
        turn, lean = stem * GOLDEN_ANGLE, dice.between(0.05, 0.55)
        up = np.array([lean * math.cos(turn), lean * math.sin(turn), 1])
        t = np.linspace(0, 1, 6)
        tall = size * dice.between(0.7, 1)
        tube(stems, np.outer(t * tall, unit(up)), 0.008, colour * 0.9, sides=7)
        for level in range(4):
            pair(
                leaves,
                dice,
                unit(up) * tall * (0.12 + 0.17 * level),
                up,
                turn=level * math.pi / 2,
                length=size * (0.36 - 0.05 * level),
                blade=blade,
                lean=1.15,
                colours=(colour, colour * 1.1),
            )
        heads = unit(up) * tall + dice.directions(46) * (1, 1, 0.45) * size * 0.17 * dice.uniform(
            0.4, 1, 46, 1
        )
        petals(flowers, dice, heads, heads - unit(up) * tall * 0.7, size * 0.05, hue, count=4)
    return [
        Part(stems, Coloured()),
        Part(
            leaves,
            Skin(size, roughness=0.4, translucency=0.15, bumps=0.06, mottling=0.12, gloss=0.4),
        ),
        Part(flowers, Leaf(translucency=0.3)),
    ]


def panda_plant(dice: Dice, potted: bool) -> Parts:
    """Felted leaves, grey with brown dots or green with red claws (Kalanchoe tomentosa)."""
    size = dice.between(0.1, 0.22)
    stems, leaves = Mesh(), Mesh()
    bear = dice.chance(0.4)
    colour, tip = (
        (linear((120, 156, 80)), linear((150, 50, 50)))
        if bear
        else (shade(dice, (168, 180, 164), (190, 194, 176)), linear((96, 54, 34)))
    )
    blade = Blade(
        width=0.3,
        thickness=0.2 if bear else 0.1,
        swell=0.8,
        taper=0.35,
        curl=-0.5,
        cup=0.1,
        point=0.3,
        flatness=0.6,
        edge=0.35,
        tip=0.1,
        points=(16, 14),
    )

    def dots(colours: Array, along: Array, across: Array, up: Array) -> Array:
        margin = (
            smooth(0.8, 0.95, np.abs(across)) * smooth(0.55, 0.75, along) * (np.sin(along * 60) > 0)
        )
        return mixed(colours, tip, np.maximum(margin, smooth(0.96, 0.99, along)))

    for stem in range(dice.whole(2, 6)):
        turn = stem * GOLDEN_ANGLE
        lean = np.array([0.3 * math.cos(turn), 0.3 * math.sin(turn), 1]) * (
            1 if stem else (0, 0, 1)
        )
        tall = size * dice.between(0.5, 1)
        tube(stems, np.outer(np.linspace(0, tall, 6), unit(lean)), 0.005, colour * 0.7, sides=7)
        for leaf in range(16):
            foot = unit(lean) * tall * (0.15 + 0.053 * leaf)
            fleshy_leaf(
                leaves,
                foot,
                size * (0.34 - 0.011 * leaf),
                blade,
                (varied(dice, colour, 0.06), colour),
                turn=leaf * GOLDEN_ANGLE,
                lean=1.2 - 0.055 * leaf,
                paint=dots,
            )
    return [
        Part(stems, Coloured()),
        Part(
            leaves,
            Skin(
                size,
                roughness=0.9,
                translucency=0.15,
                bumps=0.05,
                mottling=0.08,
                gloss=0.1,
                bloom=0.8,
            ),
        ),
    ]


def propeller(dice: Dice, potted: bool) -> Parts:
    """Grey sickles in two ranks and a head of red flowers (Crassula perfoliata)."""
    size = dice.between(0.12, 0.22)
    leaves, stems, flowers = Mesh(), Mesh(), Mesh()
    colour = shade(dice, (150, 164, 150), (140, 158, 146))
    blade = Blade(
        width=0.16,
        thickness=0.08,
        swell=0.3,
        taper=0.4,
        curl=0.5,
        cup=0.2,
        point=0.5,
        flatness=0.5,
        edge=0.1,
        tip=0.05,
        twist=0.5,
        points=(16, 12),
    )
    for level in range(9):
        pair(
            leaves,
            dice,
            np.array([0, 0, size * 0.09 * level]),
            np.array([0, 0, 1.0]),
            turn=0.12 * level,
            length=size * (0.8 - 0.04 * level),
            blade=blade,
            lean=1.1,
            colours=(colour, colour),
        )
    if dice.chance(0.6):
        tube(
            stems,
            [(0, 0, 0.7 * size), (0, 0, size), (0, 0, 1.35 * size)],
            0.005,
            colour * 0.8,
            sides=7,
        )
        blobs(
            flowers,
            dice.normal(0.13 * size, 160, 3) * (1, 1, 0.35) + (0, 0, 1.4 * size),
            0.022 * size,
            shades(dice, shade(dice, (206, 40, 50), (226, 80, 90)), 160),
            detail=1,
        )
    standing = [
        Part(
            leaves,
            Skin(
                size,
                roughness=0.8,
                translucency=0.15,
                bumps=0.05,
                mottling=0.1,
                gloss=0.2,
                bloom=0.4,
            ),
        ),
        Part(stems, Coloured()),
        Part(flowers, Leaf(translucency=0.2)),
    ]
    return (
        [part.moved(turned(0, dice.between(-0.15, 0.15), 0.1)) for part in standing]
        if dice.chance(0.3)
        else standing
    )


SPECIES = (
    Species("kalanchoe", "succulent", kalanchoe, POTS, BOTH),
    Species("panda_plant", "succulent", panda_plant, POTS, BOTH, share=0.8),
    Species("propeller", "succulent", propeller, POTS, BOTH, share=0.4),
)
