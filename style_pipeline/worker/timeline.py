"""When each shard of a rank was taken and when it was stored, for whoever wants to see it."""

from collections.abc import Callable, Iterable, Iterator

from style_pipeline.manifest import FrameShard, ShardTime


class Timeline:
    """Watches shards go into the line and come out of it; ``now`` is Unix time in seconds."""

    def __init__(self, now: Callable[[], float]) -> None:
        self._now = now
        self._taken: dict[int, float] = {}
        self._times: list[ShardTime] = []

    def taken(self, shards: Iterable[FrameShard]) -> Iterator[FrameShard]:
        """``shards``, each noted when it is asked for."""
        for shard in shards:
            self._taken[shard.index] = self._now()
            yield shard

    def stored(self, shards: Iterable[FrameShard]) -> Iterator[FrameShard]:
        """``shards``, each noted when it has come."""
        for shard in shards:
            began = self._taken[shard.index]
            seconds = round(self._now() - began, 3)
            self._times.append(ShardTime(shard.index, shard.count, round(began, 3), seconds))
            yield shard

    def times(self) -> tuple[ShardTime, ...]:
        """Of every shard stored so far, in that order."""
        return tuple(self._times)
