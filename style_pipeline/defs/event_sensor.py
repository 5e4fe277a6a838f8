"""The second source of truth about uploads: Event Grid's messages, where a queue is configured.

For containers so large that listing them every few seconds costs too much. It asks for the same
runs under the same keys as the sensor that lists; whichever comes first lays its claim, and both
look for the run itself before they ask. A message is removed once its run is in Dagster's records,
or nothing is to come of it; until then it comes back, and after :data:`MOST_TRIES` it is parked.
"""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import partial

import dagster as dg

from style_pipeline import again, intake
from style_pipeline.defs import quarantining
from style_pipeline.defs.handing_out import Rules, asked_for, may_ask, partitions_of, request
from style_pipeline.defs.jobs import paint_video
from style_pipeline.errors import InvalidKey, ObjectMissing, StylePipelineError
from style_pipeline.intake import Arrival, Rejection
from style_pipeline.notices import Ignored, Notice, NoticeQueue, created
from style_pipeline.quarantine import Quarantined
from style_pipeline.store import MediaStore
from style_pipeline.style import catalogue

MOST_TRIES = 10

SOURCE = "events"


class Post:
    """One tick's messages, and what became of them."""

    def __init__(
        self,
        context: dg.SensorEvaluationContext,
        store: MediaStore,
        queue: NoticeQueue,
        rules: Rules,
    ) -> None:
        self._context, self._store, self._queue = context, store, queue
        self._now = datetime.now(UTC)
        look_fault = partial(catalogue.fault, known=catalogue.offers(store))
        self._judge = partial(
            intake.judge,
            look_fault=look_fault,
            now=self._now,
            size_fault=rules.limits.size_fault,
            repeats=again.repeats(store),
        )
        self.wanted: dict[str, Arrival] = {}
        self.moved: list[Quarantined] = []
        self.counts: Counter[str] = Counter()

    def take(self, notice: Notice) -> None:
        """Handle one message; whatever is wrong with it stops none of the others."""
        ended = False
        with self._noted():
            ended = self._handled(notice)
        with self._noted():
            if ended:
                self._queue.done(notice)
            elif notice.tries >= MOST_TRIES:
                self._queue.park(notice)
                self.counts["parked"] += 1

    @contextmanager
    def _noted(self) -> Iterator[None]:
        """Errors of ours are counted and logged; the message comes back by itself."""
        try:
            yield
        except StylePipelineError as error:
            self.counts["failed"] += 1
            self._context.log.warning(f"a message could not be handled: {error}")

    def _handled(self, notice: Notice) -> bool:
        """Whether there is nothing more to do about a message."""
        key = created(notice.text, self._store.url)
        if isinstance(key, Ignored):
            self.counts[key.value] += 1
            return True
        try:
            judged = self._judge(self._store.stat(key))
        except InvalidKey:
            self.counts[Ignored.MALFORMED.value] += 1
            return True
        except ObjectMissing:
            self.counts["gone"] += 1
            return True
        return self._refused(judged) if isinstance(judged, Rejection) else self._asked(judged)

    def _refused(self, rejection: Rejection) -> bool:
        self._context.log.warning(f"rejected {rejection}")
        moved = quarantining.clear_away(self._store, [rejection], self._now, self._context.log)
        self.moved += moved
        return bool(moved)

    def _asked(self, arrival: Arrival) -> bool:
        """Whether the run is there; if not, and it is ours to ask for, it is asked for."""
        if asked_for(self._context.instance, arrival):
            return True
        if may_ask(self._context.instance, self._store, arrival, SOURCE, self._now):
            self.wanted[arrival.run_key] = arrival
        return False


@dg.sensor(
    job=paint_video,
    minimum_interval_seconds=10,
    default_status=dg.DefaultSensorStatus.RUNNING,
    description=(
        "Reads Event Grid's *BlobCreated* messages from the storage queue that "
        "STYLE_PIPELINE_QUEUE names, and asks for the same runs as `new_video_sensor`, which finds "
        "what no message told of. A message is removed when its run is there. Messages that nobody "
        "can handle are parked in the queue `...-poison`; foreign and malformed ones are counted."
    ),
)
def blob_created_sensor(
    context: dg.SensorEvaluationContext,
    store: dg.ResourceParam[MediaStore],
    queue: dg.ResourceParam[NoticeQueue],
    intake_rules: dg.ResourceParam[Rules],
) -> dg.SensorResult:
    """One handful of messages; none while nothing may be painted."""
    closed = intake_rules.ceiling.fault(context.instance, datetime.now(UTC))
    if closed:
        return dg.SensorResult(skip_reason=closed)
    notices = queue.receive(intake.REQUESTS_PER_TICK)
    if not notices:
        return dg.SensorResult(skip_reason="no message")
    post = Post(context, store, queue, intake_rules)
    for notice in notices:
        post.take(notice)
    wanted = list(post.wanted.values())
    told = ", ".join([f"{len(notices)} messages", *_told(post.counts)])
    context.log.info(told)
    return dg.SensorResult(
        run_requests=[request(arrival) for arrival in wanted],
        skip_reason=None if wanted else told,
        dynamic_partitions_requests=partitions_of(wanted),
        asset_events=[quarantining.observation(entry) for entry in post.moved],
    )


def _told(counts: Counter[str]) -> list[str]:
    return [f"{number} {what}" for what, number in sorted(counts.items())]
