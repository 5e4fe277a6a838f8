"""``quarantine``, ``release`` and ``submit --again`` as a person types them."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from style_pipeline import again, quarantine
from style_pipeline.store import MediaStore
from style_pipeline.stores import LocalStore
from style_pipeline_tests.cli.conftest import Run, said
from style_pipeline_tests.conftest import ClipFactory

KEY = "incoming/great-wave/holiday.mp4"


@pytest.fixture
def store(tmp_path: Path) -> MediaStore:
    return LocalStore(tmp_path / "home")


def aside(store: MediaStore, key: str = KEY) -> quarantine.Quarantined:
    now = datetime(2024, 5, 1, 12, tzinfo=UTC)
    return quarantine.put_aside(store, store.upload(b"bad", key), "is bad; mend it", now)


def test_what_was_put_aside_is_listed_and_comes_back(cli: Run, store: MediaStore) -> None:
    assert cli("quarantine").stdout == ""
    entry = aside(store)
    assert cli("quarantine").stdout.split("\t") == [
        entry.name,
        "2024-05-01T12:00:00+00:00",
        KEY,
        "is bad; mend it\n",
    ]
    released = cli("release", entry.name)
    assert (released.returncode, released.stdout) == (0, f"{KEY}\n")
    assert store.read_bytes(KEY) == b"bad"
    assert cli("quarantine").stdout == ""


def test_what_people_get_wrong_is_one_line(cli: Run, store: MediaStore) -> None:
    entry = aside(store)
    store.upload(b"good", KEY)
    for wrong, told in {
        ("nothing",): "'style-pipeline quarantine' lists what is",
        (entry.name,): "name a free key with --to",
        (entry.name, "--to", "outputs/x.mp4"): "incoming/STYLE/NAME",
    }.items():
        result = cli("release", *wrong)
        assert result.returncode == 2
        assert told in said(result)
    assert cli("release", entry.name, "--to", "incoming/great-wave/other.mp4").returncode == 0


def test_submitted_again_it_is_wanted_again(cli: Run, store: MediaStore, clip: ClipFactory) -> None:
    arguments = ("submit", str(clip("short.mp4", frames=3)), "--style", "great-wave")
    first = cli(*arguments)
    assert first.stderr.startswith("Estimate: 3 frames of 64x48")
    assert again.repeats(store) == {}
    assert cli(*arguments, "--again").stdout == first.stdout
    assert list(again.repeats(store).values()) == [1]


def test_what_is_past_a_limit_is_refused_before_it_is_sent(
    cli: Run, store: MediaStore, clip: ClipFactory
) -> None:
    video = str(clip("short.mp4", frames=3))
    result = cli("submit", video, "--style", "great-wave", STYLE_PIPELINE_UPLOAD_FRAMES="2")
    assert result.returncode == 2
    assert "has 3 frames, the limit is 2: cut it, or raise STYLE_PIPELINE_UPLOAD_FRAMES" in said(
        result
    )
    assert list(store.list("incoming/")) == []
