"""Which licences allow reuse, and what they are called: each source spells them in its own way.

Photos are shrunk when they are kept, and a shrunk photo may count as an adaptation: no-derivatives licences do not do.
"""

import re
from dataclasses import dataclass

COMMONS_NAME = re.compile(
    r"cc[ -](by(?:-nc)?(?:-sa)?)[ -](\d\.\d)(?:[-,]\d\.\d)*(?:[ -][a-z-]{2,10})?"
)  # "CC BY-SA 3.0 de"
VERSION = re.compile(r"\d\.\d")


@dataclass(frozen=True)
class Licence:
    """A licence under which a photo may be kept, shrunk and shown."""

    name: str  # "CC BY-SA 4.0"
    url: str
    commercial: bool  # Whether paid work may use it too


PUBLIC_DOMAIN = {  # There is one version of each.
    "cc0": Licence(
        "CC0 1.0", "https://creativecommons.org/publicdomain/zero/1.0/", commercial=True
    ),
    "pdm": Licence(
        "public domain", "https://creativecommons.org/publicdomain/mark/1.0/", commercial=True
    ),
}
VERSIONED = {
    "by": "CC BY",
    "by-sa": "CC BY-SA",
    "by-nc": "CC BY-NC",
    "by-nc-sa": "CC BY-NC-SA",
}  # Code -> what readers know it by


def licence_codes(*, commercial: bool) -> tuple[str, ...]:
    """The codes of the licences to ask a source for."""
    return tuple(
        code
        for code in (*PUBLIC_DOMAIN, *VERSIONED)
        if not (commercial and _is_non_commercial(code))
    )


def licence_of_code(code: object, version: object = None, url: object = None) -> Licence | None:
    """The licence behind a code such as Openverse's `by-sa` with a version and an address; None where reuse is not allowed."""
    if not isinstance(code, str):
        return None
    if code in PUBLIC_DOMAIN:
        return PUBLIC_DOMAIN[code]
    if code not in VERSIONED:
        return None
    if not isinstance(version, str) or not VERSION.fullmatch(version):
        return None  # What may be done differs by version: "CC BY" alone names no licence.
    ours = f"https://creativecommons.org/licenses/{code}/{version}/"
    return Licence(f"{VERSIONED[code]} {version}", _deed(url) or ours, not _is_non_commercial(code))


def licence_of_inaturalist(code: object) -> Licence | None:
    """The licence behind an iNaturalist `license_code`: `cc-by-nc`, `cc0`, `pd`; null means all rights reserved.

    Its Creative Commons licences are those of version 4.0.
    """
    if not isinstance(code, str):
        return None
    return licence_of_code("pdm" if code == "pd" else code.removeprefix("cc-"), "4.0")


def licence_of_commons(name: object, url: object) -> Licence | None:
    """The licence behind a Commons LicenseShortName and LicenseUrl; a public domain mark has no address there."""
    if not isinstance(name, str):
        return None
    spelled = " ".join(name.casefold().split())
    if spelled in ("cc0", "cc0 1.0"):
        return PUBLIC_DOMAIN["cc0"]
    if spelled == "public domain":
        return Licence("public domain", "", commercial=True)
    known = COMMONS_NAME.fullmatch(spelled)
    return licence_of_code(known[1], known[2], url) if known else None


def _is_non_commercial(code: str) -> bool:
    return "nc" in code.split("-")


def _deed(url: object) -> str:
    """The licence's own page, which may be that of a country's version; empty when the address leads elsewhere."""
    if not isinstance(url, str):
        return ""
    secure = url.replace("http://", "https://", 1)
    return (
        secure
        if re.fullmatch(r"https://creativecommons\.org/licenses/[a-z0-9./_-]+", secure)
        else ""
    )
