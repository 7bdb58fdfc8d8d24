import pytest

from model.gather.sources.licences import (
    Licence,
    licence_codes,
    licence_of_code,
    licence_of_commons,
    licence_of_inaturalist,
)


@pytest.mark.parametrize(
    ("code", "name", "url", "commercial"),
    [
        ("cc0", "CC0 1.0", "https://creativecommons.org/publicdomain/zero/1.0/", True),
        ("cc-by", "CC BY 4.0", "https://creativecommons.org/licenses/by/4.0/", True),
        ("cc-by-sa", "CC BY-SA 4.0", "https://creativecommons.org/licenses/by-sa/4.0/", True),
        ("cc-by-nc", "CC BY-NC 4.0", "https://creativecommons.org/licenses/by-nc/4.0/", False),
        (
            "cc-by-nc-sa",
            "CC BY-NC-SA 4.0",
            "https://creativecommons.org/licenses/by-nc-sa/4.0/",
            False,
        ),
        ("pd", "public domain", "https://creativecommons.org/publicdomain/mark/1.0/", True),
    ],
)
def test_inaturalist_licences_that_allow_reuse(
    code: str, name: str, url: str, commercial: bool
) -> None:
    assert licence_of_inaturalist(code) == Licence(name, url, commercial)


@pytest.mark.parametrize(
    "code", [None, "cc-by-nd", "cc-by-nc-nd", "gfdl", "", "all rights reserved", 4, ["cc-by"]]
)
def test_inaturalist_licences_that_do_not(code: object) -> None:
    assert licence_of_inaturalist(code) is None


def test_openverse_licences_carry_their_version_and_own_page() -> None:
    german = "http://creativecommons.org/licenses/by-sa/2.0/de/"
    found = licence_of_code("by-sa", "2.0", german)
    assert found == Licence("CC BY-SA 2.0", german.replace("http:", "https:"), True)
    assert licence_of_code("pdm", "1.0", None) == Licence(
        "public domain", "https://creativecommons.org/publicdomain/mark/1.0/", True
    )
    elsewhere = licence_of_code("by", "3.0", "https://evil.example/licenses/by/3.0/")
    assert elsewhere == Licence("CC BY 3.0", "https://creativecommons.org/licenses/by/3.0/", True)


@pytest.mark.parametrize(
    ("code", "version"),
    [
        ("by-nd", "2.0"),
        ("sampling+", "1.0"),
        ("by", None),
        ("by", "4"),
        ("by", "4.0/../evil"),
        (None, "2.0"),
    ],
)
def test_openverse_licences_that_do_not_allow_reuse(code: object, version: object) -> None:
    assert licence_of_code(code, version) is None


@pytest.mark.parametrize(
    ("name", "url", "expected"),
    [
        ("CC BY-SA 4.0", "https://creativecommons.org/licenses/by-sa/4.0", "CC BY-SA 4.0"),
        ("CC BY-SA 3.0 de", None, "CC BY-SA 3.0"),
        ("CC BY-SA 4.0-3.0-2.5-2.0-1.0", None, "CC BY-SA 4.0"),
        ("cc-by-2.5-dk", None, "CC BY 2.5"),
        ("CC0", "http://creativecommons.org/publicdomain/zero/1.0/deed.en", "CC0 1.0"),
        ("Public domain", None, "public domain"),
    ],
)
def test_commons_licences(name: str, url: str | None, expected: str) -> None:
    licence = licence_of_commons(name, url)
    assert licence is not None
    assert licence.name == expected
    assert licence.url.startswith("https://creativecommons.org/") or licence.name == "public domain"


@pytest.mark.parametrize(
    "name",
    ["GFDL", "FAL", "CC BY-ND 2.0", "CC BY", "Fair use", "CC BY-SA 4.0 or GFDL", "", None, 4],
)
def test_commons_licences_that_do_not_allow_reuse(name: object) -> None:
    assert licence_of_commons(name, "https://creativecommons.org/licenses/by/4.0") is None


def test_for_commercial_use_no_non_commercial_licence_is_asked_for() -> None:
    assert set(licence_codes(commercial=False)) - set(licence_codes(commercial=True)) == {
        "by-nc",
        "by-nc-sa",
    }
    assert not [code for code in licence_codes(commercial=False) if "nd" in code.split("-")]
