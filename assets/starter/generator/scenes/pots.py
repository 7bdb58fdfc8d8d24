"""Pots, with soil and pebbles."""

import math
from dataclasses import dataclass

import numpy as np

from assets.starter.generator.colour import RGB, linear, shade, shades
from assets.starter.generator.dice import Dice
from assets.starter.generator.materials import Coloured, Wood
from assets.starter.generator.mesh import Mesh, turned
from assets.starter.generator.shapes import box, lathe, stones
from assets.starter.generator.species import Subject, grown
from assets.starter.generator.stage import Part, Parts, Stage, Thing

TERRACOTTA: tuple[RGB, ...] = ((188, 104, 70), (168, 92, 62), (205, 128, 92), (196, 116, 84))
PLASTIC: tuple[RGB, ...] = ((36, 36, 38), (60, 62, 66), (150, 84, 56), (236, 236, 234))
GLAZES: tuple[RGB, ...] = (
    (230, 226, 218),
    (240, 238, 232),
    (244, 244, 242),
    (120, 140, 150),
    (196, 180, 150),
    (90, 110, 100),
    (214, 190, 120),
    (150, 60, 56),
    (222, 170, 170),
    (170, 190, 180),
)
SOILS: tuple[RGB, ...] = ((60, 46, 36), (48, 38, 30), (84, 66, 52))
GRAVELS: tuple[RGB, ...] = (
    (70, 55, 44),
    (150, 138, 122),
    (120, 112, 104),
    (215, 210, 200),
    (190, 150, 110),
    (96, 92, 88),
)


@dataclass(frozen=True)
class Pot:
    """A pot with soil in it."""

    parts: Parts
    soil: float  # Its height, in metres
    rim: float  # Its radius


def pot(dice: Dice, radius: float, height: float, style: str = "") -> Pot:
    """A pot whose soil reaches out to `radius`: `terracotta`, `plastic`, `glazed`.

    Whatever comes where none is named.
    """
    style = style or dice.pick("terracotta", "terracotta", "glazed", "glazed", "plastic")
    colour = shade(
        dice, *{"terracotta": TERRACOTTA, "plastic": PLASTIC, "glazed": GLAZES}[style], spread=0.1
    )
    rimmed = style == "terracotta" or (style == "plastic" and dice.chance(0.7)) or dice.chance(0.2)
    square = dice.pick(0, 0, 0, 5) if style != "terracotta" else 0
    body, wall, foot, bulge = (
        Mesh(),
        0.08 * radius,
        dice.between(0.62, 0.95),
        dice.between(0.7, 1.2),
    )
    t = np.linspace(0.1, 0.78 if rimmed else 0.98, 8)
    profile = [
        (0.001, 0.0),
        (radius * foot * 0.97, 0.0),
        (radius * foot, 0.03 * height),
        *np.c_[radius * (foot + (1 - foot) * t**bulge), height * t],
    ]
    rim = radius * 1.12 if rimmed else radius
    if rimmed:
        profile += [
            (1.07 * radius, 0.79 * height),
            (1.1 * radius, 0.82 * height),
            (rim, 0.97 * height),
        ]
    profile += [
        (rim, 0.99 * height),
        (rim - wall / 2, height),
        (rim - wall, 0.99 * height),
        (rim - 1.1 * wall, 0.85 * height),
        (0.001, 0.85 * height),
    ]
    lathe(body, profile, colour, sides=56, squareness=square)
    glossy = style == "glazed" or (style == "plastic" and dice.chance(0.4))
    clay = Coloured(
        roughness=dice.between(0.08, 0.35) if glossy else dice.between(0.6, 0.95),
        gloss=0.5 if glossy else 0.2,
        grain=dice.between(3, 9) / radius,
        depth=0.03 if glossy else 0.12,
        relief=0.02 * radius,
        mottling=0.05 if glossy else dice.between(0.05, 0.2),
    )
    parts = [Part(body, clay)]
    if style == "terracotta" and dice.chance(0.4):
        saucer = Mesh()
        lathe(
            saucer,
            [
                (0.001, 0),
                (0.95 * rim, 0),
                (1.15 * rim, 0.1 * height),
                (1.1 * rim, 0.1 * height),
                (0.9 * rim, 0.004),
                (0.001, 0.004),
            ],
            colour,
        )
        parts.append(Part(saucer, Coloured(roughness=0.7)))
    soil = height * dice.between(0.86, 0.94)
    return Pot([*parts, *_soil(dice, rim, soil)], soil, rim)


def _soil(dice: Dice, rim: float, height: float) -> Parts:
    """Soil up to this height, with gravel on it."""
    earth, gravel, count = Mesh(), Mesh(), dice.whole(150, 700)
    colour = shade(dice, *SOILS)
    profile = [
        (0.001, height),
        *(
            (rim * 0.93 * share, height + 0.02 * rim * dice.between(-1, 1))
            for share in (0.3, 0.6, 1)
        ),
    ]
    lathe(earth, profile, colour)
    turn, away = (
        dice.uniform(0, 2 * math.pi, count),
        0.88 * rim * np.sqrt(dice.uniform(0, 1, count)),
    )
    lying = np.c_[away * np.cos(turn), away * np.sin(turn), np.full(count, height)]
    size = rim * dice.between(0.02, 0.055) * np.exp(dice.normal(0.3, count))
    stones(gravel, dice, lying, size, shades(dice, shade(dice, *GRAVELS), count, 0.2), 0.3)
    return [
        Part(earth, Coloured(roughness=0.95, gloss=0.1, grain=60 / rim, depth=0.8)),
        Part(gravel, Coloured(roughness=0.85, gloss=0.2)),
    ]


def fitting(dice: Dice, subject: Subject) -> tuple[float, float]:
    """The radius and height of a pot for a plant."""
    height, width = subject.bounds.height, subject.bounds.width
    low_and_wide = height < 0.5 * width
    if subject.bounds.low[2] < -0.02:  # It trails: the pot fits inside the stems.
        return 0.058, dice.between(0.08, 0.11)
    radius = max(
        min(subject.bounds.foot * dice.between(1.1, 1.35), 0.58 * width),
        width * dice.between(0.28, 0.42),
        0.15 * height,
    )
    return radius, radius * (
        dice.between(0.5, 1.2) if low_and_wide and dice.chance(0.4) else dice.between(0.95, 1.8)
    ) * (1.0 if radius < 0.25 else 0.8)


def in_a_pot(dice: Dice, stage: Stage, subject: Subject) -> None:
    """Give the plant a pot that fits its foot, and stand it on the soil.

    Where it trails, it stands high enough to hang.
    """
    made = pot(dice, *fitting(dice, subject))
    drop = max(0.0, -float(subject.bounds.low[2]) - made.soil)
    lift = drop + dice.between(0.05, 0.2) if drop else 0.0
    stage.around.append(Thing(made.parts, (0, 0, lift)))
    if lift:
        stand = Mesh()
        box(
            stand,
            (0, 0, lift / 2),
            (1.5 * made.rim, 1.5 * made.rim, lift),
            (0.5, 0.5, 0.5),
            dice.angle(),
        )
        stage.add(
            stand,
            Wood(shade(dice, (150, 104, 66), (226, 224, 218), (60, 58, 56)), size=0.15),
            flat=True,
        )
    if dice.chance(0.12):
        label = Mesh()
        box(
            label,
            (0.6 * made.rim, 0.55 * made.rim, lift + made.soil + 0.3 * made.rim),
            (0.2 * made.rim, 0.02 * made.rim, 0.8 * made.rim),
            linear((236, 234, 226)),
        )
        stage.add(label, Coloured(), flat=True)
    subject.base, subject.reach, subject.rim = (
        lift + made.soil,
        max(subject.reach, made.rim),
        made.rim,
    )


def neighbour(dice: Dice, subject: Subject, style: str = "") -> tuple[Parts, float]:
    """Another plant of the same kind in a pot of its own, and its reach from its middle."""
    other = grown(subject.species, dice, True)
    made = pot(dice, *fitting(dice, other), style)
    turn = Dice("turn", dice.whole(0, 10**6)).angle()
    plant = [part.moved(turned(turn), (0, 0, made.soil)) for part in other.parts]
    return [*made.parts, *plant], max(made.rim, other.bounds.width / 2)
