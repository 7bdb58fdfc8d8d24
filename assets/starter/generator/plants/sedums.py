"""Sedums and other small-leaved succulents: jelly beans, braids, beads, mats."""

import math

import numpy as np

from assets.starter.generator.camera import Framing
from assets.starter.generator.colour import linear, shade, shades, varied
from assets.starter.generator.dice import Array, Dice, smooth
from assets.starter.generator.materials import Coloured, Leaf, Skin
from assets.starter.generator.mesh import Mesh
from assets.starter.generator.plants.fleshy import SUCCULENT_GREENS, TIPS, Blade, fleshy_leaf
from assets.starter.generator.plants.foliage import petals
from assets.starter.generator.shapes import GOLDEN_ANGLE, blobs, frames, lengths, tube
from assets.starter.generator.species import Species
from assets.starter.generator.stage import Part, Parts

RIM = 0.07  # Radius of the pot that trailing kinds hang over, in metres


def clothed(
    leaves: Mesh,
    dice: Dice,
    path: Array,
    leaf: float,
    blade: Blade,
    *,
    colours: tuple[Array, Array],
    closeness: float,
) -> None:
    """Leaves all around a stem; `closeness` is their distance along it beside their length."""
    along, first, second = frames(path)
    distance = lengths(path)
    count = min(140, int(distance[-1] / (leaf * closeness)))
    for number in range(count):
        share = (number + 0.5) / count
        row = min(int(np.searchsorted(distance, share * distance[-1])), len(path) - 1)
        one = Mesh()
        small = leaf * dice.between(0.8, 1.1) * float(1 - 0.45 * smooth(0.8, 1, share))
        tint = (varied(dice, colours[0], 0.08), colours[1])
        fleshy_leaf(
            one,
            (0, 0, 0),
            small,
            blade,
            tint,
            turn=number * GOLDEN_ANGLE,
            lean=dice.between(0.8, 1.2) * float(1 - 0.6 * smooth(0.85, 1, share)),
        )
        leaves.merge(one, np.stack([first[row], second[row], along[row]], 1), path[row])


def trailing(dice: Dice, turn: float, drop: float, rise: float = 0.03) -> Array:
    """A stem (n, 3) from the soil over a pot's rim and down."""
    t, out = np.linspace(0, 1, 48), np.array([math.cos(turn), math.sin(turn), 0])
    over = np.minimum(1, t * 2.4) ** 0.8
    fall = np.maximum(0, t - 0.36) / 0.64 * drop
    wander = np.cumsum(dice.normal(0.0012, 48, 3), 0) * (1, 1, 0)
    height = rise * np.sin(math.pi * np.minimum(1, 1.1 * over)) - fall
    return np.asarray(
        np.outer(over * RIM * dice.between(1.16, 1.4), out) + np.outer(height, (0, 0, 1)) + wander
    )


def stonecrop(dice: Dice, potted: bool) -> Parts:
    """Upright stems with leaves like jelly beans (Sedum rubrotinctum, pachyphyllum)."""
    size = dice.between(0.07, 0.15)
    leaves, stems = Mesh(), Mesh()
    colours = (
        shade(dice, *SUCCULENT_GREENS, (150, 175, 90), (170, 190, 150), spread=0.15),
        shade(dice, *TIPS, (200, 190, 120)),
    )
    leaf, wide = size * dice.between(0.14, 0.24), dice.between(0.2, 0.36)
    blade = Blade(
        width=wide,
        thickness=wide * dice.between(0.8, 1.2),
        swell=dice.between(0.35, 0.8),
        taper=dice.between(0.25, 0.5),
        curl=-0.3,
        cup=0,
        point=0.1,
        flatness=0.9,
        edge=0,
        tip=dice.between(0, 0.4),
        points=(8, 9),
    )
    for stem in range(dice.whole(8, 18)):
        turn, t = stem * GOLDEN_ANGLE, np.linspace(0, 1, 24)
        out = np.array([math.cos(turn), math.sin(turn), 0])
        path = (
            out * size * 0.09 * math.sqrt(stem)
            + np.outer(t**1.5 * size * dice.between(0.1, 0.7), out)
            + np.outer(t * size * dice.between(0.4, 1), (0, 0, 1))
        )
        tube(stems, path, size * 0.014, linear((130, 130, 90)), sides=6)
        clothed(leaves, dice, path, leaf, blade, colours=colours, closeness=dice.between(0.12, 0.2))
    return [
        Part(stems, Coloured()),
        Part(
            leaves,
            Skin(
                3 * leaf,
                roughness=dice.between(0.3, 0.55),
                translucency=0.2,
                bumps=0.03,
                mottling=0.1,
                gloss=dice.between(0.3, 0.6),
            ),
        ),
    ]


def burros_tail(dice: Dice, potted: bool) -> Parts:
    """Thick pale braids that hang from a pot (Sedum morganianum)."""
    leaves, colours = (
        Mesh(),
        (shade(dice, (150, 176, 140), (164, 184, 156), (140, 170, 126)), linear((176, 190, 160))),
    )
    blade = Blade(
        width=0.28,
        thickness=0.24,
        swell=0.5,
        taper=0.4,
        curl=-0.5,
        cup=0,
        point=0.4,
        flatness=0.9,
        edge=0,
        tip=0.1,
        points=(7, 8),
    )
    for shoot in range(dice.whole(12, 20)):
        clothed(
            leaves,
            dice,
            trailing(dice, shoot * GOLDEN_ANGLE, dice.between(0.06, 0.32)),
            0.024,
            blade,
            colours=colours,
            closeness=0.12,
        )
    return [
        Part(
            leaves,
            Skin(
                0.06,
                roughness=0.6,
                translucency=0.2,
                bumps=0.03,
                mottling=0.08,
                gloss=0.25,
                bloom=0.4,
            ),
        )
    ]


def string_of_pearls(dice: Dice, potted: bool) -> Parts:
    """Green beads on threads that hang over the rim (Curio rowleyanus)."""
    threads, pearls = Mesh(), Mesh()
    colour, radius = (
        shade(dice, (110, 150, 72), (96, 138, 64), (128, 160, 90)),
        dice.between(0.0045, 0.0065),
    )
    for shoot in range(dice.whole(30, 60)):
        path = trailing(dice, shoot * GOLDEN_ANGLE, dice.between(0.03, 0.4), 0.012)
        tube(threads, path, 0.0007, linear((120, 134, 80)), sides=5)
        at = path[np.repeat(np.arange(2, 48), 2)] + dice.normal(1.2 * radius, 92, 3)
        at[:, :2] *= np.maximum(
            1, (RIM * 1.14 + radius) / np.maximum(np.linalg.norm(at[:, :2], axis=1), 1e-6)
        )[:, None] ** (at[:, 2:] < 0)
        blobs(pearls, at, radius * dice.uniform(0.8, 1.15, 92), shades(dice, colour, 92), detail=1)
    return [
        Part(threads, Coloured()),
        Part(
            pearls,
            Skin(0.02, roughness=0.4, translucency=0.25, bumps=0.02, mottling=0.06, gloss=0.4),
        ),
    ]


def stonecrop_mat(dice: Dice, potted: bool) -> Parts:
    """A mat of short shoots with star-shaped flowers (Sedum acre, spurium, album)."""
    size = 0.12
    leaves, flowers = Mesh(), Mesh()
    colours = (
        shade(dice, (120, 150, 60), (96, 136, 60), (140, 150, 90), (130, 90, 70)),
        shade(dice, *TIPS, (160, 180, 90)),
    )
    blade = Blade(
        width=0.32,
        thickness=0.26,
        swell=0.6,
        taper=0.4,
        curl=-0.3,
        cup=0,
        point=0.1,
        flatness=0.9,
        edge=0,
        tip=dice.between(0, 0.4),
        points=(5, 6),
    )
    hue, share = (
        shade(dice, (246, 220, 60), (240, 150, 180), (248, 244, 240)),
        dice.pick(0, 0, 0.15, 0.4),
    )
    blooming = []
    for shoot in range(140):
        away, turn = size * 0.09 * math.sqrt(shoot), shoot * GOLDEN_ANGLE
        foot = np.array([away * math.cos(turn), away * math.sin(turn), 0])
        tip = foot + np.append(dice.normal(0.006, 2), dice.between(0.012, 0.026))
        path = foot + np.outer(np.linspace(0, 1, 8), tip - foot)
        clothed(leaves, dice, path, 0.009, blade, colours=colours, closeness=0.16)
        if dice.chance(share):
            blooming.append(tip + (0, 0, 0.004))
    if blooming:
        at = np.array(blooming)
        petals(flowers, dice, at, np.add(dice.normal(0.25, len(at), 3), (0, 0, 1)), 0.008, hue)
    return [
        Part(
            leaves,
            Skin(0.03, roughness=0.5, translucency=0.2, bumps=0.02, mottling=0.08, gloss=0.35),
        ),
        Part(flowers, Leaf(translucency=0.3)),
    ]


POTS = ("studio", "window_sill", "table", "nursery", "patio", "hand")
SPECIES = (
    Species(
        "stonecrop",
        "succulent",
        stonecrop,
        (*POTS, "rockery"),
        (Framing.PORTRAIT, Framing.ABOVE, Framing.CLOSE),
        share=1.2,
    ),
    Species(
        "burros_tail",
        "succulent",
        burros_tail,
        ("shelf",),
        (Framing.PORTRAIT, Framing.PORTRAIT, Framing.CLOSE),
        share=0.6,
    ),
    Species(
        "string_of_pearls",
        "succulent",
        string_of_pearls,
        ("shelf",),
        (Framing.PORTRAIT, Framing.PORTRAIT, Framing.CLOSE),
        share=0.7,
    ),
    Species(
        "stonecrop_mat",
        "succulent",
        stonecrop_mat,
        ("carpet", "carpet", "rockery"),
        (Framing.ABOVE, Framing.CLOSE),
        share=0.8,
        look_alike=True,
    ),
)
