"""Living stones, and the daisies of the ice plants, their kin."""

import math

import numpy as np

from assets.starter.generator.camera import Framing
from assets.starter.generator.colour import linear, shade, shades, varied
from assets.starter.generator.dice import Array, Dice, mixed, smooth
from assets.starter.generator.materials import Leaf, Skin
from assets.starter.generator.mesh import Mesh
from assets.starter.generator.plants.fleshy import Blade, fleshy_leaf
from assets.starter.generator.plants.foliage import petals
from assets.starter.generator.shapes import GOLDEN_ANGLE, blobs, grid
from assets.starter.generator.species import Species
from assets.starter.generator.stage import Part, Parts


def lobe(
    body: Mesh, dice: Dice, at: Array, turn: float, radius: float, colours: tuple[Array, Array]
) -> None:
    """One of the two leaves of a living stone: a half cone with a flat patterned top."""
    around, level = np.linspace(-math.pi / 2, math.pi / 2, 20), np.linspace(0, 1, 16)
    outline = np.r_[
        np.c_[np.cos(around), np.sin(around)], np.c_[np.full(9, 0.04), np.linspace(0.9, -0.9, 9)]
    ]
    side = np.minimum(1, level / 0.62) ** 0.5 * np.sqrt(
        np.clip(1 - (np.maximum(0, level - 0.62) / 0.38) ** 3, 0, 1)
    )
    height = np.minimum(level / 0.62, 1) + 0.16 * np.maximum(0, level - 0.62) / 0.38
    flat = (
        outline
        * (0.55 + 0.45 * side[:, None, None])
        * np.where(level > 0.62, side, 1)[:, None, None]
    )
    cos, sin = math.cos(turn), math.sin(turn)
    x, y = flat[..., 0] + 0.07, flat[..., 1]
    points = at + radius * np.stack(
        [x * cos - y * sin, x * sin + y * cos, np.broadcast_to(height[:, None] * 1.1, x.shape)], -1
    )
    pattern = (
        smooth(0.1, 0.5, np.abs(dice.field(6, 5 / radius)(points)))
        * smooth(0.6, 0.75, level)[:, None]
    )
    body.add(
        points,
        grid(16, len(outline)),
        mixed(np.broadcast_to(colours[0], points.shape), colours[1], 1 - pattern * 0.9).reshape(
            -1, 3
        ),
    )


def lithops(dice: Dice, potted: bool) -> Parts:
    """Pairs of lobes in gravel, like pebbles, some with a daisy (Lithops, Conophytum)."""
    radius = dice.between(0.011, 0.018)
    body, flowers = Mesh(), Mesh()
    palette = [
        (
            shade(dice, (120, 96, 76), (96, 104, 84), (130, 110, 96)),
            shade(dice, (176, 160, 130), (150, 156, 120), (186, 150, 126), (160, 140, 150)),
        )
        for _ in range(3)
    ]
    hue, flowering = shade(dice, (250, 248, 240), (246, 220, 70)), dice.chance(0.35)
    for head in range(dice.whole(4, 22)):
        turn, away = head * GOLDEN_ANGLE, 2.15 * radius * math.sqrt(head) * dice.between(0.95, 1.1)
        at, face = (
            np.array([away * math.cos(turn), away * math.sin(turn), -0.3 * radius]),
            dice.angle(),
        )
        colours, size = dice.pick(*palette), radius * dice.between(0.75, 1.15)
        for half in (0, math.pi):
            lobe(body, dice, at, face + half, size, colours)
        if flowering and dice.chance(0.3):
            daisy(flowers, dice, at[None] + (0, 0, 1.5 * radius), 1.5 * radius, hue)
    return [
        Part(
            body,
            Skin(
                3 * radius, roughness=0.6, translucency=0.15, bumps=0.1, mottling=0.15, gloss=0.25
            ),
        ),
        Part(flowers, Leaf(translucency=0.3)),
    ]


def daisy(flowers: Mesh, dice: Dice, at: Array, radius: float, colour: Array) -> None:
    """Flowers (n, 3) with many narrow rays around a yellow heart."""
    up = np.add(dice.normal(0.15, len(at), 3), (0, 0, 1))
    for _ in range(2):
        petals(flowers, dice, at, up, radius, colour, count=17)
    hearts = np.repeat(at, 8, 0) + dice.normal(0.1 * radius, 8 * len(at), 3) + (0, 0, 0.12 * radius)
    blobs(
        flowers, hearts, 0.1 * radius, shades(dice, linear((240, 206, 80)), len(hearts)), detail=1
    )


def ice_plant(dice: Dice, potted: bool) -> Parts:
    """A mat of finger-like leaves under bright daisies (Delosperma, Carpobrotus, Lampranthus)."""
    leaves, flowers, size = Mesh(), Mesh(), dice.between(0.02, 0.05)
    colour, hue = (
        shade(dice, (96, 140, 80), (110, 150, 110), (120, 146, 90)),
        shade(dice, (226, 60, 160), (240, 120, 60), (246, 214, 60), (236, 150, 200)),
    )
    blade, share, open_ = (
        Blade(
            width=0.13,
            thickness=0.12,
            swell=0.25,
            taper=0.5,
            curl=-0.4,
            cup=0,
            point=0.6,
            flatness=0.8,
            edge=0,
            tip=0.1,
            points=(8, 8),
        ),
        dice.between(0.1, 0.5),
        [],
    )
    for shoot in range(150):
        away, turn = 0.55 * size * math.sqrt(shoot), shoot * GOLDEN_ANGLE
        foot = np.array([away * math.cos(turn), away * math.sin(turn), 0])
        for leaf in range(7):
            fleshy_leaf(
                leaves,
                foot,
                size * dice.between(0.7, 1.1),
                blade,
                (varied(dice, colour, 0.08), shade(dice, (160, 90, 80))),
                turn=leaf * GOLDEN_ANGLE,
                lean=dice.between(0.1, 1.1),
            )
        if dice.chance(share):
            open_.append(foot + (0, 0, size * dice.between(0.9, 1.2)))
    if open_:
        daisy(flowers, dice, np.array(open_), size * 0.6, hue)
    return [
        Part(
            leaves,
            Skin(size, roughness=0.45, translucency=0.2, bumps=0.03, mottling=0.08, gloss=0.4),
        ),
        Part(flowers, Leaf(translucency=0.3)),
    ]


SPECIES = (
    Species(
        "lithops",
        "succulent",
        lithops,
        ("nursery", "studio", "table", "patio", "hand", "rockery"),
        (Framing.ABOVE, Framing.ABOVE, Framing.CLOSE),
    ),
    Species(
        "ice_plant",
        "succulent",
        ice_plant,
        ("carpet", "carpet", "rockery", "garden"),
        (Framing.ABOVE, Framing.CLOSE),
        share=0.8,
        look_alike=True,
    ),
)
