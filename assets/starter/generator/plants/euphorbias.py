"""Euphorbias: the succulents that look like cacti.

No areoles: thorns in pairs along the edges, and small leaves.
"""

import math

import numpy as np

from assets.starter.generator.camera import Framing
from assets.starter.generator.colour import linear, shade, shades, varied
from assets.starter.generator.dice import Array, Dice, mixed, smooth, unit
from assets.starter.generator.materials import Coloured, Leaf, Skin
from assets.starter.generator.mesh import Mesh
from assets.starter.generator.plants.columnar_cacti import arm
from assets.starter.generator.plants.foliage import petals
from assets.starter.generator.plants.stem import domed, leaning
from assets.starter.generator.shapes import blobs, frames, grid, lengths, spikes, thin_leaves, tube
from assets.starter.generator.species import Species
from assets.starter.generator.stage import Part, Parts


class Spurge:
    """A Euphorbia under construction."""

    def __init__(self, dice: Dice, size: float, colour: Array) -> None:
        self.dice, self.size, self.colour = dice, size, colour
        self.body, self.thorns, self.leaves = Mesh(), Mesh(), Mesh()

    def edged_stem(
        self,
        path: Array,
        radius: Array,
        *,
        edges: int,
        depth: float,
        spacing: float,
        marbling: float = 0.0,
        leafiness: float = 0.0,
    ) -> None:
        """A smooth stem along a path (n, 3) with sharp wavy edges.

        `leafiness` is the share of it that bears leaves.
        """
        dice = self.dice
        along, first, second = frames(path)
        columns, distance = edges * 12, lengths(path)
        turn = np.linspace(0, 2 * math.pi, columns, endpoint=False)
        crest = 1 - np.abs(np.sin(edges * turn / 2))
        wave = 1 + 0.12 * crest**2 * np.cos(2 * math.pi * distance[:, None] / spacing)
        reach = radius[:, None] * (1 - depth * (1 - crest**1.3)) * wave
        ring = np.cos(turn)[:, None] * first[:, None] + np.sin(turn)[:, None] * second[:, None]
        points = path[:, None] + reach[..., None] * ring
        pale = smooth(0.35, 0.75, dice.field(6, 60 / self.size)(points)) * marbling * (1 - crest)
        colours = mixed(
            self.colour * (0.75 + 0.45 * crest)[None, :, None] * np.ones((len(path), 1, 1)),
            linear((190, 200, 160)),
            pale,
        )
        self.body.add(points, grid(len(path), columns), colours.reshape(-1, 3))
        self._edge(
            path, radius, (along, first, second), edges=edges, spacing=spacing, leafiness=leafiness
        )

    def _edge(
        self,
        path: Array,
        radius: Array,
        axes: tuple[Array, Array, Array],
        *,
        edges: int,
        spacing: float,
        leafiness: float,
    ) -> None:
        """A pair of thorns at every swelling of every edge, and leaves near the end."""
        dice, distance = self.dice, lengths(path)
        where = np.arange(spacing / 2, distance[-1], spacing)
        here = [
            np.stack([np.interp(where, distance, values[:, axis]) for axis in range(3)], 1)
            for values in (path, *axes)
        ]
        thick = np.interp(where, distance, radius)[:, None]
        brown = linear((92, 64, 46))
        for edge in range(edges):
            turn = edge * 2 * math.pi / edges
            out = unit(math.cos(turn) * here[2] + math.sin(turn) * here[3])
            side, at = np.cross(out, here[1]), here[0] + out * thick * 1.08
            for sign in (1, -1):
                spikes(
                    self.thorns,
                    dice,
                    at,
                    out + sign * 0.8 * side,
                    0.28 * thick[:, 0],
                    0.03 * thick[:, 0],
                    brown,
                )
            leafy = where > distance[-1] * (1 - leafiness)
            if leafy.any():
                count = int(leafy.sum())
                rise = out[leafy] + here[1][leafy] * 0.7 + dice.normal(0.2, count, 3)
                long = thick[leafy, 0] * dice.uniform(0.9, 1.6, count)
                thin_leaves(
                    self.leaves,
                    at[leafy],
                    rise,
                    here[1][leafy],
                    long,
                    long * 0.45,
                    shades(dice, linear((92, 136, 62)), count),
                    fold=0.15,
                    droop=0.1,
                )

    @property
    def parts(self) -> Parts:
        """All of it, with its materials."""
        dice = self.dice
        skin = Skin(
            self.size,
            roughness=dice.between(0.4, 0.6),
            translucency=0.12,
            bumps=0.08,
            mottling=dice.between(0.05, 0.2),
            gloss=dice.between(0.25, 0.45),
        )
        return [
            Part(self.body, skin),
            Part(self.thorns, Coloured(roughness=0.5)),
            Part(self.leaves, Leaf(translucency=0.2, roughness=0.4)),
        ]


def candelabra_spurge(dice: Dice, potted: bool) -> Parts:
    """Arms that turn up around a stem like a chandelier (Euphorbia ingens, candelabrum, lactea)."""
    height = dice.between(0.25, 0.6) if potted else dice.between(1.5, 6)
    plant = Spurge(
        dice, height, shade(dice, (70, 112, 58), (84, 124, 66), (62, 100, 62), (100, 134, 84))
    )
    edges, radius = dice.whole(3, 5), height * dice.between(0.035, 0.06)
    spacing, depth, marbling = (
        radius * dice.between(0.6, 0.9),
        dice.between(0.4, 0.6),
        dice.pick(0, 0.6),
    )
    path, reach = domed(height, radius, radius, 60)
    plant.edged_stem(
        leaning(dice, path, 0.05),
        reach,
        edges=edges,
        depth=depth,
        spacing=spacing,
        marbling=marbling,
    )
    for branch in range(dice.whole(4, 10) if potted else dice.whole(12, 30)):
        start, turn = height * dice.between(0.15, 0.65), branch * 2.4
        out, thick = height * dice.between(0.08, 0.26), radius * dice.between(0.7, 0.95)
        bent, slim = arm(
            dice, np.array([0, 0, start]), turn, out, height * dice.between(0.12, 0.34), thick
        )
        plant.edged_stem(bent, slim, edges=edges, depth=depth, spacing=spacing, marbling=marbling)
    return plant.parts


def african_milk_tree(dice: Dice, potted: bool) -> Parts:
    """Upright three-edged stems, marbled, with leaves along their edges (Euphorbia trigona)."""
    height = dice.between(0.2, 0.5)
    plant = Spurge(
        dice,
        height,
        shade(dice, (58, 100, 52), (70, 112, 58), (64, 106, 62), (76, 118, 70), (96, 60, 62)),
    )
    radius = height * dice.between(0.04, 0.06)
    for stem in range(dice.whole(2, 9)):
        path, reach = domed(
            height * (1 if not stem else dice.between(0.4, 0.95)), radius, radius, 60
        )
        turn, away = stem * 2.4, 1.5 * radius * math.sqrt(stem)
        foot = (away * math.cos(turn), away * math.sin(turn), 0)
        plant.edged_stem(
            leaning(dice, path, 0.1) + foot,
            reach,
            edges=3,
            depth=0.5,
            spacing=radius * 0.55,
            marbling=0.8,
            leafiness=dice.between(0.4, 1),
        )
    return plant.parts


def baseball(dice: Dice, potted: bool) -> Parts:
    """A smooth ball with eight low ribs and faint bands of plum (Euphorbia obesa)."""
    radius, ball = dice.between(0.025, 0.05), Mesh()
    turn, level = (
        np.linspace(0, 2 * math.pi, 96, endpoint=False),
        np.linspace(-0.9, math.pi / 2 * 0.995, 60),
    )
    tall = dice.between(0.85, 1.5)
    rib = 1 - 0.05 * (1 - np.abs(np.cos(4 * turn)) ** 0.7)
    flat = radius * np.cos(level)[:, None] ** 0.9 * rib
    z = radius * tall * (np.sin(level) + math.sin(0.9))[:, None] * np.ones(96)
    points = np.stack([flat * np.cos(turn), flat * np.sin(turn), z], -1)
    green, plum = (
        shade(dice, (120, 140, 96), (132, 150, 110), (104, 128, 96)),
        shade(dice, (120, 84, 84), (104, 90, 80)),
    )
    zigzag = np.sin(26 * level[:, None] + 2.2 * np.abs(np.cos(4 * turn)))
    colours = mixed(
        green * np.ones((60, 96, 1)), plum, smooth(0.1, 0.8, zigzag) * dice.between(0.3, 0.7)
    )
    colours = mixed(colours, plum * 0.6, smooth(0.93, 1, np.abs(np.cos(4 * turn)))[None] * 0.6)
    ball.add(points, grid(60, 96), colours.reshape(-1, 3))
    stitches = points[4:-6:3, ::12].reshape(-1, 3)
    dots = Mesh()
    blobs(dots, stitches, radius * 0.014, mixed(plum, linear((206, 196, 170)), 0.4), detail=1)
    return [
        Part(
            ball,
            Skin(
                2 * radius, roughness=0.55, translucency=0.12, bumps=0.05, mottling=0.08, gloss=0.3
            ),
        ),
        Part(dots, Coloured(roughness=0.8)),
    ]


def crown_of_thorns(dice: Dice, potted: bool) -> Parts:
    """Grey thorny stems with a few leaves and pairs of red or pink bracts (Euphorbia milii)."""
    height = dice.between(0.2, 0.45)
    stems, thorns, leaves, bracts = Mesh(), Mesh(), Mesh(), Mesh()
    colour, t = shade(dice, (214, 40, 50), (236, 130, 140), (245, 220, 150)), np.linspace(0, 1, 30)
    for stem in range(dice.whole(5, 12)):
        turn, tall, lean = stem * 2.4, height * dice.between(0.5, 1), dice.between(0.1, 0.5)
        bend = np.outer(
            lean * tall * t**1.5 + 0.02 * np.sin(6 * t + stem) * tall,
            (math.cos(turn), math.sin(turn)),
        )
        path = np.c_[bend, t * tall]
        tube(stems, path, 0.013 * (1 - 0.3 * t), linear((104, 96, 84)), sides=8)
        feet = path[np.repeat(np.arange(30), 8)]
        out = dice.directions(240) * (1, 1, 0.3)
        spikes(thorns, dice, feet, out, 0.03, 0.0014, linear((96, 78, 66)))
        tips = np.repeat(path[18:], 3, 0)
        thin_leaves(
            leaves,
            tips,
            dice.normal(0.6, 36, 3) + (0, 0, 0.5),
            (0, 0, 1.0) * np.ones((36, 3)),
            0.045,
            0.02,
            shades(dice, linear((84, 132, 60)), 36),
        )
        heads = path[-1] + dice.normal(0.02, dice.whole(0, 6), 3) + (0, 0, 0.025)
        if len(heads):
            petals(
                bracts,
                dice,
                heads,
                dice.normal(0.5, len(heads), 3) + (0, -0.5, 1),
                0.014,
                colour,
                count=2,
            )
            petals(
                bracts,
                dice,
                heads,
                dice.normal(0.5, len(heads), 3) + (0, -0.5, 1),
                0.014,
                colour,
                count=3,
            )
    return [
        Part(stems, Coloured(roughness=0.9)),
        Part(thorns, Coloured()),
        Part(leaves, Leaf(translucency=0.3)),
        Part(bracts, Leaf(translucency=0.25)),
    ]


def pencil_bush(dice: Dice, potted: bool) -> Parts:
    """A bush of leafless green sticks, orange at the tips (Euphorbia tirucalli)."""
    height = dice.between(0.25, 0.5) if potted else dice.between(0.8, 2.5)
    sticks, green = Mesh(), shade(dice, (104, 142, 72), (120, 150, 84))
    tip = shade(dice, (226, 150, 70), (214, 110, 70)) if dice.chance(0.4) else green * 1.2

    def stick(foot: Array, direction: Array, length: float, thick: float, depth: int) -> None:
        t = np.linspace(0, 1, 5)
        path = (
            foot + np.outer(t * length, unit(direction)) + np.outer(t**2 * length * 0.12, (0, 0, 1))
        )
        colours = mixed(varied(dice, green, 0.08), tip, t * smooth(2.5, 0, depth))
        tube(sticks, path, thick * (1 - 0.15 * t), colours, sides=7)
        for _ in range(dice.whole(2, 4) if depth else 0):
            stick(
                path[dice.whole(3, 4)],
                unit(direction) + dice.normal(0.45, 3) + (0, 0, 0.15),
                length * dice.between(0.6, 0.95),
                thick * 0.72,
                depth - 1,
            )

    for _ in range(dice.whole(2, 4)):
        stick(np.zeros(3), np.append(dice.normal(0.3, 2), 1), height * 0.28, height * 0.018, 4)
    return [
        Part(
            sticks,
            Skin(height, roughness=0.5, translucency=0.12, bumps=0.05, mottling=0.1, gloss=0.35),
        )
    ]


POTS = ("studio", "studio", "table", "window_sill", "nursery", "patio")
SPECIES = (
    Species(
        "candelabra_spurge",
        "succulent",
        candelabra_spurge,
        (*POTS, "garden", "skyline", "rockery"),
        (Framing.PORTRAIT, Framing.PORTRAIT, Framing.CLOSE),
        look_alike=True,
    ),
    Species(
        "african_milk_tree",
        "succulent",
        african_milk_tree,
        (*POTS, "hand"),
        (Framing.PORTRAIT, Framing.CLOSE),
        share=0.9,
        look_alike=True,
    ),
    Species(
        "baseball",
        "succulent",
        baseball,
        ("studio", "nursery", "table", "hand"),
        (Framing.PORTRAIT, Framing.ABOVE, Framing.CLOSE),
        share=0.7,
        look_alike=True,
    ),
    Species(
        "crown_of_thorns",
        "succulent",
        crown_of_thorns,
        (*POTS, "garden"),
        (Framing.PORTRAIT, Framing.CLOSE),
        share=0.7,
    ),
    Species(
        "pencil_bush",
        "succulent",
        pencil_bush,
        ("table", "patio", "garden", "rockery"),
        (Framing.PORTRAIT, Framing.CLOSE),
        share=0.6,
    ),
)
