"""Trees of parks, woods and streets, with leaves and without: oak to bonsai."""

import math

import numpy as np

from assets.starter.generator.camera import Framing
from assets.starter.generator.colour import linear, shade
from assets.starter.generator.dice import Dice, unit
from assets.starter.generator.materials import Coloured, Leaf
from assets.starter.generator.mesh import Mesh
from assets.starter.generator.plants.foliage import AUTUMN, LEAF_GREENS, curtains, fruits
from assets.starter.generator.plants.trees import BROWN, DARK, GREY, PALE, Frame, grown
from assets.starter.generator.shapes import spikes
from assets.starter.generator.species import Species
from assets.starter.generator.stage import Part, Parts


def leafy(dice: Dice, potted: bool) -> Parts:
    """Any tree of park and hedgerow (Tilia, Acer, Fagus)."""
    height, shape = dice.between(5, 14), dice.pick("round", "round", "egg", "vase")
    width = {
        "round": dice.between(0.7, 1),
        "egg": dice.between(0.5, 0.75),
        "vase": dice.between(0.7, 1),
    }[shape]
    tree = grown(
        dice,
        height,
        Frame(
            shape,
            trunk=dice.between(0.08, 0.28),
            width=width,
            foot=dice.between(0.013, 0.026),
            bark=dice.pick(BROWN, GREY, DARK),
        ),
    )
    colour = shade(dice, *LEAF_GREENS, spread=0.2)
    return [
        tree.wood,
        tree.leaves(
            colour,
            count=dice.whole(80_000, 160_000),
            length=dice.between(0.008, 0.015),
            slim=dice.between(0.45, 0.75),
        ),
    ]


def oak(dice: Dice, potted: bool) -> Parts:
    """Wide and gnarled, with a thick trunk (Quercus)."""
    height = dice.between(7, 14)
    frame = Frame(
        "spread" if dice.chance(0.25) else "round",
        trunk=dice.between(0.12, 0.22),
        width=dice.between(1.0, 1.5),
        foot=dice.between(0.03, 0.05),
        bark=dice.pick(GREY, DARK),
        twigs=1500,
        wobble=0.3,
    )
    tree = grown(dice, height, frame)
    return [
        tree.wood,
        tree.leaves(
            shade(dice, (70, 98, 44), (86, 112, 52), (96, 116, 62)), count=130_000, length=0.01
        ),
    ]


def birch(dice: Dice, potted: bool) -> Parts:
    """White bark with dark marks, a light crown (Betula)."""
    height, bark, parts = dice.between(7, 13), Mesh(), []
    colour = (
        shade(dice, (132, 156, 72), (150, 162, 74), (112, 140, 66))
        if dice.chance(0.75)
        else shade(dice, (220, 184, 60))
    )
    for stem in range(dice.pick(1, 1, 2, 3)):
        tree = grown(
            dice,
            height * dice.between(0.85, 1),
            Frame(
                "egg",
                trunk=0.25,
                width=0.4,
                foot=0.013,
                bark=PALE,
                twigs=700,
                wobble=0.12,
                lean=dice.between(0, 0.1) if not stem else 0.2,
            ),
        )
        points = tree.wood.mesh.points
        marks = dice.field(6, 1.5)(points * (1, 1, 4)) > 0.55
        thick = (
            np.repeat(np.stack([tree.radius[tree.parents[1:]], tree.radius[1:]], 1).ravel(), 9)
            > 0.006 * height
        )
        white = np.where((thick & ~marks)[:, None], linear((226, 224, 218)), linear((70, 62, 56)))
        bark.add(points, tree.wood.mesh.quads, white)
        parts.append(tree.leaves(colour, count=50_000, length=0.009, spread=0.04))
    return [Part(bark, Coloured(roughness=0.8, grain=6, depth=0.4)), *parts]


def maple_in_autumn(dice: Dice, potted: bool) -> Parts:
    """Orange, red and yellow (Acer, Liquidambar, Ginkgo)."""
    height = dice.between(5, 12)
    tree = grown(
        dice,
        height,
        Frame(
            dice.pick("round", "egg", "vase"),
            trunk=dice.between(0.1, 0.25),
            width=dice.between(0.6, 0.95),
            foot=0.02,
            bark=dice.pick(GREY, DARK),
        ),
    )
    return [
        tree.wood,
        tree.leaves(
            shade(dice, *AUTUMN, spread=0.15),
            count=dice.whole(60_000, 120_000),
            length=0.014,
            slim=0.8,
        ),
    ]


def willow(dice: Dice, potted: bool) -> Parts:
    """Curtains that hang to the ground (Salix babylonica)."""
    height = dice.between(6, 11)
    tree = grown(
        dice,
        height,
        Frame(
            "round",
            trunk=0.25,
            width=dice.between(0.9, 1.2),
            foot=0.03,
            bark=BROWN,
            twigs=800,
            wobble=0.25,
        ),
    )
    colour, strands = shade(dice, (132, 152, 70), (150, 164, 84), (116, 140, 66)), Mesh()
    curtains(
        strands,
        dice,
        tree.nodes,
        tree.bearing,
        colour,
        strands=1800,
        length=0.6 * height,
        leaf=0.016 * height,
    )
    return [
        tree.wood,
        tree.leaves(colour, count=40_000, length=0.012, slim=0.35),
        Part(strands, Leaf(translucency=0.35)),
    ]


def cherry_in_blossom(dice: Dice, potted: bool) -> Parts:
    """A cloud of pink or white (Prunus, Malus, Magnolia)."""
    height = dice.between(4, 8)
    tree = grown(
        dice,
        height,
        Frame(
            dice.pick("round", "spread", "vase"),
            trunk=dice.between(0.15, 0.3),
            width=dice.between(0.8, 1.3),
            foot=0.025,
            bark=DARK,
            twigs=1000,
            wobble=0.25,
        ),
    )
    colour = shade(
        dice, (240, 190, 208), (246, 234, 236), (226, 150, 184), (236, 170, 200), spread=0.05
    )
    return [
        tree.wood,
        tree.leaves(colour, count=dice.whole(50_000, 110_000), length=0.01, slim=0.9, spread=0.03),
    ]


def fruit_tree(dice: Dice, potted: bool) -> Parts:
    """Apples, oranges or lemons among the leaves (Malus, Citrus)."""
    height, hanging = dice.between(3, 5.5), Mesh()
    tree = grown(
        dice,
        height,
        Frame(
            "round",
            trunk=dice.between(0.18, 0.3),
            width=dice.between(0.8, 1.1),
            foot=0.025,
            bark=BROWN,
            twigs=800,
            wobble=0.2,
        ),
    )
    colour = shade(dice, (235, 130, 30), (200, 40, 40), (235, 210, 60), (170, 180, 60))
    fruits(
        hanging,
        dice,
        tree.nodes,
        tree.bearing,
        colour,
        count=dice.whole(70, 220),
        radius=0.011 * height,
        spread=0.035 * height,
    )
    return [
        tree.wood,
        tree.leaves(shade(dice, *LEAF_GREENS), count=60_000, length=0.02, slim=0.5),
        Part(hanging, Coloured(roughness=0.35)),
    ]


def poplar(dice: Dice, potted: bool) -> Parts:
    """Tall and narrow (Populus nigra 'Italica')."""
    height = dice.between(9, 18)
    tree = grown(
        dice,
        height,
        Frame("column", trunk=0.06, width=dice.between(0.2, 0.3), foot=0.014, bark=GREY, twigs=900),
    )
    return [
        tree.wood,
        tree.leaves(shade(dice, *LEAF_GREENS), count=90_000, length=0.007, spread=0.025),
    ]


def street_tree(dice: Dice, potted: bool) -> Parts:
    """A clipped ball on a clean trunk (Platanus, Robinia 'Umbraculifera')."""
    height = dice.between(4, 7)
    tree = grown(
        dice,
        height,
        Frame(
            dice.pick("round", "egg"),
            trunk=dice.between(0.38, 0.5),
            width=dice.between(0.5, 0.7),
            foot=0.016,
            bark=dice.pick(GREY, PALE),
            twigs=800,
            wobble=0.05,
        ),
    )
    return [
        tree.wood,
        tree.leaves(shade(dice, *LEAF_GREENS), count=100_000, length=0.012, spread=0.03),
    ]


def bare(dice: Dice, potted: bool) -> Parts:
    """In winter: nothing but twigs (Quercus, Fagus, Tilia)."""
    height, twigs = dice.between(5, 12), Mesh()
    tree = grown(
        dice,
        height,
        Frame(
            dice.pick("round", "spread", "vase", "egg"),
            trunk=dice.between(0.12, 0.3),
            width=dice.between(0.7, 1.2),
            foot=0.025,
            bark=dice.pick(GREY, DARK, BROWN),
            twigs=1500,
            wobble=0.2,
        ),
    )
    foot = np.repeat(tree.bearing, 5)
    direction = unit(tree.nodes[foot] - tree.nodes[tree.parents[foot]])
    at, colour = tree.nodes[foot], shade(dice, (84, 74, 66), (110, 100, 92))
    for size in (1.0, 0.7):
        direction = unit(direction + dice.normal(0.5, len(foot), 3))
        length = size * height * dice.uniform(0.02, 0.05, len(foot))
        spikes(twigs, dice, at, direction, length, 0.0011 * height, colour)
        at = at + direction * (length * dice.uniform(0.3, 0.9, len(foot)))[:, None]
    return [tree.wood, Part(twigs, Coloured(roughness=0.9, gloss=0.1))]


def bonsai(dice: Dice, potted: bool) -> Parts:
    """A tree as tall as a hand, in a bowl (Ficus, Acer, Ulmus)."""
    height = dice.between(0.25, 0.5)
    tree = grown(
        dice,
        height,
        Frame(
            "spread",
            trunk=dice.between(0.3, 0.45),
            width=dice.between(0.9, 1.3),
            foot=0.06,
            bark=dice.pick(GREY, DARK),
            twigs=300,
            wobble=0.9,
            lean=0.25,
        ),
    )
    return [
        tree.wood,
        tree.leaves(
            shade(dice, *LEAF_GREENS, *AUTUMN[:1]),
            count=16_000,
            length=0.035,
            slim=0.6,
            spread=0.05,
        ),
    ]


def grove(dice: Dice, potted: bool) -> Parts:
    """Several slim trunks together under one roof of leaves (Fagus, Carpinus, Robinia)."""
    height, parts = dice.between(8, 14), []
    colour, bark = shade(dice, *LEAF_GREENS), dice.pick(GREY, BROWN, PALE)
    for stem in range(dice.whole(3, 5)):
        tree = grown(
            dice,
            height * dice.between(0.85, 1),
            Frame("egg", trunk=dice.between(0.4, 0.5), width=0.4, foot=0.012, bark=bark, twigs=450),
        )
        turn, away = stem * 2.4, 0.09 * height * math.sqrt(stem)
        place = (away * math.cos(turn), away * math.sin(turn), 0)
        parts += [tree.wood.moved(to=place), tree.leaves(colour, count=36_000).moved(to=place)]
    return parts


PARK = ("park", "park", "garden", "forest_edge", "skyline")
WHOLE = (*(Framing.STANDING,) * 5, Framing.AFAR, Framing.CROWN, Framing.TRUNK)
SPECIES = (
    Species("leafy", "tree", leafy, (*PARK, "street"), WHOLE, share=3),
    Species("oak", "tree", oak, (*PARK, "park"), WHOLE, share=1.5),
    Species("birch", "tree", birch, (*PARK, "forest_edge"), WHOLE, share=1.2),
    Species("maple_in_autumn", "tree", maple_in_autumn, (*PARK, "street"), WHOLE, share=1.3),
    Species("willow", "tree", willow, ("park", "park", "garden"), WHOLE[:6], share=0.8),
    Species(
        "cherry_in_blossom",
        "tree",
        cherry_in_blossom,
        ("park", "street", "garden", "field"),
        WHOLE,
        share=1.2,
    ),
    Species(
        "fruit_tree",
        "tree",
        fruit_tree,
        ("field", "field", "garden"),
        (Framing.STANDING, Framing.STANDING, Framing.CLOSE),
        share=1.3,
    ),
    Species("poplar", "tree", poplar, ("park", "street", "skyline", "field"), WHOLE[:6], share=0.7),
    Species(
        "street_tree",
        "tree",
        street_tree,
        ("street", "street", "street", "park"),
        WHOLE[:6],
        share=1.2,
    ),
    Species("bare", "tree", bare, ("park", "snow", "snow", "skyline", "street"), WHOLE, share=1.3),
    Species(
        "bonsai",
        "tree",
        bonsai,
        ("studio", "table", "patio"),
        (Framing.PORTRAIT,),
        share=0.6,
        look_alike=True,
    ),
    Species("grove", "tree", grove, ("park", "forest_edge", "forest_edge"), WHOLE),
)
