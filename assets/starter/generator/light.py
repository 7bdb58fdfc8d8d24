"""Light: skies with their sun, and rooms with a window or a lamp."""

import math

import numpy as np

from assets.starter.generator.colour import of_light
from assets.starter.generator.dice import Array, Dice, mixed, smooth
from assets.starter.generator.stage import Lamp, Overcast, Room, Sky, Stage, Sun

OVERCAST = (
    (np.array([0.62, 0.66, 0.72]), np.array([0.95, 0.97, 1.0])),
    (np.array([0.50, 0.53, 0.57]), np.array([0.9, 0.9, 0.9])),
    (np.array([0.80, 0.82, 0.85]), np.array([1.0, 1.0, 1.0])),
)


def outdoors(dice: Dice, stage: Stage, *weathers: str) -> None:
    """Light the stage by a sky: `clear`, `cloudy`, `overcast` or `hazy`.

    More often than not the sun is behind the camera.
    """
    weather = dice.pick(
        *(
            weathers
            or ("clear", "clear", "cloudy", "cloudy", "cloudy", "overcast", "overcast", "hazy")
        )
    )
    if weather == "overcast":
        dark, bright = dice.pick(*OVERCAST)
        stage.sky = Overcast(dark, bright, dice.between(1.5, 3))
        return
    elevation = math.radians(dice.between(14, 70))
    azimuth = -math.pi / 2 + dice.between(-1.3, 1.3) if dice.chance(0.7) else dice.angle()
    sun = np.array(
        [
            math.cos(azimuth) * math.cos(elevation),
            math.sin(azimuth) * math.cos(elevation),
            math.sin(elevation),
        ]
    )
    stage.sky = Sky(
        sun,
        altitude=dice.between(0, 1500),
        air=dice.between(0.8, 1.6),
        dust=dice.between(3, 7) if weather == "hazy" else dice.between(0.3, 2),
        cover=(
            dice.between(0.44, 0.56),
            dice.between(0.06, 0.2),
            dice.between(0.6, 1),
            dice.between(0.8, 2),
        )
        if weather == "cloudy"
        else None,
        clouds_at=(dice.between(0, 99), dice.between(0, 99), dice.between(0, 9)),
    )
    strengths = {"clear": (3, 5), "cloudy": dice.pick((2.5, 4.5), (0.4, 1)), "hazy": (1, 2.2)}[
        weather
    ]
    colour = mixed((1, 0.95, 0.86), (1, 0.7, 0.42), 1 - smooth(0.1, 0.7, elevation))
    stage.lights.append(
        Sun(
            -sun,
            dice.between(*strengths),
            colour,
            0.06 if weather == "hazy" else dice.between(0.008, 0.02),
        )
    )


def indoors(
    dice: Dice, stage: Stage, size: float, walls: Array, window: float | None = None
) -> None:
    """Light a table on which something of this size stands, between coloured walls.

    `window` is how far behind the table a window is, if the light comes from there.
    """
    side = dice.pick(-1, 1)
    away = 2 * size + dice.between(0.6, 1.2)
    at = np.array([side * away, dice.between(-1, 0.3) * away, size + dice.between(0.2, 1) * away])
    if window is not None:
        at = np.array([side * away / 2, window - 0.02, size + 0.6])
    wide = dice.between(0.8, 1.8)
    power = dice.between(18, 45) * away**2 * (1 if window is None else 1.2)
    stage.lights.append(
        Lamp(
            at,
            np.array([0, 0, size / 2]),
            power=power,
            colour=of_light(dice.pick(5500, 6500, 7500, 4200, 3200)),
            width=wide,
            height=wide * dice.between(0.6, 1.4),
        )
    )
    stage.sky = Room(
        mixed(walls / walls.max(), (1, 1, 1), 0.5) * of_light(dice.pick(5000, 6500, 3500)),
        dice.between(0.12, 0.6),
    )
    if dice.chance(0.18):  # A sunbeam
        beam = np.array([-side, dice.between(-0.3, 0.9), -dice.between(0.4, 0.9)])
        stage.lights.append(Sun(beam, dice.between(1.5, 4), np.array([1, 0.86, 0.66])))
    elif dice.chance(0.1):  # The phone's flash
        near = np.array([0.05, -2.2 * size - 0.3, size + 0.15])
        stage.lights.append(
            Lamp(
                near, np.zeros(3), power=dice.between(6, 14) * (size + 0.3) ** 2, colour=np.ones(3)
            )
        )


def softbox(dice: Dice, stage: Stage, size: float) -> None:
    """Light a product photo: large and soft from one side, bright all round."""
    away = 2.5 * size + 0.4
    at = np.array(
        [
            dice.pick(-1, 1) * away,
            -dice.between(0.2, 0.9) * away,
            size + dice.between(0.4, 1.2) * away,
        ]
    )
    power, colour = dice.between(25, 45) * away**2, of_light(dice.between(5200, 6800))
    stage.lights.append(
        Lamp(
            at,
            np.array([0, 0, size / 2]),
            power=power,
            colour=colour,
            width=away * dice.between(0.8, 1.6),
            height=away * dice.between(0.8, 1.6),
        )
    )
    stage.sky = Room(np.ones(3), dice.between(0.5, 1.1))
