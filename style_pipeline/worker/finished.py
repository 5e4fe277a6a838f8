"""Which styled shards are finished: the truth is what lies in the store, never a message.

A shard counts as finished if its sidecar carries the digest of this very job and shard, and the
object beside it has the sidecar's size and sha256. Anything else is painted again.
"""

import hashlib
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor

from style_pipeline import layout
from style_pipeline.errors import ManifestError, ObjectMissing
from style_pipeline.job import StyleJob
from style_pipeline.manifest import FrameManifest, FrameShard, Sidecar
from style_pipeline.store import MediaStore

_READERS = 8


def finished_shards(
    store: MediaStore,
    job: StyleJob,
    shards: Iterable[FrameShard],
    *,
    hashes: bool = True,
) -> frozenset[int]:
    """The indices of those among ``shards`` that are finished.

    ``hashes=False`` trusts the sizes and does not read the shards themselves.
    """
    sizes = {found.key: found.size for found in store.list(job.prefix)}

    def finished(shard: FrameShard) -> bool:
        return _is_finished(store, job, shard, sizes, hashes=hashes)

    candidates = [shard for shard in shards if job.styled_key(shard) in sizes]
    with ThreadPoolExecutor(_READERS) as readers:
        verdicts = readers.map(finished, candidates)
        return frozenset(s.index for s, done in zip(candidates, verdicts, strict=True) if done)


def unfinished_shards(
    store: MediaStore, job: StyleJob, manifest: FrameManifest
) -> tuple[FrameShard, ...]:
    """The shards without a fitting sidecar and an object of its size, in order."""
    done = finished_shards(store, job, manifest.shards, hashes=False)
    return tuple(shard for shard in manifest.shards if shard.index not in done)


def _is_finished(
    store: MediaStore,
    job: StyleJob,
    shard: FrameShard,
    sizes: Mapping[str, int],
    *,
    hashes: bool,
) -> bool:
    key = job.styled_key(shard)
    try:
        sidecar = Sidecar.from_json(store.read_bytes(layout.sidecar_key(key)))
        described = (sidecar.digest, sidecar.count, sidecar.size)
        if described != (job.shard_digest(shard), shard.count, sizes[key]):
            return False
        return not hashes or hashlib.sha256(store.read_bytes(key)).hexdigest() == sidecar.sha256
    except (ObjectMissing, ManifestError):
        return False
