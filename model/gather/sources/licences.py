"""Licences that allow reuse, read from each source's spelling.

A photo shrunk to be kept may count as an adaptation: no-derivatives licences do not do.
"""

import re
from dataclasses import dataclass

COMMONS_NAME = re.compile(  # "CC BY-SA 3.0 de"
    r"cc[ -](by(?:-nc)?(?:-sa)?)[ -](\d\.\d)(?:[-,]\d\.\d)*(?:[ -][a-z-]{2,10})?"
)
DEED = re.compile(r"https://creativecommons\.org/licenses/[a-z0-9./_-]+")
VERSION = re.compile(r"\d\.\d")


@dataclass(frozen=True)
class Licence:
    """A licence under which a photo may be kept, shrunk and shown."""

    name: str  # "CC BY-SA 4.0"
    url: str
    commercial: bool  # Whether paid work may use it too


COMMONS = "https://creativecommons.org"
PUBLIC_DOMAIN = {  # There is one version of each.
    "cc0": Licence("CC0 1.0", f"{COMMONS}/publicdomain/zero/1.0/", commercial=True),
    "pdm": Licence("public domain", f"{COMMONS}/publicdomain/mark/1.0/", commercial=True),
}
# Code -> what readers know it by
VERSIONED = {"by": "CC BY", "by-sa": "CC BY-SA", "by-nc": "CC BY-NC", "by-nc-sa": "CC BY-NC-SA"}


def licence_codes(*, commercial: bool) -> tuple[str, ...]:
    """List the codes of the licences to ask a source for."""
    codes = (*PUBLIC_DOMAIN, *VERSIONED)
    return tuple(code for code in codes if not (commercial and _is_non_commercial(code)))


def licence_of_code(code: object, version: object = None, url: object = None) -> Licence | None:
    """Read a code such as Openverse's `by-sa`, version and address; None: no reuse allowed."""
    if not isinstance(code, str):
        return None
    # What may be done differs by version: "CC BY" alone names no licence.
    is_version = isinstance(version, str) and VERSION.fullmatch(version)
    if code not in VERSIONED or not is_version:
        return PUBLIC_DOMAIN.get(code)
    deed = _deed(url) or f"{COMMONS}/licenses/{code}/{version}/"
    return Licence(f"{VERSIONED[code]} {version}", deed, not _is_non_commercial(code))


def licence_of_inaturalist(code: object) -> Licence | None:
    """Read a `license_code`: `cc-by-nc` (version 4.0), `cc0`, `pd`; null: all rights reserved."""
    if not isinstance(code, str):
        return None
    return licence_of_code("pdm" if code == "pd" else code.removeprefix("cc-"), "4.0")


def licence_of_commons(name: object, url: object) -> Licence | None:
    """Read a Commons LicenseShortName and LicenseUrl; a public domain mark has no address there."""
    if not isinstance(name, str):
        return None
    spelled = " ".join(name.casefold().split())
    if spelled in ("cc0", "cc0 1.0"):
        return PUBLIC_DOMAIN["cc0"]
    if spelled == "public domain":
        return Licence("public domain", "", commercial=True)
    parts = COMMONS_NAME.fullmatch(spelled)
    return licence_of_code(parts[1], parts[2], url) if parts else None


def _is_non_commercial(code: str) -> bool:
    return "nc" in code.split("-")


def _deed(url: object) -> str:
    """Return the licence's own page, perhaps a country's version; empty for other addresses."""
    secure = url.replace("http://", "https://", 1) if isinstance(url, str) else ""
    return secure if DEED.fullmatch(secure) else ""
