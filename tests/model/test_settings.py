"""Settings: empty ones mean the default, wrong ones a sentence."""

from pathlib import Path

import pytest

from model.errors import InvalidSetting
from model.settings import HOME, hosting

NAMES = ("HOME", "DATABASE", "PHOTOS", "GATHER", "UPLOADS", "MAX_PHOTOS", "MAX_MB")


@pytest.mark.parametrize("empty", [True, False])
def test_settings_that_are_empty_or_absent_have_their_defaults(
    monkeypatch: pytest.MonkeyPatch, *, empty: bool
) -> None:
    for name in NAMES:
        monkeypatch.delenv(f"AREOLE_{name}", raising=False)
        if empty:
            monkeypatch.setenv(f"AREOLE_{name}", "")
    settings = hosting()
    assert (settings.max_photos, settings.max_megabytes) == (3000, 1000)
    assert (settings.home, settings.database, settings.photos) == (HOME, "", "")
    assert settings.gather
    assert settings.uploads


def test_the_data_folder_is_named_here(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("AREOLE_HOME", "here")
    monkeypatch.setenv("AREOLE_DATABASE", "sqlite://")
    monkeypatch.setenv("AREOLE_PHOTOS", "memory://photos")
    monkeypatch.chdir(tmp_path)
    settings = hosting()
    assert settings.home == tmp_path / "here"
    assert (settings.database, settings.photos) == ("sqlite://", "memory://photos")


@pytest.mark.parametrize("text", ["3,000", "3.5", "-1", "many", "³", "1e3", "3_000"])
@pytest.mark.parametrize("name", ["AREOLE_MAX_PHOTOS", "AREOLE_MAX_MB"])
def test_a_number_that_is_none_is_a_sentence_that_names_the_setting(
    monkeypatch: pytest.MonkeyPatch, name: str, text: str
) -> None:
    monkeypatch.setenv(name, text)
    with pytest.raises(InvalidSetting, match=f'{name} is "{text}". Set it to a whole number'):
        hosting()


def test_a_number_may_have_spaces_around_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AREOLE_MAX_PHOTOS", " 40 ")
    assert hosting().max_photos == 40
