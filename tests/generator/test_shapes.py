"""Chance, meshes and the shapes that plants are made of."""

import math

import numpy as np
import pytest
from numpy.typing import NDArray

from assets.starter.generator.colour import encoded, linear, of_light, shade
from assets.starter.generator.dice import Dice, mixed, smooth, unit
from assets.starter.generator.materials import Coloured
from assets.starter.generator.mesh import Mesh, turned
from assets.starter.generator.shapes import (
    blobs,
    box,
    frames,
    lathe,
    lengths,
    sphere,
    spikes,
    thin_leaves,
    tube,
)
from assets.starter.generator.stage import Part

WHITE = (1.0, 1.0, 1.0)


def area(mesh: Mesh) -> float:
    """The surface of a mesh, in square metres."""
    points, corners = mesh.points, [mesh.triangles, mesh.quads[:, :3], mesh.quads[:, [0, 2, 3]]]
    a, b, c = (
        points[np.concatenate([faces[:, corner] for faces in corners])] for corner in range(3)
    )
    return float(np.linalg.norm(np.cross(b - a, c - a), axis=1).sum() / 2)


def test_dice_fall_alike_for_the_same_seed_only() -> None:
    assert Dice("a", 1).uniform(0, 1, 5).tolist() == Dice("a", 1).uniform(0, 1, 5).tolist()
    assert Dice("a", 1).uniform(0, 1, 5).tolist() != Dice("a", 2).uniform(0, 1, 5).tolist()
    assert Dice("a", 1).uniform(0, 1, 5).tolist() != Dice("b", 1).uniform(0, 1, 5).tolist()


def test_dice_stay_within_their_bounds() -> None:
    dice = Dice("bounds")
    assert {dice.whole(1, 3) for _ in range(200)} == {1, 2, 3}
    assert {dice.pick("x", "y") for _ in range(200)} == {"x", "y"}
    assert all(2 <= dice.between(2, 3) <= 3 for _ in range(200))
    assert 60 < sum(dice.chance(0.5) for _ in range(200)) < 140
    assert np.allclose(np.linalg.norm(dice.directions(50), axis=1), 1)


def test_a_field_is_smooth_and_about_minus_one_to_one() -> None:
    field, points = Dice("field").field(frequency=2), Dice("points").normal(1, 5000, 3)
    values = field(points)
    assert 0.2 < values.std() < 1
    assert abs(values).max() < 1.7
    assert abs(field(points + 1e-4) - values).max() < 1e-2


def test_colours_come_back_from_linear_light() -> None:
    colours = np.array([(0, 0, 0), (255, 255, 255), (12, 120, 240)])
    assert np.allclose(encoded(linear(colours)) * 255, colours, atol=1e-6)
    assert linear((188, 188, 188))[0] == pytest.approx(
        0.503, abs=0.002
    )  # Known: middle grey of light is 188.


def test_shades_stay_colours() -> None:
    for seed in range(50):
        colour = shade(Dice(seed), (250, 250, 250), spread=0.5)
        assert (colour > 0).all()
        assert (colour < 1).all()


def test_lamps_are_warm_below_daylight_and_cool_above() -> None:
    warm, white, cool = of_light(3000), of_light(6500), of_light(9000)
    assert np.allclose(white, 1)
    assert warm[0] > warm[2]
    assert cool[2] > cool[0]


def test_small_helpers() -> None:
    assert smooth(0, 2, [-1, 0, 1, 2, 3]).tolist() == [0, 0, 0.5, 1, 1]
    assert mixed((0, 0, 0), (1, 2, 4), 0.5).tolist() == [0.5, 1, 2]
    assert np.allclose(unit([(3, 0, 4)]), [(0.6, 0, 0.8)])
    assert lengths([(0, 0, 0), (0, 3, 4), (0, 3, 5)]).tolist() == [0, 5, 6]
    assert np.allclose(turned(math.pi / 2) @ (1, 0, 0), (0, 1, 0))
    assert np.allclose(turned(about_x=math.pi / 2) @ (0, 1, 0), (0, 0, 1))


def test_frames_never_twist() -> None:
    t = np.linspace(0, 4 * math.pi, 200)
    along, first, second = frames(np.c_[np.cos(t), np.sin(t), 0.3 * t])
    for one, other in ((along, first), (along, second), (first, second)):
        assert abs((one * other).sum(1)).max() < 1e-6
    assert ((first[1:] * first[:-1]).sum(1) > 0.99).all()


def test_a_tube_and_a_lathe_have_the_surface_of_a_cylinder() -> None:
    pipe, can = Mesh(), Mesh()
    tube(pipe, [(0, 0, z) for z in np.linspace(0, 2, 5)], 0.5, WHITE, sides=64)
    lathe(can, [(0.5, 0), (0.5, 2)], WHITE, sides=64)
    assert area(pipe) == pytest.approx(2 * math.pi * 0.5 * 2, rel=0.01)
    assert area(can) == pytest.approx(2 * math.pi * 0.5 * 2, rel=0.01)


def test_a_box_and_a_sphere_have_theirs() -> None:
    crate, ball = Mesh(), Mesh()
    box(crate, (1, 2, 3), (1, 2, 3), WHITE, turn=0.7)
    blobs(ball, [(5, 5, 5)], 2.0, WHITE, detail=3)
    assert area(crate) == pytest.approx(2 * (1 * 2 + 2 * 3 + 1 * 3))
    assert area(ball) == pytest.approx(4 * math.pi * 4, rel=0.02)
    assert np.allclose(crate.points.mean(0), (1, 2, 3))


@pytest.mark.parametrize(("detail", "count"), [(0, 20), (1, 80), (2, 320), (3, 1280)])
def test_spheres_grow_finer(detail: int, count: int) -> None:
    points, faces = sphere(detail)
    assert len(faces) == count
    assert np.allclose(np.linalg.norm(points, axis=1), 1)
    assert len(points) - 3 * count // 2 + count == 2  # Euler: closed, with no holes


def test_spikes_and_leaves_point_where_they_should() -> None:
    thorns, leaves = Mesh(), Mesh()
    feet, up = Dice("feet").normal(1, 40, 3), np.tile((0.0, 0.0, 1.0), (40, 1))
    spikes(thorns, Dice("spikes"), feet, up, 0.5, 0.01, WHITE)
    assert np.allclose(thorns.points.reshape(40, 4, 3)[:, 3], feet + up / 2)
    thin_leaves(leaves, feet, up, np.tile((1.0, 0.0, 0.0), (40, 1)), 0.5, 0.1, WHITE, droop=0)
    assert np.allclose(leaves.points.reshape(40, 6, 3)[:, 3], feet + up / 2)


def assert_same(one: NDArray[np.float64], other: NDArray[np.float64]) -> None:
    assert one.shape == other.shape
    assert np.allclose(one, other)


def test_merging_moves_points_and_keeps_faces_and_colours() -> None:
    part, whole = Mesh(), Mesh()
    box(part, (0, 0, 0), (1, 1, 1), (0.1, 0.2, 0.3))
    blobs(whole, [(9, 9, 9)], 1.0, WHITE)
    already = len(whole)
    whole.merge(part, turned(math.pi / 2), to=(1, 0, 0))
    assert_same(whole.points[already:], part.points @ turned(math.pi / 2).T + (1, 0, 0))
    assert (whole.quads >= already).all()
    assert len(whole.triangles) == 20
    assert_same(whole.colours[already:], part.colours)


def test_a_part_elsewhere_is_the_same_part() -> None:
    crate = Mesh()
    box(crate, (0, 0, 0), (1, 2, 3), WHITE)
    here = Part(crate, Coloured(), flat=True)
    there = here.moved(turned(math.pi / 2), (5, 0, 0))
    assert_same(there.mesh.points, crate.points @ turned(math.pi / 2).T + (5, 0, 0))
    assert there[1:] == here[1:]


def test_nothing_added_is_nothing() -> None:
    mesh = Mesh()
    mesh.add(np.zeros((0, 3)), np.zeros((0, 4)), WHITE)
    blobs(mesh, np.zeros((0, 3)), 1.0, WHITE)
    mesh.merge(Mesh())
    assert len(mesh) == 0
    assert mesh.points.shape == (0, 3)
    assert mesh.quads.shape == (0, 4)
