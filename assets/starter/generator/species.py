"""What a species is: how it grows, and how people photograph it."""

from collections.abc import Callable
from dataclasses import KW_ONLY, dataclass

from assets.starter.generator.camera import Framing
from assets.starter.generator.dice import Dice
from assets.starter.generator.stage import Bounds, Parts, bounds

Grow = Callable[
    [Dice, bool], Parts
]  # With whether it grows in a pot; its foot at the origin, metres


@dataclass(frozen=True)
class Species:
    """A kind of plant. A place or framing named twice is twice as likely."""

    name: str
    label: str  # The class it belongs to: cactus, succulent or tree
    grow: Grow
    places: tuple[str, ...]  # Of `scenes.SCENES`
    framings: tuple[Framing, ...]
    _: KW_ONLY
    share: float = 1.0  # How often, against the other species of its class
    look_alike: bool = False  # Easily taken for another class: more of them are kept for the test


@dataclass
class Subject:
    """One plant, grown and about to be photographed.

    Its base is the height it stands at: the soil of its pot, or the ground.
    """

    species: Species
    potted: bool
    parts: Parts
    bounds: Bounds
    base: float = 0.0
    reach: float = 0.0  # From the z axis to the outermost of plant and pot
    rim: float = 0.0  # Radius of the pot, where there is one

    @property
    def top(self) -> float:
        """Its highest point above the ground, in metres."""
        return self.base + float(self.bounds.high[2])

    @property
    def size(self) -> float:
        """The larger of its height above the ground and its width, in metres.

        The scale of everything around it.
        """
        return max(self.top, self.bounds.width, 2 * self.reach)


def grown(species: Species, dice: Dice, potted: bool) -> Subject:
    """A plant of this species."""
    parts = [part for part in species.grow(dice, potted) if len(part.mesh)]
    measured = bounds(parts)
    return Subject(species, potted, parts, measured, reach=measured.width / 2)
