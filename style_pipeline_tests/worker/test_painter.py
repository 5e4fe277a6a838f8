"""The job's look: opened from the store, and what was seen in a painting kept for every rank."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from style_pipeline import layout
from style_pipeline.errors import StyleJobError
from style_pipeline.job import StyleJob
from style_pipeline.look import Look
from style_pipeline.style import catalogue, gallery
from style_pipeline.style.arbitrary.vector import StyleVector
from style_pipeline.worker.painter import Painter
from style_pipeline_tests.sources import Source, picture

FRAME = picture(1, 64, 48)


def at_once(source: Source, folder: Path) -> StyleJob:
    """A job in the style of a painting that was never learnt."""
    Image.fromarray(picture(5, 64, 48)).save(folder / "painting.png")
    gallery.hang(source.store, "fresh", folder / "painting.png")
    look = Look.parse("fresh")
    return replace(source.job(), look=look, styles=catalogue.choose(look, source.store))


def test_all_ranks_see_the_same_in_a_painting(
    source: Callable[..., Source], tmp_path: Path
) -> None:
    made = source(frames=1, shard_frames=1)
    job = at_once(made, tmp_path)
    first = Painter(job, made.store, 0).open()(FRAME)
    key = layout.style_vector_key(job.prefix, "fresh")
    seen = StyleVector.from_json(made.store.read_bytes(key))
    assert np.array_equal(Painter(job, made.store, 0).open()(FRAME), first)
    made.store.upload(replace(seen, numbers=seen.numbers[::-1]).to_json(), key)
    assert not np.array_equal(Painter(job, made.store, 0).open()(FRAME), first)


def test_a_painting_that_was_exchanged_is_refused(
    source: Callable[..., Source], tmp_path: Path
) -> None:
    made = source(frames=1, shard_frames=1)
    job = at_once(made, tmp_path)
    Image.fromarray(picture(9, 64, 48)).save(tmp_path / "painting.png")
    gallery.hang(made.store, "fresh", tmp_path / "painting.png")
    with pytest.raises(StyleJobError, match="has changed"):
        Painter(job, made.store, 0).open()
