"""Renders a stage with Blender's path tracer, Cycles."""

import functools
import math
import tempfile
from pathlib import Path
from typing import Any

import bpy
import numpy as np
from mathutils import Vector
from numpy.typing import NDArray

from assets.starter.generator.blender.surfaces import COLOURS, Shader, surface
from assets.starter.generator.dice import Array
from assets.starter.generator.stage import (
    SENSOR,
    Camera,
    Lamp,
    Overcast,
    Part,
    Room,
    Sky,
    Stage,
    Sun,
    Thing,
)

SKY_TO_SCENE = 0.075  # Scales the sky model's radiance so that sun and sky match.


def render(stage: Stage, samples: int = 8, threads: int = 1) -> NDArray[np.float32]:
    """The light that reaches the camera: (height, width, 3), linear, unlimited.

    Prefiltered, balanced denoising lets 8 samples do; without caustics and with clamped indirect
    light there are no fireflies.
    """
    bpy.ops.wm.read_factory_settings(use_empty=True)
    scene = bpy.context.scene
    for thing in (*stage.subject, *stage.around):
        _place(thing)
    for light in stage.lights:
        _shine(light)
    _sky(scene, stage.sky)
    if stage.camera is None:
        raise ValueError("A stage without a camera")
    _aim(scene, stage.camera)
    return _exposed(scene, samples, threads)


def _exposed(scene: Any, samples: int, threads: int) -> NDArray[np.float32]:
    cycles, image = scene.cycles, scene.render.image_settings
    scene.render.engine, scene.render.threads_mode, scene.render.threads = (
        "CYCLES",
        "FIXED",
        threads,
    )
    cycles.device, cycles.samples, cycles.use_adaptive_sampling, cycles.adaptive_threshold = (
        "CPU",
        samples,
        True,
        0.04,
    )
    cycles.use_denoising, cycles.denoiser, cycles.denoising_input_passes = (
        True,
        "OPENIMAGEDENOISE",
        "RGB_ALBEDO_NORMAL",
    )
    cycles.denoising_prefilter, cycles.denoising_quality = "FAST", "BALANCED"
    cycles.max_bounces, cycles.diffuse_bounces, cycles.glossy_bounces = 5, 3, 2
    cycles.transmission_bounces, cycles.transparent_max_bounces = 3, 4
    (
        cycles.caustics_reflective,
        cycles.caustics_refractive,
        cycles.sample_clamp_indirect,
        cycles.blur_glossy,
    ) = False, False, 4, 1
    image.media_type, image.file_format, image.color_depth, image.exr_codec = (
        "IMAGE",
        "OPEN_EXR",
        "32",
        "NONE",
    )
    scene.view_settings.view_transform = "Raw"
    with tempfile.TemporaryDirectory() as folder:  # Blender hands a render out as a file only.
        scene.render.filepath = str(Path(folder) / "seen.exr")
        bpy.ops.render.render(write_still=True)
        seen = bpy.data.images.load(scene.render.filepath)
        seen.colorspace_settings.name = "Non-Color"
        width, height = seen.size
        pixels = np.empty(width * height * 4, np.float32)
        seen.pixels.foreach_get(pixels)
    return pixels.reshape(height, width, 4)[::-1, :, :3]


def _place(thing: Thing) -> None:
    for part in thing.parts:
        placed = bpy.data.objects.new("thing", _built(part))
        placed.location, placed.rotation_euler, placed.scale = (
            thing.at,
            (thing.tilt, 0, thing.turn),
            (thing.scale,) * 3,
        )
        bpy.context.scene.collection.objects.link(placed)


def _built(part: Part) -> Any:
    """The Blender mesh of a part; the same one if it stands in several places."""
    name = f"{id(part.mesh)}"
    if name in bpy.data.meshes:
        return bpy.data.meshes[name]
    built = bpy.data.meshes.new(name)
    points, triangles, quads = (
        part.mesh.points.astype(np.float32),
        part.mesh.triangles,
        part.mesh.quads,
    )
    corners = np.concatenate([quads.ravel(), triangles.ravel()])
    starts = np.r_[np.arange(len(quads)) * 4, quads.size + np.arange(len(triangles)) * 3]
    built.vertices.add(len(points))
    built.vertices.foreach_set("co", points.ravel())
    built.loops.add(len(corners))
    built.loops.foreach_set("vertex_index", corners.astype(np.int32))
    built.polygons.add(len(starts))
    built.polygons.foreach_set("loop_start", starts.astype(np.int32))
    built.polygons.foreach_set("use_smooth", np.full(len(starts), not part.flat))
    colours = built.color_attributes.new(COLOURS, "FLOAT_COLOR", "POINT")
    colours.data.foreach_set(
        "color", np.c_[part.mesh.colours, np.ones(len(points))].astype(np.float32).ravel()
    )
    built.update(calc_edges=True)
    built.materials.append(surface(part.material))
    return built


@functools.singledispatch
def _shine(light: Sun | Lamp) -> None:
    raise TypeError(f"No such light: {light}")


@_shine.register
def _(sun: Sun) -> None:
    lamp = _lamp("SUN", sun.strength, sun.colour, sun.towards)
    lamp.data.angle = sun.angle


@_shine.register
def _(lamp: Lamp) -> None:
    hung = _lamp("AREA" if lamp.width else "POINT", lamp.power, lamp.colour, lamp.towards - lamp.at)
    hung.location = lamp.at
    if lamp.width:
        hung.data.shape, hung.data.size, hung.data.size_y = "RECTANGLE", lamp.width, lamp.height


def _lamp(kind: str, energy: float, colour: Array, towards: Array) -> Any:
    lamp = bpy.data.objects.new("lamp", bpy.data.lights.new("lamp", kind))
    lamp.data.energy, lamp.data.color = energy, [float(part) for part in colour]
    lamp.rotation_euler = Vector(towards).to_track_quat("-Z", "Y").to_euler()
    bpy.context.scene.collection.objects.link(lamp)
    return lamp


def _sky(scene: Any, sky: Sky | Overcast | Room | None) -> None:
    world = bpy.data.worlds.new("world")
    scene.world = world
    shader = Shader(world, "World")
    strength = 1.0
    if isinstance(sky, Room):
        colour, strength = sky.colour, sky.strength
    else:
        world.cycles.sampling_method, world.cycles.sample_map_resolution = "MANUAL", 256
        where = shader.node("TexCoord", {}, "Generated")
        if isinstance(sky, Overcast):
            clouds = shader.remapped(shader.noise(sky.scale, 6, 0.6, where), 0.3, 0.7, 0.0, 1.0)
            colour = shader.ramp(clouds, ((0, sky.dark), (1, sky.bright)))
        elif sky:
            colour = _clear_or_cloudy(shader, sky, where)
        else:
            raise ValueError("A stage without a sky")
    shader.finish(shader.node("Background", {0: colour, 1: strength}))


def _clear_or_cloudy(shader: Shader, sky: Sky, where: Any) -> Any:
    """The sky model never looks below the horizon.

    The sun's disc is left to the lamp, which has less noise.
    """
    split = shader.node("SeparateXYZ", {0: where}).node
    above = shader.math("MAXIMUM", split.outputs[2], 0.02)
    up = shader.node("CombineXYZ", {0: split.outputs[0], 1: split.outputs[1], 2: above})
    direction = shader.node("VectorMath", {0: up}, operation="NORMALIZE")
    elevation, azimuth = (
        math.asin(float(sky.sun[2])),
        math.atan2(float(sky.sun[0]), float(sky.sun[1])),
    )
    model = {
        "sky_type": "SINGLE_SCATTERING",
        "sun_disc": False,
        "sun_elevation": elevation,
        "sun_rotation": azimuth,
    }
    air = {"altitude": sky.altitude, "air_density": sky.air, "aerosol_density": sky.dust}
    settings: dict[str, Any] = {**model, **air}
    colour = shader.mix(
        1.0, shader.node("TexSky", {0: direction}, **settings), (SKY_TO_SCENE,) * 3, "MULTIPLY"
    )
    if sky.cover is None:
        return colour
    threshold, softness, opacity, scale = sky.cover
    height = shader.math("ADD", above, 0.12)
    flat = shader.node(
        "VectorMath",
        {0: where, 1: shader.node("CombineXYZ", {0: height, 1: height, 2: 1e3})},
        operation="DIVIDE",
    )
    at = shader.node("Mapping", {"Vector": flat, "Location": sky.clouds_at})
    cover = shader.remapped(
        shader.noise(scale, 8, 0.58, at), threshold, threshold + softness, 0.0, opacity
    )
    shadow = shader.remapped(shader.noise(scale * 2.5, 4, 0.5, at), 0.3, 0.7, 0.55, 1.0)
    return shader.mix(cover, colour, shader.dimmed((0.95, 0.95, 0.97), shadow))


def _aim(scene: Any, camera: Camera) -> None:
    lens = bpy.data.cameras.new("camera")
    held = bpy.data.objects.new("camera", lens)
    scene.collection.objects.link(held)
    scene.camera = held
    scene.render.resolution_x, scene.render.resolution_y = camera.pixels
    lens.lens, lens.sensor_width, lens.sensor_height = camera.focal_length, SENSOR, SENSOR
    lens.sensor_fit = "HORIZONTAL" if camera.pixels[0] >= camera.pixels[1] else "VERTICAL"
    lens.clip_start, lens.clip_end = 0.003, 5000
    held.location = camera.at
    held.rotation_euler = Vector(camera.towards - camera.at).to_track_quat("-Z", "Y").to_euler()
    held.rotation_euler.rotate_axis("Z", camera.roll)
    lens.dof.use_dof, lens.dof.focus_distance, lens.dof.aperture_fstop = (
        True,
        camera.focus,
        camera.f_number,
    )
