"""Stems of cacti: ribs, areoles and the spines that grow from them."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import ArrayLike

from assets.starter.generator.colour import RGB, linear, shade, shades
from assets.starter.generator.dice import Array, Dice, mixed, smooth, unit
from assets.starter.generator.materials import Coloured, Leaf, Skin
from assets.starter.generator.mesh import Mesh
from assets.starter.generator.shapes import blobs, frames, grid, lengths, spikes, thin_leaves
from assets.starter.generator.stage import Part, Parts

GREENS: tuple[RGB, ...] = (
    (74, 104, 58),
    (92, 118, 66),
    (64, 96, 74),
    (98, 126, 96),
    (112, 132, 84),
    (80, 108, 88),
    (60, 88, 44),
)
SPINES: tuple[RGB, ...] = (
    (226, 208, 160),
    (240, 232, 214),
    (150, 100, 62),
    (98, 58, 40),
    (206, 196, 184),
    (222, 180, 74),
    (60, 44, 38),
)
WOOL: tuple[RGB, ...] = ((222, 214, 196), (190, 172, 140), (238, 234, 226), (150, 124, 96))
FLOWERS: tuple[RGB, ...] = (
    (220, 70, 130),
    (240, 200, 60),
    (245, 240, 235),
    (225, 60, 40),
    (240, 150, 170),
    (180, 60, 160),
    (245, 140, 50),
)
CORK: RGB = (128, 108, 80)
POLLEN: RGB = (238, 205, 70)


@dataclass
class Armour:
    """What grows from each areole. Lengths are relative to the distance between areoles."""

    radial: int  # Spines around
    central: int  # Spines outwards
    length: float
    thickness: float
    spread: float  # 0: flat against the stem, 1: half outwards
    colour: Array
    wool: Array
    cushion: float = 0.16  # Radius of the areole itself

    @classmethod
    def rolled(cls, dice: Dice, spines: Sequence[RGB] = SPINES) -> "Armour":
        """Spines as many cacti have them."""
        return cls(
            radial=dice.whole(5, 12),
            central=dice.whole(0, 4),
            length=dice.between(0.5, 1.5),
            thickness=dice.between(0.6, 1.3),
            spread=dice.between(0.1, 0.7),
            colour=shade(dice, *spines, spread=0.15),
            wool=shade(dice, *WOOL, spread=0.1),
        )


@dataclass
class Cactus:
    """A cactus under construction: skin, areoles, spines and flowers, each a mesh."""

    dice: Dice
    size: float  # About its height, in metres
    colour: Array
    armour: Armour
    body: Mesh = field(default_factory=Mesh)
    areoles: Mesh = field(default_factory=Mesh)
    spines: Mesh = field(default_factory=Mesh)
    flowers: Mesh = field(default_factory=Mesh)

    @classmethod
    def rolled(
        cls, dice: Dice, size: float, greens: Sequence[RGB] = GREENS, spines: Sequence[RGB] = SPINES
    ) -> "Cactus":
        """A cactus of one of these colours, still without a stem."""
        return cls(dice, size, shade(dice, *greens, spread=0.18), Armour.rolled(dice, spines))

    @property
    def parts(self) -> Parts:
        """All of it, with its materials."""
        dice = self.dice
        skin = Skin(
            self.size,
            roughness=dice.between(0.4, 0.7),
            translucency=0.12,
            bumps=dice.between(0.1, 0.4),
            mottling=dice.between(0.1, 0.35),
            gloss=dice.between(0.15, 0.45),
        )
        wool, spines = Coloured(roughness=0.95, gloss=0.1), Coloured(roughness=0.5)
        return [
            Part(self.body, skin),
            Part(self.areoles, wool),
            Part(self.spines, spines),
            Part(self.flowers, Leaf()),
        ]

    def arm(self, at: Array, outwards: Array, along: Array, spacing: float) -> None:
        """Put areoles with spines at points (n, 3) of the skin, which looks outwards there.

        `along` points up the stem.
        """
        dice, armour, count = self.dice, self.armour, len(at)
        if not count:
            return
        size = spacing * armour.cushion * dice.uniform(0.8, 1.2, count)
        blobs(self.areoles, at, size, shades(dice, armour.wool, count))
        sideways = np.cross(outwards, along)
        width = max(spacing * 0.022 * armour.thickness, self.size * 0.0011)
        turn = np.arange(armour.radial) * 2 * math.pi / armour.radial + dice.uniform(
            -0.3, 0.3, count, armour.radial
        )
        lift = armour.spread + dice.uniform(-0.15, 0.15, count, armour.radial)
        directions = outwards[:, None] * lift[..., None]
        directions = (
            directions
            + along[:, None] * np.cos(turn)[..., None]
            + sideways[:, None] * np.sin(turn)[..., None]
        )
        length = spacing * armour.length * dice.uniform(0.6, 1.15, count * armour.radial)
        colours = shades(dice, armour.colour, count * armour.radial)
        spikes(
            self.spines,
            dice,
            np.repeat(at, armour.radial, 0),
            directions.reshape(-1, 3),
            length,
            width,
            colours,
        )
        if armour.central:
            directions = (
                outwards[:, None]
                + dice.normal(0.35, count, armour.central, 3)
                + along[:, None] * dice.between(-0.4, 0.3)
            )
            length = spacing * armour.length * dice.uniform(1, 1.9, count * armour.central)
            colours = shades(dice, armour.colour * dice.between(0.5, 1), count * armour.central)
            feet = np.repeat(at, armour.central, 0)
            spikes(self.spines, dice, feet, directions.reshape(-1, 3), length, width * 1.5, colours)

    def ribbed_stem(
        self,
        path: ArrayLike,
        radius: ArrayLike,
        ribs: int,
        depth: float,
        spacing: float,
        *,
        sharpness: float = 1.0,
        twist: float = 0.0,
        bumps: float = 0.1,
        cork: float = 0.0,
    ) -> None:
        """A stem along a path (n, 3) with ribs that bear areoles.

        `radius` (n,) is that of the crests, `depth` the share of it that the furrows lose;
        `spacing` is between areoles, `twist` in radians a metre, `bumps` how much the crests swell
        at each areole, `cork` how far up old bark reaches.
        """
        dice, path, radius = self.dice, np.asarray(path, float), np.asarray(radius, float)
        along, first, second = frames(path)
        distance = lengths(path)
        surface = lengths(
            np.c_[distance, radius]
        )  # Along the skin, so that areoles stay even on domed tops
        columns = ribs * 10
        turn = np.linspace(0, 2 * math.pi, columns, endpoint=False)
        crest = np.abs(np.cos(ribs * turn / 2)) ** sharpness
        phase = dice.uniform(0, 2 * math.pi, ribs)
        swelling = (
            bumps
            * crest**3
            * np.cos(
                2 * math.pi * surface[:, None] / spacing
                - phase[np.round(turn * ribs / 2 / math.pi).astype(int) % ribs]
            )
        )
        reach = radius[:, None] * (1 - depth * (1 - crest)) * (1 + swelling * depth)
        turned = turn + twist * distance[:, None]
        ring = (
            np.cos(turned)[..., None] * first[:, None] + np.sin(turned)[..., None] * second[:, None]
        )
        reach = reach * (
            1 + 0.05 * dice.field(4, 3 / radius.max())(path[:, None] + reach[..., None] * ring)
        )
        points = path[:, None] + reach[..., None] * ring
        height = surface / surface[-1]
        colours = (
            mixed(self.colour * 0.62, self.colour * 1.12, crest)
            * (0.85 + 0.3 * height)[:, None, None]
        )
        if cork:
            ragged = 0.6 + 0.4 * np.sin(points @ (40, 31, 7) / self.size)
            colours = mixed(
                colours, linear(CORK), np.clip(smooth(cork, 0, height)[:, None] * ragged, 0, 1)
            )
        self.body.add(points, grid(len(path), columns), colours.reshape(-1, 3))
        slope = np.clip(np.gradient(radius) / np.maximum(np.gradient(surface), 1e-6), -0.99, 0.99)
        for rib in range(ribs):
            at = np.arange(
                phase[rib] / 2 / math.pi * spacing, surface[-1] - spacing * 0.15, spacing
            )
            if len(at):
                here = [
                    np.stack([np.interp(at, surface, values[:, axis]) for axis in range(3)], 1)
                    for values in (path, along, first, second)
                ]
                angle = rib * 2 * math.pi / ribs + twist * np.interp(at, surface, distance)
                out = unit(np.cos(angle)[:, None] * here[2] + np.sin(angle)[:, None] * here[3])
                tilt = np.interp(at, surface, slope)[:, None]
                outwards = unit(out * np.sqrt(1 - tilt**2) - here[1] * tilt)
                up = unit(here[1] - outwards * (here[1] * outwards).sum(1, keepdims=True))
                edge = (np.interp(at, surface, radius) * (1 + bumps * depth))[:, None]
                self.arm(here[0] + out * edge * 0.995, outwards, up, spacing)

    def woolly_top(self, at: ArrayLike, radius: float) -> None:
        """The felt in which new spines and flowers are born."""
        tufts = np.asarray(at) + self.dice.normal(radius, 40, 3) * (0.1, 0.1, 0.03)
        blobs(self.areoles, tufts, radius * 0.06, self.armour.wool)

    def flower(self, at: ArrayLike, towards: ArrayLike, size: float, colour: Array) -> None:
        """A flower with two rings of petals; `size` is its radius, about."""
        dice, at, towards = self.dice, np.asarray(at, float), unit(towards)
        first = unit(np.cross(towards, (0.3, 0.5, 0.8)))
        second = np.cross(towards, first)
        petals = dice.whole(12, 22)
        for ring, opened in ((0, 1.1), (1, 0.6)):
            turn = np.linspace(0, 2 * math.pi, petals, endpoint=False)[:, None] + ring * 0.2
            directions = towards * (1.2 - opened / 2) + opened * (
                np.cos(turn) * first + np.sin(turn) * second
            )
            colours = shades(dice, colour * (0.85 if ring else 1), petals)
            feet = np.broadcast_to(at, (petals, 3))
            thin_leaves(
                self.flowers,
                feet,
                directions,
                np.broadcast_to(towards, (petals, 3)),
                size,
                size * 0.35,
                colours,
                fold=0.3,
                droop=-0.3,
            )
        stamens = at + towards * size * 0.3 + dice.normal(size * 0.08, 25, 3)
        blobs(self.flowers, stamens, size * 0.05, linear(POLLEN))


def domed(height: float, radius: float, dome: float, points: int = 70) -> tuple[Array, Array]:
    """An upright stem with a rounded top: its path (n, 3) and its radius along it (n,)."""
    arch = np.sin(np.linspace(0, math.pi / 2, 18))[1:]
    z = np.r_[np.linspace(0, height - dome, points), height - dome + dome * arch]
    t = np.clip((z - (height - dome)) / dome, 0, 1)
    return np.c_[0 * z, 0 * z, z], radius * np.clip(1 - t**2, 0.0004, 1) ** 0.45


def leaning(dice: Dice, path: Array, amount: float) -> Array:
    """A path (n, 3) that leans to one side, the more the higher."""
    height = np.ptp(path[:, 2]) + 1e-6
    t, turn, lean = (path[:, 2] - path[0, 2]) / height, dice.angle(), dice.between(-amount, amount)
    return path + np.outer(lean * height * t**2, (math.cos(turn), math.sin(turn), 0))
