"""All places a plant may be photographed in."""

from assets.starter.generator.scenes import (
    desert,
    garden,
    indoors,
    nursery,
    outskirts,
    park,
    patio,
    street,
    studio,
)
from assets.starter.generator.scenes.setting import Scene

SCENES: dict[str, Scene] = {
    scene.name: scene
    for module in (studio, indoors, nursery, patio, desert, garden, park, street, outskirts)
    for scene in module.SCENES
}
