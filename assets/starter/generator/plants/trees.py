"""What all trees with branches are grown from: a frame, its wood and its leaves."""

from dataclasses import KW_ONLY, dataclass

import numpy as np

from assets.starter.generator.colour import RGB, shade, varied
from assets.starter.generator.dice import Array, Dice
from assets.starter.generator.materials import Bark, Leaf
from assets.starter.generator.mesh import Mesh
from assets.starter.generator.plants.branching import colonised, ends, thickness, trunk_line, wood
from assets.starter.generator.plants.foliage import crown_space, leaf_cloud
from assets.starter.generator.stage import Part

BROWN, GREY, DARK, PALE = (
    ((84, 70, 56), (136, 118, 98)),
    ((100, 96, 90), (160, 154, 146)),
    ((66, 56, 48), (110, 96, 82)),
    ((150, 140, 124), (206, 196, 180)),
)


@dataclass(frozen=True)
class Frame:
    """The wood of a tree. Heights and widths beside its height."""

    shape: str
    _: KW_ONLY
    trunk: float  # Where the crown begins
    width: float  # Of the crown
    foot: float  # Radius of the trunk
    bark: tuple[RGB, RGB] = BROWN
    twigs: int = 1200  # Points the twigs grow to
    wobble: float = 0.12
    lean: float = 0.0


@dataclass
class Tree:
    """A grown skeleton and its wood."""

    dice: Dice
    height: float
    nodes: Array
    radius: Array
    bearing: np.ndarray  # Numbers of the nodes that bear leaves
    parents: np.ndarray
    wood: Part

    def leaves(
        self,
        colour: Array,
        *,
        count: int = 110_000,
        length: float = 0.012,
        slim: float = 0.6,
        spread: float = 0.035,
    ) -> Part:
        """A crown of leaves; lengths beside the tree's height."""
        mesh, dice, height = Mesh(), self.dice, self.height
        other = (varied(dice, colour, 0.2), varied(dice, colour, 0.2))
        leaf_cloud(
            mesh,
            dice,
            self.nodes,
            self.bearing,
            colour,
            count=count,
            spread=spread * height,
            length=length * height,
            slim=slim,
            mixed_with=other,
        )
        return Part(
            mesh, Leaf(translucency=dice.between(0.25, 0.45), roughness=dice.between(0.4, 0.65))
        )


def grown(dice: Dice, height: float, frame: Frame) -> Tree:
    """Grow trunk and branches."""
    step, trunk = height * 0.025, frame.trunk * height
    space = crown_space(dice, frame.shape, frame.twigs, trunk, height, frame.width * height)
    line = trunk_line(dice, trunk, step, frame.wobble, frame.lean)
    space[:, :2] += line[-1, :2]
    nodes, parents = colonised(dice, space, line, step, reach=0.3 * height, near=1.6 * step)
    radius = thickness(parents, frame.foot * height)
    radius[:3] *= (1.5, 1.2, 1.05)
    mesh = Mesh()
    wood(mesh, nodes, parents, radius, (0.2, 0.2, 0.2), 9)
    dark, light = (shade(dice, colour) for colour in frame.bark)
    bearing = ends(parents, radius, 0.0055 * height)
    return Tree(
        dice, height, nodes, radius, bearing, parents, Part(mesh, Bark(dark, light, 0.12 * height))
    )
