"""What goes wrong with photos on the web.

Blurred, dark, over-exposed and tiny ones, and copies of others.
"""

from collections.abc import Callable
from io import BytesIO

from PIL import Image, ImageEnhance, ImageFilter

from assets.starter.generator.dice import Dice


def blurry(image: Image.Image, dice: Dice) -> Image.Image:
    """Out of focus, or shaken."""
    return image.filter(ImageFilter.GaussianBlur(max(image.size) * dice.between(0.014, 0.02)))


def dark(image: Image.Image, dice: Dice) -> Image.Image:
    """Taken by night without a flash."""
    return ImageEnhance.Brightness(image).enhance(dice.between(0.1, 0.16))


def overexposed(image: Image.Image, dice: Dice) -> Image.Image:
    """Burnt out."""
    gain = dice.between(3.5, 4.5)
    return image.point([min(255, round(gain * level + 70)) for level in range(256)] * 3)


def tiny(image: Image.Image, dice: Dice) -> Image.Image:
    """A thumbnail, as search engines show them."""
    image.thumbnail((53, 53))
    return image


def near_duplicate(image: Image.Image, dice: Dice) -> Image.Image:
    """The same picture from another page: cropped, smaller, a little brighter or darker."""
    left, top, right, bottom = dice.uniform(0, 0.06, 4)
    width, height = image.size
    cropped = image.crop(
        (
            round(left * width),
            round(top * height),
            round((1 - right) * width),
            round((1 - bottom) * height),
        )
    )
    scale = dice.between(0.8, 0.9)
    smaller = cropped.resize(
        (round(cropped.width * scale), round(cropped.height * scale)), Image.Resampling.LANCZOS
    )
    return ImageEnhance.Brightness(smaller).enhance(dice.between(0.9, 1.12))


Spoil = Callable[[Image.Image, Dice], Image.Image]
FLAWS: dict[str, Spoil] = {spoil.__name__: spoil for spoil in (blurry, dark, overexposed, tiny)}


def spoiled(jpeg: bytes, spoil: Spoil, dice: Dice) -> bytes:
    """A photo with a defect, as a JPEG."""
    out = BytesIO()
    with Image.open(BytesIO(jpeg)) as image:
        spoil(image, dice).save(out, "JPEG", quality=dice.whole(75, 90))
    return out.getvalue()
