"""How rank 0 is heard: over Dagster Pipes where Dagster started the job, else on stdout."""

import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager

from dagster_pipes import PipesMappingParamsLoader, open_dagster_pipes

from style_pipeline.lesson import LessonReport
from style_pipeline.manifest import StyleReport
from style_pipeline.messages import Message, wrap
from style_pipeline.worker.outbox import STORE_PARAMETER, OutboxWriter

Tell = Callable[[Message], None]


@contextmanager
def open_reporter(environ: Mapping[str, str]) -> Iterator[Tell]:
    """A function that tells whoever started this job; an error in the block is told as well.

    The other side says how: through a store where it names one, else through a file.
    """
    parameters = PipesMappingParamsLoader(environ)
    if not parameters.is_dagster_pipes_process():
        yield _say
        return
    writer = OutboxWriter() if STORE_PARAMETER in parameters.load_messages_params() else None
    with open_dagster_pipes(params_loader=parameters, message_writer=writer) as pipes:
        yield lambda message: pipes.report_custom_message(wrap(message))


@contextmanager
def silent() -> Iterator[Tell]:
    """What the other ranks get: nobody listens to them."""
    yield lambda message: None


def _say(message: Message) -> None:
    if isinstance(message, StyleReport):
        counts = f"{message.shards_styled} shards styled, {message.shards_reused} reused"
        sys.stdout.write(f"{counts}, in {message.wall:.1f} s\n")
    elif isinstance(message, LessonReport):
        sys.stdout.write(f"learnt {message.style} in {message.seconds:.0f} s\n")
    else:
        sys.stdout.write(f"{message}\n")
    sys.stdout.flush()
