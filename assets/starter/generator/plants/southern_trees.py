"""Trees of warm countries: acacia, baobab, eucalyptus, olive, frangipani."""

import numpy as np

from assets.starter.generator.camera import Framing
from assets.starter.generator.colour import shade
from assets.starter.generator.dice import Dice
from assets.starter.generator.materials import Leaf
from assets.starter.generator.mesh import Mesh
from assets.starter.generator.plants.branching import wood
from assets.starter.generator.plants.foliage import LEAF_GREENS, leaf_cloud, petals
from assets.starter.generator.plants.trees import DARK, GREY, PALE, Frame, grown
from assets.starter.generator.shapes import tube
from assets.starter.generator.species import Species
from assets.starter.generator.stage import Part, Parts


def acacia(dice: Dice, potted: bool) -> Parts:
    """A flat umbrella over the savanna (Vachellia tortilis)."""
    height = dice.between(5, 9)
    tree = grown(
        dice,
        height,
        Frame(
            "spread",
            trunk=dice.between(0.55, 0.68),
            width=dice.between(1.3, 1.8),
            foot=0.02,
            bark=DARK,
            twigs=900,
            wobble=0.3,
            lean=0.1,
        ),
    )
    return [
        tree.wood,
        tree.leaves(
            shade(dice, (104, 120, 60), (120, 130, 74), (90, 108, 58)),
            count=80_000,
            length=0.008,
            slim=0.4,
            spread=0.025,
        ),
    ]


def baobab(dice: Dice, potted: bool) -> Parts:
    """A trunk like a tower under a small crown (Adansonia)."""
    height, trunk = dice.between(8, 15), Mesh()
    tree = grown(
        dice,
        height,
        Frame(
            "spread",
            trunk=dice.between(0.6, 0.72),
            width=dice.between(0.5, 0.75),
            foot=0.055,
            bark=PALE,
            twigs=320,
            wobble=0.05,
        ),
    )
    t = np.linspace(0, 1, 40)
    waist = (
        1
        + 0.15 * np.sin(5 * t + dice.angle())
        - 0.8 * np.clip((t - 0.7) / 0.3, 0, 1) ** 1.5
        + 0.3 * np.exp(-12 * t)
    )
    tube(
        trunk,
        np.c_[0 * t, 0 * t, t * 0.7 * height],
        height * dice.between(0.07, 0.12) * waist,
        (0.3, 0.3, 0.3),
        sides=24,
    )
    bark = tree.wood.material
    parts = [tree.wood, Part(trunk, bark)]
    if dice.chance(0.6):
        parts.append(
            tree.leaves(shade(dice, *LEAF_GREENS), count=26_000, length=0.012, spread=0.04)
        )
    return parts


def eucalyptus(dice: Dice, potted: bool) -> Parts:
    """A pale tall trunk under a thin crown (Eucalyptus)."""
    height = dice.between(9, 18)
    tree = grown(
        dice,
        height,
        Frame(
            "vase",
            trunk=dice.between(0.4, 0.55),
            width=dice.between(0.4, 0.6),
            foot=0.014,
            bark=PALE,
            twigs=600,
            wobble=0.2,
            lean=0.06,
        ),
    )
    return [
        tree.wood,
        tree.leaves(
            shade(dice, (120, 138, 96), (134, 146, 110), (108, 126, 84)),
            count=45_000,
            length=0.014,
            slim=0.25,
            spread=0.045,
        ),
    ]


def olive(dice: Dice, potted: bool) -> Parts:
    """Grey-green above a knotted trunk (Olea europaea)."""
    height = dice.between(3, 6)
    tree = grown(
        dice,
        height,
        Frame(
            "round",
            trunk=dice.between(0.2, 0.3),
            width=dice.between(0.9, 1.2),
            foot=dice.between(0.04, 0.06),
            bark=GREY,
            twigs=900,
            wobble=0.35,
            lean=0.12,
        ),
    )
    return [
        tree.wood,
        tree.leaves(
            shade(dice, (134, 146, 116), (120, 132, 100), (150, 158, 132)),
            count=150_000,
            length=0.013,
            slim=0.25,
        ),
    ]


def frangipani(dice: Dice, potted: bool) -> Parts:
    """Thick blunt branches, large leaves in tufts, white and yellow flowers (Plumeria)."""
    height = dice.between(2.5, 5)
    tree = grown(
        dice,
        height,
        Frame(
            "spread",
            trunk=dice.between(0.2, 0.35),
            width=dice.between(0.9, 1.2),
            foot=0.03,
            bark=GREY,
            twigs=90,
            wobble=0.15,
        ),
    )
    tips = np.flatnonzero(np.bincount(tree.parents[1:], minlength=len(tree.nodes)) == 0)
    leaves, flowers, count = Mesh(), Mesh(), 16 * len(tips)
    leaf_cloud(
        leaves,
        dice,
        tree.nodes,
        tips,
        shade(dice, (84, 120, 54), (98, 134, 64)),
        count=count,
        spread=0.03 * height,
        length=0.085 * height,
        slim=0.3,
    )
    at = (
        np.repeat(tree.nodes[tips], 5, 0)
        + dice.normal(0.03 * height, 5 * len(tips), 3)
        + (0, 0, 0.05 * height)
    )
    petals(
        flowers,
        dice,
        at,
        np.add(dice.normal(0.5, len(at), 3), (0, -0.4, 1)),
        0.018 * height,
        shade(dice, (250, 246, 232), (246, 220, 150), (236, 130, 150)),
    )
    tree.radius[:] = np.maximum(tree.radius, 0.008 * height)
    thick = Mesh()
    wood(thick, tree.nodes, tree.parents, tree.radius, (0.3, 0.3, 0.3), 9)
    return [
        Part(thick, tree.wood.material),
        Part(leaves, Leaf(translucency=0.25, roughness=0.35)),
        Part(flowers, Leaf(translucency=0.3)),
    ]


WHOLE = (*(Framing.STANDING,) * 5, Framing.AFAR, Framing.CROWN, Framing.TRUNK)
SPECIES = (
    Species(
        "acacia",
        "tree",
        acacia,
        ("desert", "desert", "skyline"),
        (Framing.STANDING,),
        look_alike=True,
    ),
    Species(
        "baobab",
        "tree",
        baobab,
        ("desert", "desert", "skyline"),
        WHOLE[:6],
        share=0.7,
        look_alike=True,
    ),
    Species("eucalyptus", "tree", eucalyptus, ("park", "skyline", "forest_edge"), WHOLE, share=0.8),
    Species("olive", "tree", olive, ("field", "garden", "rockery"), WHOLE[:3], share=0.9),
    Species(
        "frangipani",
        "tree",
        frangipani,
        ("garden", "park"),
        (Framing.STANDING, Framing.CLOSE, Framing.CLOSE),
        share=0.8,
        look_alike=True,
    ),
)
