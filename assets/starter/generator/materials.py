"""What surfaces are made of: descriptions only. `blender/surfaces.py` says how each is rendered.

Wherever a material has no colour of its own, the mesh's colours show. Lengths in metres.
"""

from dataclasses import KW_ONLY, dataclass

from assets.starter.generator.dice import Array

Stops = tuple[tuple[float, Array], ...]  # Positions of 0 to 1, and the linear colour there


@dataclass(frozen=True)
class Skin:
    """The skin of a fleshy plant: mottled, a little translucent."""

    size: float  # Of the plant: how fine the mottling is
    _: KW_ONLY
    roughness: float = 0.45
    translucency: float = 0.15
    bumps: float = 0.25
    mottling: float = 0.3
    gloss: float = 0.4
    bloom: float = 0.0  # The pale powder of many succulents


@dataclass(frozen=True, kw_only=True)
class Leaf:
    """A thin leaf or petal: light shines through it."""

    translucency: float = 0.35
    roughness: float = 0.45
    gloss: float = 0.3


@dataclass(frozen=True, kw_only=True)
class Coloured:
    """The mesh's colours, with some grain: spines, pots, stones, fences."""

    roughness: float = 0.7
    gloss: float = 0.3
    grain: float = 0.0  # How fine, in bumps a metre; 0: none
    depth: float = 0.3  # Of the bumps
    relief: float = 0.005
    mottling: float = 0.25
    glow: float = 0.0  # Above 0 it shines by itself, so brightly, and nothing casts a shadow on it


@dataclass(frozen=True)
class Bark:
    """Bark with furrows along z."""

    dark: Array
    light: Array
    size: float = 1.0  # Of the furrows: small for fine bark


@dataclass(frozen=True)
class Ground:
    """Sand, soil, gravel, lawn: colours between dark and light grains, with patches of another."""

    colours: Stops
    size: float  # Of what one sees from the camera
    _: KW_ONLY
    patches: Array | None = None
    patchiness: float = 0.5
    relief: float = 0.8


@dataclass(frozen=True)
class Wood:
    """Boards with grain along x."""

    colour: Array
    _: KW_ONLY
    size: float = 1.0
    roughness: float = 0.45
    turn: float = 0.0


@dataclass(frozen=True)
class Plain:
    """One colour: walls, paper, cloth, plastic."""

    colour: Array
    _: KW_ONLY
    roughness: float = 0.7
    gloss: float = 0.4
    grain: float = 0.0  # How fine, in spots a metre; 0: none
    mottling: float = 0.12


@dataclass(frozen=True)
class Tiles:
    """Bricks in a wall, or square tiles on a floor."""

    colour: Array
    other: Array
    size: float
    upright: bool = True


@dataclass(frozen=True)
class View:
    """What is seen out of focus through a window: greens below, sky above `horizon`.

    It shines by itself.
    """

    colours: Stops
    sky: Array
    _: KW_ONLY
    horizon: float
    brightness: float
    grain: float = 2.0


Material = Skin | Leaf | Coloured | Bark | Ground | Wood | Plain | Tiles | View
