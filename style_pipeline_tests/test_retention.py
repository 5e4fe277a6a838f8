"""What may be cleared: whole groups, all of them old; what vouches for the rest goes first."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as some

from style_pipeline import layout, retention
from style_pipeline.store import StoredObject

NOW = datetime(2026, 6, 1, tzinfo=UTC)


def an_object(key: str, days: float = 0, size: int = 1) -> StoredObject:
    return StoredObject(key, size, "etag", NOW - timedelta(days=days))


def test_a_group_is_one_source_or_one_job() -> None:
    keys = [
        "work/sources/a/frames-1/manifest.json",
        "work/sources/a/frames-1/shards/000000.mkv",
        "work/sources/b/audio-1/manifest.json",
        "work/styled/c/job.json",
        "work/training/d.safetensors",
    ]
    found = list(retention.groups(map(an_object, keys), retention.KINDS[layout.WORK]))
    assert [(each.prefix, len(each.objects)) for each in found] == [
        ("work/sources/a/", 2),
        ("work/sources/b/", 1),
        ("work/styled/c/", 1),
    ]


def test_one_young_object_keeps_its_whole_group() -> None:
    old, young = an_object("work/styled/c/job.json", 40), an_object("work/styled/c/x", 1)
    assert retention.stale(retention.Group("work/styled/c/", (old,)), NOW, 30)
    assert not retention.stale(retention.Group("work/styled/c/", (old, young)), NOW, 30)
    assert not retention.stale(retention.Group("work/styled/c/", ()), NOW, 30)


def test_its_last_day_is_still_kept() -> None:
    group = retention.Group("work/styled/c/", (an_object("work/styled/c/x", 30),))
    assert not retention.stale(group, NOW, 30)
    assert retention.stale(group, NOW + timedelta(seconds=1), 30)


def test_what_vouches_for_the_rest_goes_first() -> None:
    prefix = layout.styled_prefix("c")
    shard = layout.shard_key(prefix, 0, ".mp4")
    keys = [shard, layout.sidecar_key(shard), layout.job_key(prefix)]
    group = retention.Group(prefix, tuple(map(an_object, keys)))
    assert list(group.keys_in_order())[-1] == shard
    assert set(group.keys_in_order()) == set(keys)


@given(some.lists(some.sampled_from(["incoming/s/a.mp4", "outputs/s/a.mp4", "styles/s/x.jpg"])))
def test_uploads_results_and_styles_lie_in_no_group_that_is_looked_at(keys: list[str]) -> None:
    assert not any(key.startswith(tuple(retention.KINDS)) for key in keys)
