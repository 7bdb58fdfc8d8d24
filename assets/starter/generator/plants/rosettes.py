"""Rosettes: echeveria, houseleek, tree houseleek, and walls and bowls of them."""

import math

import numpy as np

from assets.starter.generator.camera import Framing
from assets.starter.generator.colour import RGB, linear, shade, shades
from assets.starter.generator.dice import Array, Dice, mixed
from assets.starter.generator.materials import Coloured, Skin
from assets.starter.generator.mesh import Mesh
from assets.starter.generator.plants.fleshy import SUCCULENT_GREENS, TIPS, Blade, Habit, rosette
from assets.starter.generator.shapes import GOLDEN_ANGLE, blobs, spikes, tube
from assets.starter.generator.species import Species
from assets.starter.generator.stage import Part, Parts

DARK: tuple[RGB, ...] = ((90, 50, 60), (70, 60, 66), (60, 40, 46))
BELLS: tuple[RGB, ...] = ((230, 120, 90), (235, 160, 110), (220, 90, 110))


def powdery(dice: Dice, radius: float) -> Skin:
    """The skin of a rosette, often with a pale bloom."""
    return Skin(
        2 * radius,
        roughness=dice.between(0.35, 0.7),
        translucency=dice.between(0.15, 0.35),
        bumps=0.08,
        mottling=dice.between(0.05, 0.2),
        gloss=dice.between(0.2, 0.5),
        bloom=dice.pick(0, 0, 0.3),
    )


def spoons(dice: Dice) -> Habit:
    """Leaves like spoons, as echeverias have."""
    blade = Blade(
        width=dice.between(0.26, 0.36),
        thickness=dice.between(0.08, 0.16),
        swell=dice.between(0.8, 1.2),
        taper=dice.between(0.25, 0.42),
        curl=dice.between(-0.55, -0.1),
        cup=dice.between(0.05, 0.28),
        point=dice.between(0.2, 1),
        flatness=dice.between(0.3, 0.7),
        edge=dice.between(0, 0.6) * dice.pick(0, 1, 1),
        tip=dice.between(0.03, 0.2),
    )
    return Habit(
        blade,
        dice.whole(24, 50),
        spread=dice.between(1.1, 1.4),
        opening=dice.between(0.6, 0.9),
        dome=dice.between(0.12, 0.25),
    )


def points(dice: Dice) -> Habit:
    """Many pointed leaves, as houseleeks have."""
    blade = Blade(
        width=dice.between(0.2, 0.28),
        thickness=dice.between(0.07, 0.1),
        swell=0.5,
        taper=0.42,
        curl=-0.35,
        cup=0.15,
        point=1,
        flatness=dice.between(0.3, 0.7),
        edge=0.3,
        tip=dice.between(0.1, 0.3),
    )
    return Habit(blade, dice.whole(50, 90), innermost=0.25, upright=0.15, spread=1.2)


def plates(dice: Dice) -> Habit:
    """Thin spatulas that lie almost flat, as aeoniums have."""
    blade = Blade(
        width=dice.between(0.2, 0.28),
        thickness=0.035,
        swell=1.5,
        taper=0.3,
        curl=-0.15,
        cup=0.05,
        point=0.4,
        flatness=0.5,
        edge=dice.between(0, 0.6),
        tip=dice.between(0.03, 0.2),
    )
    return Habit(
        blade, dice.whole(45, 80), innermost=0.2, upright=0.4, spread=1.15, opening=0.6, dome=0.12
    )


def hues(dice: Dice) -> tuple[Array, Array]:
    """Colours of leaf and tip."""
    leaf = shade(dice, *(DARK if dice.chance(0.15) else SUCCULENT_GREENS), spread=0.15)
    return leaf, shade(dice, *TIPS, spread=0.15)


def echeveria(dice: Dice, potted: bool) -> Parts:
    """One rosette or a cluster (Echeveria, Graptopetalum), some with a stalk of bells."""
    radius = dice.between(0.04, 0.09) if potted else dice.between(0.07, 0.18)
    leaves, habit, colours = Mesh(), spoons(dice), hues(dice)
    heart = shade(dice, (150, 175, 110)) if dice.chance(0.3) else None
    heads = 1 if dice.chance(0.55) else dice.whole(2, 9)
    for head in range(heads):
        turn, away = (
            head * GOLDEN_ANGLE + dice.between(-0.3, 0.3),
            1.15 * radius * math.sqrt(head + 0.3) if head else 0.0,
        )
        size = radius * (dice.between(0.4, 0.95) if head else 1)
        at = (away * math.cos(turn), away * math.sin(turn), size * dice.between(0.12, 0.26))
        rosette(
            leaves,
            dice,
            at,
            size,
            habit,
            colours=colours,
            heart=heart,
            tilt=(dice.between(-0.25, 0.25), dice.between(-0.25, 0.25)),
        )
    stalk = Mesh()
    if heads < 3 and dice.chance(0.25):
        bells(stalk, dice, radius)
    return [Part(leaves, powdery(dice, radius)), Part(stalk, Coloured(roughness=0.5))]


def bells(stalk: Mesh, dice: Dice, radius: float) -> None:
    """A stalk that arches to one side, with bells at its end."""
    t = np.linspace(0, 1, 14)
    path = np.c_[radius * 0.6 * t**2, 0 * t, radius * 2.4 * np.sin(1.5 * t)]
    tube(stalk, path, radius * 0.025, linear((170, 110, 100)), sides=7)
    flowers = np.repeat(path[7:], 2, 0) + dice.normal(radius * 0.06, 14, 3)
    blobs(
        stalk,
        flowers,
        radius * 0.08,
        shades(dice, shade(dice, *BELLS), 14),
        detail=1,
        squash=(1, 1, 1.5),
    )


def houseleek(dice: Dice, potted: bool) -> Parts:
    """A mat of pointed rosettes of all sizes (Sempervivum), some with cobwebs."""
    radius = dice.between(0.025, 0.05)
    leaves, threads, habit, colours = Mesh(), Mesh(), points(dice), hues(dice)
    web = dice.chance(0.3)
    heads = dice.whole(4, 16) if potted else dice.whole(14, 40)
    for head in range(heads):
        size = radius * dice.between(0.45, 1.1)
        turn, away = (
            head * GOLDEN_ANGLE,
            0.85 * radius * math.sqrt(head) + dice.between(0, 0.2) * radius,
        )
        at = np.array([away * math.cos(turn), away * math.sin(turn), size * dice.between(0.3, 0.6)])
        rosette(
            leaves,
            dice,
            at,
            size,
            habit,
            colours=colours,
            tilt=(dice.between(-0.3, 0.3), dice.between(-0.3, 0.3)),
        )
        if web:
            ends = at + dice.directions(60) * (0.5, 0.5, 0.12) * size + (0, 0, 0.35 * size)
            spikes(
                threads,
                dice,
                ends,
                np.roll(ends, 1, 0) - ends,
                0.5 * size,
                0.006 * size,
                (0.9, 0.9, 0.88),
            )
    return [Part(leaves, powdery(dice, radius)), Part(threads, Coloured(roughness=0.9))]


def aeonium(dice: Dice, potted: bool) -> Parts:
    """Flat plates of leaves on bare branching stems (Aeonium), or one plate on the ground."""
    radius = dice.between(0.05, 0.09) if potted else dice.between(0.08, 0.16)
    leaves, stems, habit, colours = Mesh(), Mesh(), plates(dice), hues(dice)
    flat = dice.chance(0.3)
    height = 0.05 * radius if flat else radius * dice.between(1.5, 4)
    bark = shade(dice, (128, 112, 92), (150, 136, 116))
    for head in range(1 if flat else dice.whole(3, 9)):
        turn, reach = head * GOLDEN_ANGLE, radius * (0.0 if flat else dice.between(0.3, 2.2))
        top = np.array(
            [reach * math.cos(turn), reach * math.sin(turn), height * dice.between(0.7, 1.1)]
        )
        t = np.linspace(0, 1, 12)[:, None]
        path = np.hstack([top[:2] * t**1.4, top[2:] * t])
        tube(stems, path, radius * np.linspace(0.14, 0.09, 12), bark, sides=9)
        tilt = (dice.between(-0.3, 0.3), dice.between(-0.3, 0.3)) if not flat else (0.0, 0.0)
        rosette(
            leaves,
            dice,
            np.add(top, (0, 0, 0.1 * radius)),
            radius * dice.between(0.75, 1.1),
            habit,
            colours=colours,
            tilt=tilt,
        )
    return [
        Part(leaves, powdery(dice, radius)),
        Part(stems, Coloured(roughness=0.85, grain=30 / radius, depth=0.5)),
    ]


def mosaic(dice: Dice, potted: bool) -> Parts:
    """Many kinds of rosettes side by side, as in a bowl or a planted wall (Echeveria)."""
    radius = dice.between(0.03, 0.06)
    kinds = [(habit(dice), hues(dice)) for habit in (spoons, spoons, points, plates, spoons)]
    leaves = Mesh()
    for head in range(dice.whole(6, 12) if potted else dice.whole(40, 60)):
        habit, colours = dice.pick(*kinds)
        size, away = radius * dice.between(0.55, 1.25), 0.98 * radius * math.sqrt(head)
        at = (
            away * math.cos(head * GOLDEN_ANGLE),
            away * math.sin(head * GOLDEN_ANGLE),
            size * dice.between(0.25, 0.6),
        )
        rosette(
            leaves,
            dice,
            at,
            size,
            habit,
            colours=colours,
            tilt=(dice.between(-0.3, 0.3), dice.between(-0.3, 0.3)),
        )
    return [Part(leaves, powdery(dice, radius))]


def ghost_plant(dice: Dice, potted: bool) -> Parts:
    """Loose rosettes on stems that lie down as they grow (Graptopetalum, Graptosedum)."""
    radius = dice.between(0.03, 0.05)
    leaves, stems, habit = Mesh(), Mesh(), spoons(dice)
    pale = shade(dice, (176, 180, 178), (190, 170, 170), (170, 186, 160), (206, 170, 150))
    for head in range(dice.whole(4, 11)):
        turn, reach, rise = (
            dice.angle(),
            radius * dice.between(0.3, 3),
            radius * dice.between(0.8, 2.4),
        )
        t = np.linspace(0, 1, 14)
        path = np.c_[reach * math.cos(turn) * t, reach * math.sin(turn) * t, rise * t**2]
        tube(stems, path, 0.09 * radius, mixed(linear((150, 120, 96)), pale, 0.3), sides=7)
        tilt = (dice.between(-0.4, 0.4), dice.between(-0.4, 0.4))
        rosette(
            leaves,
            dice,
            np.add(path[-1], (0, 0, 0.1 * radius)),
            radius * (1.1 if not head else dice.between(0.6, 1)),
            habit,
            colours=(pale, pale * 0.9),
            tilt=tilt,
        )
    return [Part(leaves, powdery(dice, radius)), Part(stems, Coloured(roughness=0.8))]


POTS = ("studio", "window_sill", "table", "nursery", "patio", "hand")
LOOK_DOWN = (Framing.ABOVE, Framing.ABOVE, Framing.PORTRAIT, Framing.CLOSE)
SPECIES = (
    Species("echeveria", "succulent", echeveria, (*POTS, "rockery"), LOOK_DOWN, share=1.6),
    Species(
        "houseleek",
        "succulent",
        houseleek,
        ("patio", "nursery", "rockery", "carpet", "carpet"),
        LOOK_DOWN,
    ),
    Species("aeonium", "succulent", aeonium, ("patio", "table", "rockery", "garden"), LOOK_DOWN),
    Species(
        "mosaic",
        "succulent",
        mosaic,
        ("patio", "studio", "table", "carpet", "carpet"),
        (Framing.ABOVE, Framing.CLOSE),
    ),
    Species("ghost_plant", "succulent", ghost_plant, POTS, LOOK_DOWN, share=0.6),
)
