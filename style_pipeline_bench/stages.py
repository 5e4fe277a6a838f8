"""Each stage of a rank beside a convolution of fixed size, in one process: has one got slower?

``python -m style_pipeline_bench.stages`` compares with ``stages.json`` and ends with 1, naming the
stage, where one takes more than its tolerance; ``--accept`` writes what it finds there instead. All
is CPU time and a median of many, so that other work on the machine hardly counts, and what seems
slower is measured again, since a neighbour may have been busy just then. A stage is counted in
convolutions, or the store in plain writes of a file, so that the machine's own speed and its disk's
hardly do.
"""

import hashlib
import json
import os
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

import torch
from torch import nn

from style_pipeline.job import Encoding
from style_pipeline.manifest import FrameManifest
from style_pipeline.stores.local import LocalStore
from style_pipeline.style import engine
from style_pipeline.worker.encoder import ShardEncoder, Times
from style_pipeline_bench.sharded import encoded, sharded, shipped

BASELINE = Path(__file__).with_name("stages.json")
TOLERANCE = 1.75
ROUNDS = 9
LOOKS = 3

CONVOLUTIONS, WRITES = "convolutions", "writes"

_STYLE = "great-wave"
_FRAMES, _WIDTH, _HEIGHT = 12, 640, 360
_WRITTEN = 2**21
Stages = dict[str, Callable[[], object]]


def slower(found: Mapping[str, float], baseline: Mapping[str, float]) -> list[str]:
    """One line for each stage that takes more than its tolerance, in its unit."""
    return [
        f"{stage} takes {found[stage]:.2f} {unit_of(stage)}, {found[stage] / usual:.1f} times its "
        f"baseline of {usual:.2f}"
        for stage, usual in baseline.items()
        if found.get(stage, 0) > TOLERANCE * usual
    ]


def looked_at(works: Stages, units: Stages, baseline: Mapping[str, float]) -> dict[str, float]:
    """What each stage takes; the least of several looks where the first says that it is slower."""
    found = measured(works, units)
    for _ in range(LOOKS - 1):
        late = {name: work for name, work in works.items() if slower({name: found[name]}, baseline)}
        again = measured(late, units) if late else {}
        found |= {name: min(found[name], now) for name, now in again.items()}
    return found


def measured(works: Stages, units: Stages) -> dict[str, float]:
    """The median CPU time of each stage, by the median time of its unit."""
    times: dict[str, list[float]] = {name: [] for name in (*units, *works)}
    for turn in range(1 + ROUNDS):
        for name, work in (*units.items(), *works.items()):
            started = time.process_time()
            work()
            if turn:  # the first is to get warm
                times[name].append(time.process_time() - started)
    return {name: round(median(times[name]) / median(times[unit_of(name)]), 3) for name in works}


def unit_of(stage: str) -> str:
    """What a stage is counted in."""
    return WRITES if stage == "store" else CONVOLUTIONS


def units(folder: Path) -> Stages:
    """The yardsticks: arithmetic, and what a disk cannot be spared."""
    content, path = os.urandom(_WRITTEN), folder / "written"
    return {CONVOLUTIONS: convolution(), WRITES: lambda: plain_write(content, path)}


def plain_write(content: bytes, path: Path) -> None:
    """A file put down as the store does it, without a store: summed, settled, moved into place."""
    hashlib.sha256(content).digest()
    draft = path.with_suffix(".part")
    with draft.open("wb") as stream:
        stream.write(content)
        os.fsync(stream.fileno())
    draft.replace(path)


def convolution() -> Callable[[], object]:
    """The middle of the network: 32 channels at a quarter of 640x360, a dozen times, in float32."""
    layer = nn.Conv2d(32, 32, 3, padding=1).to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    x = torch.rand(1, 32, 90, 160).contiguous(memory_format=torch.channels_last)

    def work() -> None:
        with torch.no_grad():
            for _ in range(12):
                layer(x)

    return work


def stages(folder: Path) -> Stages:
    """What a rank does with a shard of 12 frames, and what surrounds it."""
    source = ("-f", "lavfi", "-i", f"testsrc2=s={_WIDTH}x{_HEIGHT}:r=25")
    clip = sharded("a test picture", folder, _FRAMES, _FRAMES, *source)
    manifest, (content,), (frames,) = clip.manifest, clip.files, clip.shards
    store = LocalStore(folder / "store")
    native = shipped(_STYLE, engine.NATIVE)
    text = manifest.to_json()

    def encode() -> bytes:
        times = Times.of(manifest, manifest.shards[0])
        return encoded(ShardEncoder(manifest.format, Encoding(), times), frames)

    if engine.fitting(engine.cpu_flags(), "any") == engine.NATIVE_BFLOAT16:
        half = shipped(_STYLE, engine.NATIVE_BFLOAT16)
        fast: Stages = {"bfloat16": lambda: [half(frame) for frame in frames[:2]]}
    else:
        fast = {}
    return fast | {
        "decode": lambda: list(clip.pictures_of(clip.files)[0]),
        "network": lambda: [native(frame) for frame in frames[:2]],
        "encode": encode,
        "store": lambda: store.upload(content, "work/shard"),
        "manifest": lambda: [FrameManifest.from_json(text) for _ in range(50)],
    }


def main(accept: bool) -> int:
    """The exit code."""
    torch.set_num_threads(1)
    baseline = json.loads(BASELINE.read_text("utf-8"))
    with TemporaryDirectory() as name:
        folder = Path(name)
        found = looked_at(stages(folder), units(folder), {} if accept else baseline)
    if accept:
        baseline |= found
        BASELINE.write_text(json.dumps(baseline, indent=1) + "\n")
    for stage, now in found.items():
        sys.stdout.write(
            f"{stage:10} {now:7.2f} {unit_of(stage)}, baseline {baseline[stage]:.2f}\n"
        )
    faults = slower(found, baseline)
    sys.stdout.write("".join(f"slower: {fault}\n" for fault in faults))
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main("--accept" in sys.argv[1:]))
