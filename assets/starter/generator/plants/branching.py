"""Tree branches: twigs grow towards free space; a branch is as thick as what it carries."""

import math

import numpy as np
from numpy.typing import ArrayLike, NDArray

from assets.starter.generator.dice import Array, Dice, unit
from assets.starter.generator.mesh import Mesh

MOST_NODES = 4500


def colonised(
    dice: Dice, free: Array, trunk: Array, step: float, *, reach: float, near: float
) -> tuple[Array, NDArray[np.int_]]:
    """Grow from a trunk (k, 3) into free points (n, 3), `step` metres at a time.

    Nodes (m, 3), and the parent of each (m,).

    A node sees free points within `reach` and has used up those within `near`. Space colonisation,
    Runions et al. 2007, https://algorithmicbotany.org/papers/colonization.egwnp2007.html
    """
    nodes, parents = list(trunk), [-1, *range(len(trunk) - 1)]
    nearest, distance = np.zeros(len(free), int), np.full(len(free), np.inf)
    fresh = 0
    while fresh < len(nodes) < MOST_NODES and len(free):
        gaps = np.linalg.norm(free[:, None] - np.array(nodes[fresh:])[None], axis=2)
        closest, gap = gaps.argmin(1), gaps.min(1)
        closer = gap < distance
        distance[closer], nearest[closer] = gap[closer], closest[closer] + fresh
        left = distance > near
        free, nearest, distance = free[left], nearest[left], distance[left]
        fresh = len(nodes)
        if not len(free):
            break
        seen = distance < reach
        if not seen.any():
            seen = distance <= distance.min() * 1.2
        for node in np.unique(nearest[seen]):
            pull = unit(free[seen & (nearest == node)] - nodes[node]).mean(0)
            nodes.append(nodes[node] + unit(pull + dice.normal(0.12, 3)) * step)
            parents.append(int(node))
    return np.array(nodes), np.array(parents)


def thickness(parents: NDArray[np.int_], foot: float, exponent: float = 2.3) -> Array:
    """The radius (n,) at each node.

    As thick as all it carries together (da Vinci's rule), `foot` at the ground.
    """
    carried = np.where(np.bincount(parents[1:], minlength=len(parents)) == 0, 1.0, 0.0)
    for node in range(len(parents) - 1, 0, -1):
        carried[parents[node]] += carried[node]
    radius = carried ** (1 / exponent)
    return np.asarray(radius * foot / radius[0])


def ends(parents: NDArray[np.int_], radius: Array, thin: float) -> NDArray[np.int_]:
    """The nodes that bear leaves: tips, and branches thinner than `thin` metres."""
    tips = np.bincount(parents[1:], minlength=len(parents)) == 0
    return np.flatnonzero(tips | (radius < thin))


def wood(
    mesh: Mesh,
    nodes: Array,
    parents: NDArray[np.int_],
    radius: Array,
    colour: ArrayLike,
    sides: int = 8,
) -> None:
    """Skin a skeleton: a ring at every node.

    The thickest child goes on from its parent's ring, others start inside it.
    """
    directions = np.zeros_like(nodes)
    directions[1:] = nodes[1:] - nodes[parents[1:]]
    directions[0] = directions[1]
    directions = unit(directions)
    first = unit(np.cross(directions, (0.13, 0.97, 0.21)))
    second = np.cross(directions, first)
    turn = np.linspace(0, 2 * math.pi, sides, endpoint=False)[:, None]

    def rings(at: Array, which: NDArray[np.int_]) -> Array:
        spread = np.cos(turn) * first[which][:, None] + np.sin(turn) * second[which][:, None]
        return np.asarray(at[:, None] + radius[which][:, None, None] * spread)

    children = np.arange(1, len(nodes))
    upper, lower = rings(nodes, np.arange(len(nodes))), rings(nodes[parents[1:]], children)
    heir = np.zeros(len(nodes), int)
    for child in sorted(children, key=lambda child: radius[child]):
        heir[parents[child]] = child
    goes_on = (heir[parents[1:]] == children) & ((first[1:] * first[parents[1:]]).sum(1) > 0.3)
    lower[goes_on] = upper[parents[1:]][goes_on]
    points = np.stack([lower, upper[1:]], 1).reshape(-1, 3)
    ring = np.arange(sides)
    following = (ring + 1) % sides
    quads = (
        np.stack([ring, following, sides + following, sides + ring], -1)
        + (np.arange(len(children)) * 2 * sides)[:, None, None]
    )
    mesh.add(points, quads.reshape(-1, 4), colour)


def trunk_line(
    dice: Dice, height: float, step: float, wobble: float = 0.12, lean: float = 0.0
) -> Array:
    """The nodes of a trunk (n, 3), from the ground up."""
    count = max(3, int(height / step))
    drift = np.cumsum(dice.normal(step * wobble, count, 2), 0)
    turn, t = dice.angle(), np.linspace(0, 1, count)
    line: Array = np.c_[drift - drift[0], t * height]
    line[:, :2] += np.outer(lean * height * t**1.5, (math.cos(turn), math.sin(turn)))
    return line
