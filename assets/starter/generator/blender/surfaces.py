"""How each material is rendered: as nodes of a Blender shader."""

import functools
import math
from collections.abc import Mapping, Sequence
from typing import Any

import bpy
import numpy as np

from assets.starter.generator.dice import Array
from assets.starter.generator.materials import (
    Bark,
    Coloured,
    Ground,
    Leaf,
    Material,
    Plain,
    Skin,
    Stops,
    Tiles,
    View,
    Wood,
)

COLOURS = "Colour"  # The mesh attribute that holds the points' colours

Socket = Any  # A bpy.types.NodeSocket: bpy ships no types that mypy can use.
Value = Any  # A socket to link, or a number, vector or colour to set


class Shader:
    """A tree of shader nodes under construction."""

    def __init__(self, owner: Any, output: str = "Material") -> None:
        owner.use_nodes = True
        self.tree = owner.node_tree
        self.tree.nodes.clear()
        self.output = self.tree.nodes.new(f"ShaderNodeOutput{output}")

    def node(
        self, kind: str, inputs: Mapping[Any, Value], out: int | str = 0, **settings: Any
    ) -> Socket:
        """Add a node, link or set its inputs, and give back one of its outputs."""
        node = self.tree.nodes.new(f"ShaderNode{kind}")
        for name, setting in settings.items():
            setattr(node, name, setting)
        for name, value in inputs.items():
            self.connect(node.inputs[name], value)
        return node.outputs[out]

    def connect(self, socket: Socket, value: Value) -> None:
        """Link an output to an input, or set the input."""
        if isinstance(value, bpy.types.NodeSocket):
            self.tree.links.new(value, socket)
        elif isinstance(value, Sequence | np.ndarray):
            socket.default_value = [*map(float, value), 1.0][: len(socket.default_value)]
        else:
            socket.default_value = value

    def finish(self, surface: Socket) -> None:
        """Show this surface."""
        self.tree.links.new(surface, self.output.inputs[0])

    def coordinates(self) -> Socket:
        """Where on the object: in metres."""
        return self.node("TexCoord", {}, "Object")

    def mesh_colour(self) -> Socket:
        """The colour that the mesh has there."""
        return self.node("VertexColor", {}, layer_name=COLOURS)

    def noise(
        self,
        scale: float,
        detail: float = 4,
        roughness: float = 0.55,
        at: Socket = None,
        distortion: float = 0,
    ) -> Socket:
        """A cloudy value of about 0.3 to 0.7, with so many clouds a metre."""
        where = self.coordinates() if at is None else at
        inputs = {
            "Vector": where,
            "Scale": scale,
            "Detail": detail,
            "Roughness": roughness,
            "Distortion": distortion,
        }
        return self.node("TexNoise", inputs)

    def remapped(
        self, value: Socket, low: float, high: float, new_low: Value, new_high: Value
    ) -> Socket:
        """A value of `low` to `high` as one of `new_low` to `new_high`."""
        return self.node("MapRange", {0: value, 1: low, 2: high, 3: new_low, 4: new_high})

    def math(self, operation: str, a: Value, b: Value) -> Socket:
        """Two numbers made one."""
        return self.node("Math", {0: a, 1: b}, operation=operation)

    def mix(self, share: Value, a: Value, b: Value, blend: str = "MIX") -> Socket:
        """From colour a to colour b."""
        return self.node("Mix", {0: share, 6: a, 7: b}, 2, data_type="RGBA", blend_type=blend)

    def dimmed(self, colour: Value, factor: Socket) -> Socket:
        """A colour times a number."""
        return self.mix(
            1.0, colour, self.node("CombineColor", {0: factor, 1: factor, 2: factor}), "MULTIPLY"
        )

    def ramp(self, value: Socket, stops: Stops) -> Socket:
        """A value of 0 to 1 as a colour between stops."""
        output = self.node("ValToRGB", {0: value})
        elements = output.node.color_ramp.elements
        while len(elements) < len(stops):
            elements.new(0.5)
        for element, (position, colour) in zip(elements, stops, strict=True):
            element.position, element.color = position, [*map(float, colour), 1]
        return output

    def bump(self, height: Socket, strength: float, relief: float) -> Socket:
        """Light and shade of an uneven surface, whose bumps are so many metres high."""
        return self.node("Bump", {"Height": height, "Strength": strength, "Distance": relief})

    def principled(
        self, colour: Value, roughness: Value, gloss: float, normal: Socket = None, **more: Value
    ) -> Socket:
        """The surface most things have."""
        inputs = {"Base Color": colour, "Roughness": roughness, "Specular IOR Level": gloss, **more}
        if normal is not None:
            inputs["Normal"] = normal
        return self.node("BsdfPrincipled", inputs)


def surface(material: Material) -> Any:
    """A Blender material for one of ours."""
    made = bpy.data.materials.new(type(material).__name__)
    shader = Shader(made)
    shader.finish(_drawn(material, shader))
    return made


@functools.singledispatch
def _drawn(material: Material, shader: Shader) -> Socket:
    raise TypeError(f"No surface for {material}")


@_drawn.register
def _(skin: Skin, shader: Shader) -> Socket:
    broad, fine, finest = (
        shader.noise(scale / skin.size, detail) for scale, detail in ((6, 5), (40, 4), (160, 3))
    )
    colour = shader.mesh_colour()
    for noise, amount in ((broad, skin.mottling), (fine, skin.mottling * 0.6)):
        colour = shader.dimmed(colour, shader.remapped(noise, 0.3, 0.7, 1 - amount, 1 + amount))
    roughness = shader.remapped(
        broad, 0.3, 0.7, max(0.05, skin.roughness - 0.12), min(1.0, skin.roughness + 0.15)
    )
    normal = shader.bump(shader.math("ADD", fine, finest), skin.bumps, 0.006 * skin.size)
    inside = {
        "Subsurface Weight": skin.translucency,
        "Subsurface Radius": (0.4, 0.8, 0.15),
        "Subsurface Scale": 0.012 * skin.size,
    }
    return shader.principled(
        colour, roughness, skin.gloss, normal, **inside, **{"Sheen Weight": skin.bloom}
    )


@_drawn.register
def _(leaf: Leaf, shader: Shader) -> Socket:
    colour = shader.mesh_colour()
    through = shader.node(
        "BsdfTranslucent", {0: shader.mix(1.0, colour, (1.0, 1.0, 0.45), "MULTIPLY")}
    )
    return shader.node(
        "MixShader",
        {
            0: leaf.translucency,
            1: shader.principled(colour, leaf.roughness, leaf.gloss),
            2: through,
        },
    )


@_drawn.register
def _(coloured: Coloured, shader: Shader) -> Socket:
    colour, normal = shader.mesh_colour(), None
    if coloured.glow:
        return shader.node("Emission", {0: colour, 1: coloured.glow})
    if coloured.grain:
        broad, fine = shader.noise(coloured.grain, 6, 0.65), shader.noise(coloured.grain * 6)
        colour = shader.dimmed(
            colour, shader.remapped(broad, 0.3, 0.7, 1 - coloured.mottling, 1 + coloured.mottling)
        )
        normal = shader.bump(shader.math("ADD", broad, fine), coloured.depth, coloured.relief)
    return shader.principled(colour, coloured.roughness, coloured.gloss, normal)


@_drawn.register
def _(bark: Bark, shader: Shader) -> Socket:
    along = shader.node("Mapping", {"Vector": shader.coordinates(), "Scale": (1, 1, 0.22)})
    height = shader.math(
        "ADD",
        shader.noise(9 / bark.size, 6, 0.7, along, 0.6),
        shader.noise(45 / bark.size, 4, 0.6, along),
    )
    colour = shader.ramp(
        shader.remapped(height, 0.65, 1.35, 0.0, 1.0),
        ((0, bark.dark * 0.45), (0.5, bark.dark), (1, bark.light)),
    )
    return shader.principled(colour, 0.9, 0.15, shader.bump(height, 0.9, 0.05 * bark.size))


@_drawn.register
def _(ground: Ground, shader: Shader) -> Socket:
    broad, medium = shader.noise(0.25 / ground.size), shader.noise(3 / ground.size, 8, 0.72)
    height = shader.math(
        "ADD", shader.math("ADD", broad, medium), shader.noise(55 / ground.size, 6, 0.78)
    )
    colour = shader.ramp(shader.remapped(height, 1.05, 1.95, 0.0, 1.0), ground.colours)
    if ground.patches is not None:
        colour = shader.mix(
            shader.remapped(broad, 0.5, 0.66, 0.0, ground.patchiness), colour, ground.patches
        )
    return shader.principled(
        colour, 0.95, 0.1, shader.bump(height, ground.relief, 0.07 * ground.size)
    )


@_drawn.register
def _(wood: Wood, shader: Shader) -> Socket:
    scale = (0.6 / wood.size, 9 / wood.size, 9 / wood.size)
    along = shader.node(
        "Mapping", {"Vector": shader.coordinates(), "Scale": scale, "Rotation": (0, 0, wood.turn)}
    )
    grain = shader.noise(1.6, 7, 0.65, along, 0.8)
    stops = (
        (0.0, wood.colour * 0.45),
        (0.45, wood.colour),
        (1.0, np.clip(wood.colour * 1.5, 0, 0.9)),
    )
    colour = shader.ramp(shader.remapped(grain, 0.3, 0.72, 0.0, 1.0), stops)
    return shader.principled(colour, wood.roughness, 0.4, shader.bump(grain, 0.15, 0.002))


@_drawn.register
def _(plain: Plain, shader: Shader) -> Socket:
    if not plain.grain:
        return shader.principled(plain.colour, plain.roughness, plain.gloss)
    spots = shader.remapped(
        shader.noise(plain.grain, 6, 0.6), 0.3, 0.7, 1 - plain.mottling, 1 + plain.mottling
    )
    normal = shader.bump(shader.noise(plain.grain * 20, 3), 0.12, 0.003)
    return shader.principled(
        shader.dimmed(plain.colour, spots), plain.roughness, plain.gloss, normal
    )


@_drawn.register
def _(tiles: Tiles, shader: Shader) -> Socket:
    turn = math.pi / 2 if tiles.upright else 0.0
    at = shader.node("Mapping", {"Vector": shader.coordinates(), "Rotation": (turn, 0, 0)})
    joints = _grey(tiles.colour)
    shape = (
        {"Brick Width": 0.8, "Row Height": 0.28}
        if tiles.upright
        else {"Brick Width": 0.5, "Row Height": 0.5}
    )
    inputs = {
        "Vector": at,
        "Color1": tiles.colour,
        "Color2": tiles.other,
        "Mortar": joints,
        "Scale": 1 / tiles.size,
        "Mortar Size": 0.02,
    }
    pattern = shader.node(
        "TexBrick", {**inputs, **shape}, offset=0.5 if tiles.upright else 0.0
    ).node
    stains = shader.remapped(shader.noise(6 / tiles.size, 5), 0.3, 0.7, 0.75, 1.25)
    return shader.principled(
        shader.dimmed(pattern.outputs[0], stains),
        0.8,
        0.3,
        shader.bump(pattern.outputs[1], -0.4, 0.01),
    )


@_drawn.register
def _(view: View, shader: Shader) -> Socket:
    height = shader.node("SeparateXYZ", {0: shader.coordinates()}, 2)
    edge = shader.remapped(shader.noise(view.grain, 5, 0.6), 0.3, 0.7, -0.5, 0.5)
    greens = shader.ramp(
        shader.remapped(shader.noise(view.grain * 3, 3, 0.6), 0.3, 0.7, 0.0, 1.0), view.colours
    )
    in_the_sky = shader.remapped(
        shader.math("ADD", height, edge), view.horizon - 0.1, view.horizon + 0.25, 0.0, 1.0
    )
    return shader.node(
        "Emission", {0: shader.mix(in_the_sky, greens, view.sky), 1: view.brightness}
    )


def _grey(colour: Array) -> Array:
    return np.asarray(colour * 0.5 + 0.15)
