"""Keys: readable, unique, and never able to trigger or overwrite what they should not."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from style_pipeline import layout
from style_pipeline.layout import Upload, parse_upload, video_slug


def test_an_upload_is_style_and_name() -> None:
    upload = parse_upload("incoming/great-wave/trips/my clip.mp4")
    assert upload == Upload("great-wave", "trips/my clip.mp4")
    assert upload.key == "incoming/great-wave/trips/my clip.mp4"


@pytest.mark.parametrize(
    "key",
    [
        "outputs/a/b.mp4",
        "incoming/b.mp4",
        "incoming//b.mp4",
        "incoming/a/",
        "xincoming/a/b",
        "",
        "/",
    ],
)
def test_other_keys_are_no_uploads(key: str) -> None:
    assert parse_upload(key) is None


def test_an_output_is_no_upload() -> None:
    assert parse_upload(Upload("great-wave", "clip.mp4").output_key()) is None


@given(st.text(min_size=1))
def test_a_slug_is_harmless_whatever_the_name(name: str) -> None:
    assert re.fullmatch(r"[a-z0-9._-]{10,60}", video_slug(name))


@given(st.lists(st.text(min_size=1), min_size=2, max_size=2, unique=True))
def test_two_names_have_two_slugs_and_two_outputs(names: list[str]) -> None:
    a, b = (Upload("s", name) for name in names)
    assert a.video != b.video
    assert a.output_key() != b.output_key() or {a.name, b.name} == {a.name, a.name + ".mp4"}


def test_composed_and_decomposed_spellings_are_two_videos() -> None:
    assert video_slug("caf\u00e9.mp4") != video_slug("cafe\u0301.mp4")


def test_a_slug_stays_readable() -> None:
    assert video_slug("Été à la mer (final).mp4").startswith("ete-a-la-mer-final-")


def test_derived_objects_lie_under_work() -> None:
    frames = layout.frames_prefix("abc", "def")
    assert layout.shard_key(frames, 7, ".nut") == "work/sources/abc/frames-def/shards/000007.nut"
    assert layout.sidecar_key("x.mp4") == "x.mp4.json"
