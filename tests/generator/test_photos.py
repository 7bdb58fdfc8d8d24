"""Every species is grown, placed, lit and framed; all of that without Blender."""

import importlib.util
from io import BytesIO

import numpy as np
import pytest
from PIL import Image

from assets.starter.generator.camera import covered
from assets.starter.generator.collection import CLASSES
from assets.starter.generator.photo import SPECIES, Recipe, compose, take
from assets.starter.generator.scenes import SCENES
from assets.starter.generator.stage import Camera, Overcast, Room, Stage, Thing

# Different ones in a photo: about 2 GB in Blender. A mesh that stands in many places counts once.
MOST_FACES = 2_500_000
needs_blender = pytest.mark.skipif(
    importlib.util.find_spec("bpy") is None, reason="needs Blender's module: pip install bpy"
)


def faces(things: list[Thing]) -> int:
    meshes = {id(part.mesh): part.mesh for thing in things for part in thing.parts}
    return sum(len(mesh.triangles) + len(mesh.quads) for mesh in meshes.values())


@pytest.mark.parametrize("name", sorted(SPECIES))
def test_every_species_makes_a_picture_that_shows_it(name: str) -> None:
    stage = compose(Recipe(name, 90_001))
    assert isinstance(stage.camera, Camera)
    assert stage.sky is not None
    assert stage.lights or isinstance(stage.sky, Overcast | Room)
    for thing in (*stage.subject, *stage.around):
        for part in thing.parts:
            assert np.isfinite(part.mesh.points).all()
            assert part.mesh.colours.min() >= 0
            assert part.mesh.colours.max() <= 1
            for numbers in (part.mesh.triangles, part.mesh.quads):
                assert not len(numbers) or 0 <= numbers.min() <= numbers.max() < len(part.mesh)
    assert 1_000 < faces([*stage.subject, *stage.around]) < MOST_FACES
    assert covered(stage).mean() > 0.0005, "the plant is hardly in its own picture"


@pytest.mark.parametrize("name", ["columns", "willow", "haworthia", "string_of_pearls"])
def test_the_same_recipe_composes_the_same_photo(name: str) -> None:
    one, other = (compose(Recipe(name, 7)) for _ in range(2))
    assert np.array_equal(covered(one), covered(other))
    for here, there in zip(
        (*one.subject, *one.around), (*other.subject, *other.around), strict=True
    ):
        assert np.array_equal(here.points, there.points)
    different = compose(Recipe(name, 8))
    assert one.camera is not None
    assert different.camera is not None
    assert not np.array_equal(one.camera.at, different.camera.at)


def test_species_belong_to_a_class_and_to_places_that_are_there() -> None:
    assert {species.label for species in SPECIES.values()} == set(CLASSES)
    for species in SPECIES.values():
        assert species.framings
        assert species.share > 0
        assert set(species.places) <= set(SCENES), species.name
        assert (species.grow.__doc__ or "").endswith("."), f"{species.name} does not say what it is"


def test_every_place_is_used() -> None:
    assert {place for species in SPECIES.values() for place in species.places} == set(SCENES)


def test_a_photo_is_a_jpeg_of_the_size_asked_for() -> None:
    def grey(stage: Stage) -> np.ndarray:
        assert stage.camera is not None
        width, height = stage.camera.pixels
        return np.full((height, width, 3), 0.2, np.float32)

    with Image.open(BytesIO(take(Recipe("columns", 3), grey, pixels=200))) as photo:
        assert photo.format == "JPEG"
        assert max(photo.size) == 200


@needs_blender
def test_blender_renders_what_was_composed() -> None:
    from assets.starter.generator.blender.render import render

    def lens(stage: Stage) -> np.ndarray:
        light = render(stage, samples=1)
        plant = covered(stage)
        assert light.shape == (*plant.shape, 3)
        assert light[plant].std() > 0  # Something is there,
        green = light[plant] @ (-0.5, 1, -0.5)
        assert np.median(green) > 0  # and it is green where the plant should be.
        return light

    assert take(Recipe("columns", 3), lens, pixels=96)
