"""A stage that got slower is named, and only that one."""

import json
from pathlib import Path

import pytest

from style_pipeline_bench import stages
from style_pipeline_bench.stages import slower


def test_the_stage_that_got_slower_is_named() -> None:
    baseline = {"decode": 1.0, "network": 4.0}
    assert slower({"decode": 1.6, "network": 2.0}, baseline) == []
    (fault,) = slower({"decode": 1.6, "network": 9.0}, baseline)
    assert fault.startswith("network takes 9.00 convolutions, 2.2 times")


def test_a_stage_that_this_machine_does_not_have_is_not_compared() -> None:
    assert slower({"decode": 1.0}, {"decode": 1.0, "bfloat16": 0.1}) == []


def test_what_was_slower_for_a_moment_only_is_not_slower(monkeypatch: pytest.MonkeyPatch) -> None:
    looks = iter([{"decode": 9.0, "store": 1.0}, {"decode": 1.1}, {}])
    monkeypatch.setattr(stages, "measured", lambda works, units: next(looks) if works else {})
    works: stages.Stages = {"decode": lambda: None, "store": lambda: None}
    found = stages.looked_at(works, {}, {"decode": 1.0, "store": 1.0})
    assert found == {"decode": 1.1, "store": 1.0}


def test_what_is_slower_at_every_look_is_slower(monkeypatch: pytest.MonkeyPatch) -> None:
    looks = iter([{"store": 9.0}, {"store": 8.0}, {"store": 8.5}])
    monkeypatch.setattr(stages, "measured", lambda _works, _units: next(looks))
    found = stages.looked_at({"store": lambda: None}, {}, {"store": 1.0})
    assert list(looks) == []
    (fault,) = slower(found, {"store": 1.0})
    assert fault == "store takes 8.00 writes, 8.0 times its baseline of 1.00"


def test_every_stage_has_a_baseline_and_does_its_work(tmp_path: Path) -> None:
    works = stages.stages(tmp_path)
    assert set(works) <= set(json.loads(stages.BASELINE.read_text()))
    decoded, styled, encoded = (works[name]() for name in ("decode", "network", "encode"))
    assert isinstance(decoded, list)
    assert len(decoded) == 12
    assert isinstance(styled, list)
    assert styled[0].shape == (360, 640, 3)
    assert isinstance(encoded, bytes)
    assert b"ftyp" in encoded[:16]
