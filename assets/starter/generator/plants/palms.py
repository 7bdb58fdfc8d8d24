"""Palms: their trunks, crowns, fronds and nuts."""

import math
from dataclasses import dataclass

import numpy as np

from assets.starter.generator.camera import Framing
from assets.starter.generator.colour import linear, shade, shades, varied
from assets.starter.generator.dice import Array, Dice, unit
from assets.starter.generator.materials import Bark, Coloured, Leaf
from assets.starter.generator.mesh import Mesh
from assets.starter.generator.shapes import GOLDEN_ANGLE, blobs, thin_leaves, tube
from assets.starter.generator.species import Species
from assets.starter.generator.stage import Part, Parts


@dataclass
class Crown:
    """Fronds under construction."""

    dice: Dice
    colour: Array
    leaves: Mesh
    stalks: Mesh

    def feather(
        self, foot: Array, turn: float, length: float, rise: float, droop: float, colour: Array
    ) -> None:
        """A pinnate frond: leaflets in two rows along a midrib that bends down.

        `rise` is its angle from upright at the foot.
        """
        dice, t = self.dice, np.linspace(0, 1, 34)
        out = np.array([math.cos(turn), math.sin(turn), 0])
        angle = rise + droop * t**1.5
        midrib = (
            foot
            + (
                np.outer(np.cumsum(np.sin(angle)), out)
                + np.outer(np.cumsum(np.cos(angle)), (0, 0, 1))
            )
            * length
            / 34
        )
        tube(self.stalks, midrib, 0.012 * length * (1 - 0.85 * t), colour * 0.9 + 0.03, sides=5)
        side, count = np.array([-out[1], out[0], 0]), 58
        where = np.linspace(0.12, 1, count)
        at = np.stack([np.interp(where, t, midrib[:, axis]) for axis in range(3)], 1)
        along = unit(
            np.stack([np.interp(where, t, np.gradient(midrib[:, axis])) for axis in range(3)], 1)
        )
        up = np.cross(along, side)
        up *= np.sign(up[:, 2:] + 1e-6)
        for hand in (1, -1):
            directions = (
                hand * side
                + along * (0.35 + 0.8 * where[:, None])
                + up * dice.between(-0.1, 0.35)
                + dice.normal(0.08, count, 3)
                - (0, 0, 0.15)
            )
            long = (
                length
                * 0.24
                * np.sin(np.pi * (0.86 * where + 0.1)) ** 0.5
                * dice.uniform(0.85, 1.1, count)
            )
            thin_leaves(
                self.leaves,
                at,
                directions,
                up,
                long,
                0.13 * long,
                shades(dice, colour, count, 0.08),
                fold=0.35,
                droop=dice.between(0.1, 0.35),
            )

    def fan(
        self,
        foot: Array,
        turn: float,
        length: float,
        stalk_length: float,
        rise: float,
        colour: Array,
    ) -> None:
        """A palmate frond: blades half as long as `length`, on a stalk that leans by `rise`."""
        dice, t = self.dice, np.linspace(0, 1, 12)
        out = np.array([math.cos(turn), math.sin(turn), 0])
        angle = rise + 0.15 * t
        stalk = (
            foot
            + (
                np.outer(np.cumsum(np.sin(angle)), out)
                + np.outer(np.cumsum(np.cos(angle)), (0, 0, 1))
            )
            * stalk_length
            / 12
        )
        tube(self.stalks, stalk, 0.01 * length, colour * 0.8, sides=4)
        forward, side = unit(stalk[-1] - stalk[-3]), np.array([-out[1], out[0], 0])
        spread = np.linspace(-1.5, 1.5, 26)[:, None]
        directions = np.cos(spread) * forward + np.sin(spread) * side + 0.06 * dice.normal(1, 26, 3)
        facing = np.tile(np.cross(side, forward), (26, 1))
        facing *= np.sign(facing[:, 2:] + 1e-6)
        long = 0.5 * length * (0.75 + 0.25 * np.cos(spread[:, 0])) * dice.uniform(0.9, 1.1, 26)
        thin_leaves(
            self.leaves,
            np.tile(stalk[-1], (26, 1)),
            directions,
            facing,
            long,
            0.085 * length,
            shades(dice, colour, 26, 0.08),
            fold=0.5,
            droop=dice.between(0.1, 0.5),
        )

    @property
    def parts(self) -> Parts:
        """Leaves and stalks."""
        return [
            Part(self.leaves, Leaf(translucency=0.3, roughness=0.4, gloss=0.4)),
            Part(self.stalks, Coloured(roughness=0.6)),
        ]


def new_crown(dice: Dice) -> Crown:
    """A crown without fronds yet."""
    return Crown(
        dice,
        shade(dice, (84, 112, 46), (104, 128, 60), (70, 100, 50), (120, 136, 84)),
        Mesh(),
        Mesh(),
    )


def feathers(
    crown: Crown, at: Array, length: float, count: int, droop: float, dead: int = 0
) -> None:
    """A whole crown of pinnate fronds, the lowest of them dry."""
    dice = crown.dice
    for frond in range(count + dead):
        age, dry = min((frond + 0.5) / count, 1.1), frond >= count
        rise = 0.12 + 1.45 * age**0.8 + (dice.between(0.4, 0.9) if dry else 0)
        colour = varied(dice, linear((150, 120, 76)) if dry else crown.colour * (1.1 - 0.25 * age))
        reach = length * dice.between(0.85, 1.1) * (0.75 if dry else 1)
        crown.feather(
            at,
            frond * GOLDEN_ANGLE + dice.between(-0.2, 0.2),
            reach,
            rise,
            droop * (0.5 + 0.5 * age),
            colour,
        )


def nuts(mesh: Mesh, dice: Dice, at: Array, size: float) -> None:
    """Bunches of coconuts under the crown."""
    colour = shade(dice, (128, 150, 62), (196, 170, 70), (150, 104, 60))
    for bunch in range(dice.whole(2, 5)):
        turn = bunch * GOLDEN_ANGLE
        heart = at + np.array([math.cos(turn), math.sin(turn), 0]) * size * 1.8 - (0, 0, 1.6 * size)
        count = dice.whole(4, 9)
        blobs(
            mesh,
            heart + dice.normal(0.85 * size, count, 3),
            size * dice.uniform(0.8, 1.1, count),
            shades(dice, colour, count),
            detail=3,
            squash=(1, 1, 1.15),
        )


def coconut_palm(dice: Dice, potted: bool) -> Parts:
    """A leaning ringed trunk, feathers and nuts (Cocos nucifera)."""
    height, trunk, fruit = dice.between(5, 12), Mesh(), Mesh()
    t, turn, lean = np.linspace(0, 1, 90), dice.angle(), dice.between(-0.4, 0.4)
    path = np.c_[np.outer(lean * height * t**1.6, (math.cos(turn), math.sin(turn))), t * height]
    foot, crown = height * dice.between(0.016, 0.024), new_crown(dice)
    rings = 1 + 0.09 * np.abs(np.sin(t * dice.whole(40, 75)))
    tube(
        trunk,
        path,
        foot * (1 + 0.7 * np.exp(-14 * t)) * (1.1 - 0.3 * t) * rings,
        (0.3, 0.3, 0.3),
        sides=14,
    )
    feathers(
        crown,
        path[-1],
        dice.between(2.2, 3.6),
        dice.whole(18, 32),
        dice.between(0.9, 1.9),
        dice.pick(0, 0, 4),
    )
    if dice.chance(0.8):
        nuts(fruit, dice, path[-1], dice.between(0.12, 0.16))
    return [
        Part(trunk, Bark(shade(dice, (110, 96, 80)), shade(dice, (164, 150, 130)), 0.05 * height)),
        *crown.parts,
        Part(fruit, Coloured(roughness=0.4)),
    ]


def coconut_crown(dice: Dice, potted: bool) -> Parts:
    """The crown alone, from near, with nuts (Cocos nucifera)."""
    trunk, fruit, crown, t = Mesh(), Mesh(), new_crown(dice), np.linspace(0, 1, 40)
    tube(
        trunk,
        np.c_[0 * t, 0 * t, 3 * t],
        0.14 * (1.1 - 0.2 * t) * (1 + 0.05 * np.abs(np.sin(40 * t))),
        (0.3, 0.3, 0.3),
        sides=14,
    )
    feathers(
        crown,
        np.array([0, 0, 3.0]),
        dice.between(1.8, 2.6),
        dice.whole(20, 30),
        dice.between(0.7, 1.4),
        2,
    )
    nuts(fruit, dice, np.array([0, 0, 3.0]), dice.between(0.13, 0.17))
    return [
        Part(trunk, Bark(linear((110, 96, 80)), linear((160, 146, 126)), 0.4)),
        *crown.parts,
        Part(fruit, Coloured(roughness=0.4)),
    ]


def dates(mesh: Mesh, dice: Dice, at: Array) -> None:
    """Bunches of yellow to brown dates that hang below the crown."""
    colour = shade(dice, (226, 130, 50), (214, 176, 70), (150, 84, 50), (150, 160, 70))
    for bunch in range(dice.whole(3, 7)):
        turn = bunch * GOLDEN_ANGLE
        heart = at + np.array([0.5 * math.cos(turn), 0.5 * math.sin(turn), -dice.between(0.3, 0.7)])
        drops = dice.normal(1, 160, 3) * (0.1, 0.1, 0.22)
        blobs(mesh, heart + drops, 0.028, shades(dice, colour, 160), detail=1, squash=(1, 1, 1.3))


def date_palm(dice: Dice, potted: bool) -> Parts:
    """A thick trunk of leaf scars under a dense crown (Phoenix)."""
    height, scars, crown = dice.between(3.5, 9), Mesh(), new_crown(dice)
    radius = dice.between(0.18, 0.3)
    count = int(height / 0.11) * 9
    number = np.arange(count)
    turn, level = number * GOLDEN_ANGLE, number / count * height
    out = np.c_[np.cos(turn), np.sin(turn), np.full(count, 0.9)]
    feet = np.c_[radius * 0.85 * np.cos(turn), radius * 0.85 * np.sin(turn), level]
    core, t = Mesh(), np.linspace(0, 1, 12)
    tube(
        core,
        np.c_[0 * t, 0 * t, t * height],
        radius * (1 + 0.15 * t),
        linear((92, 76, 60)),
        sides=14,
    )
    thin_leaves(
        scars,
        feet,
        out,
        np.c_[-np.cos(turn), -np.sin(turn), np.full(count, 0.4)],
        0.2,
        0.2,
        shades(dice, linear((134, 112, 88)), count, 0.15),
        fold=-0.2,
        droop=0,
    )
    crown.colour = shade(dice, (96, 118, 80), (110, 130, 92), (84, 108, 60))
    feathers(
        crown,
        np.array([0, 0, height]),
        dice.between(2, 3.2),
        dice.whole(40, 64),
        dice.between(0.5, 1.2),
        dice.whole(0, 8),
    )
    fruit = Mesh()
    if dice.chance(0.6):
        dates(fruit, dice, np.array([0, 0, height]))
    return [
        Part(core, Coloured(roughness=0.9)),
        Part(scars, Coloured(roughness=0.9, gloss=0.1)),
        *crown.parts,
        Part(fruit, Coloured(roughness=0.4)),
    ]


def fan_palm(dice: Dice, potted: bool) -> Parts:
    """A ball of fans on a trunk, often with a skirt of dry leaves (Washingtonia, Trachycarpus)."""
    height, trunk, crown = dice.between(3.5, 13), Mesh(), new_crown(dice)
    t, length = np.linspace(0, 1, 60), dice.between(1.3, 2.2)
    tube(
        trunk,
        np.c_[0.05 * height * t**2, 0 * t, t * height],
        height * dice.between(0.02, 0.03) * (1.2 - 0.4 * t),
        (0.3, 0.3, 0.3),
        sides=14,
    )
    skirt = dice.whole(10, 50) if dice.chance(0.6) else 0
    green = dice.whole(16, 30)
    for frond in range(green + skirt):
        age, dry = min((frond + 0.5) / green, 1.1), frond >= green
        colour = varied(dice, linear((156, 128, 84)) if dry else crown.colour * (1.1 - 0.2 * age))
        foot = np.array([0.05 * height, 0, height - (dice.between(0, 1.8) if dry else 0)])
        rise = dice.between(2.3, 2.9) if dry else 0.15 + 1.85 * age**0.8 + dice.between(-0.15, 0.15)
        crown.fan(
            foot,
            frond * GOLDEN_ANGLE,
            length * dice.between(0.85, 1.1),
            length * (0.15 + 0.4 * min(age, 1)),
            rise,
            colour,
        )
    return [
        Part(trunk, Bark(shade(dice, (110, 96, 80)), shade(dice, (160, 146, 126)), 0.05 * height)),
        *crown.parts,
    ]


def frond(dice: Dice, potted: bool) -> Parts:
    """A tuft of fronds that fills the frame (Chamaedorea, Areca, Cocos)."""
    crown, count = new_crown(dice), dice.whole(7, 14)
    for blade in range(count):
        turn = dice.between(-0.9, 0.9) + math.pi * (blade % 2)
        foot = np.array([dice.between(-0.12, 0.12), 0.05 * blade, dice.between(-0.1, 0.1)])
        rise = 0.1 + 1.1 * blade / count
        crown.feather(
            foot,
            turn,
            dice.between(0.8, 1.3),
            rise,
            dice.between(0.4, 1.3),
            varied(dice, crown.colour * 1.1, 0.1),
        )
    return crown.parts


WHOLE = (*(Framing.STANDING,) * 5, Framing.AFAR)
SPECIES = (
    Species(
        "coconut_palm",
        "tree",
        coconut_palm,
        ("skyline", "garden", "desert", "street"),
        (*WHOLE, Framing.CROWN),
        share=1.3,
    ),
    Species(
        "coconut_crown",
        "tree",
        coconut_crown,
        ("skyline", "bokeh", "garden"),
        (Framing.CLOSE, Framing.CLOSE, Framing.CROWN),
        share=1.2,
        look_alike=True,
    ),
    Species(
        "date_palm",
        "tree",
        date_palm,
        ("street", "field", "garden", "desert"),
        (*WHOLE, Framing.TRUNK),
        share=1.2,
        look_alike=True,
    ),
    Species(
        "fan_palm",
        "tree",
        fan_palm,
        ("street", "garden", "skyline"),
        (*WHOLE, Framing.CROWN),
        share=0.8,
    ),
    Species("frond", "tree", frond, ("bokeh",), (Framing.CLOSE,), share=0.8, look_alike=True),
)
