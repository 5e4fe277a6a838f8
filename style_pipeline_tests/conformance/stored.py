"""A case through a media store, as assets send it: uploaded, taken apart, painted, published."""

import hashlib
import time
from pathlib import Path

from style_pipeline import layout
from style_pipeline.defs import extraction, uploads
from style_pipeline.defs.admission import USUAL
from style_pipeline.defs.finishing import finish
from style_pipeline.defs.sources import fetch
from style_pipeline.defs.stages import Stages
from style_pipeline.job import StyleChoice, StyleJob
from style_pipeline.look import Look
from style_pipeline.media.containers import CONTAINERS
from style_pipeline.media.frames import FrameSettings
from style_pipeline.output import choose
from style_pipeline.store import MediaStore
from style_pipeline.worker.line import Line
from style_pipeline.worker.stopwatch import Stopwatch
from style_pipeline_tests.conformance.cases import Case
from style_pipeline_tests.conformance.examine import policies

STYLE = "great-wave"


def published(case: Case, video: Path, store: MediaStore, folder: Path) -> str:
    """The sha256 of what ``store`` publishes for a case; nobody paints the frames."""
    upload = uploads.put(store, video, STYLE)
    preset = choose(case.output, bit_rate=case.bit_rate)
    container = CONTAINERS[preset.container]
    source = fetch(store, upload, store.stat(upload.key).size, folder, USUAL)
    settings = FrameSettings(8, policies=policies(case), upright=not container.turns)
    parts = [folder / name for name in ("frames", "audio", "final")]
    for part in parts:
        part.mkdir()
    stages = Stages()
    manifest = extraction.take_frames(store, source, settings, parts[0], stages)
    extraction.take_audio(store, source, parts[1], stages)
    job = StyleJob(
        video=upload.video,
        run_id="run",
        manifest_key=layout.manifest_key(extraction.frames_folder(source, settings)),
        manifest_sha256=hashlib.sha256(manifest.to_json()).hexdigest(),
        frames_digest=manifest.digest,
        look=Look.parse(STYLE),
        styles=(StyleChoice(STYLE, "0" * 64),),
        encoding=preset.encoding,
    )
    watch = Stopwatch(time.monotonic)
    line = Line(store, job, manifest, lambda: lambda picture: picture, lambda: None, watch)
    assert len(list(line.run(manifest.shards))) == len(manifest.shards)
    finished = finish(store, source, manifest, job, container, parts[2], stages)
    return hashlib.sha256(store.read_bytes(finished.key)).hexdigest()
