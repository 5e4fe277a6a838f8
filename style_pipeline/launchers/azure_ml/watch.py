"""Follows one job from wherever it is to its end."""

from collections.abc import Callable
from dataclasses import dataclass

from style_pipeline.errors import StyleJobError, StyleJobTimeout
from style_pipeline.launchers.azure_ml.bill import Bill
from style_pipeline.launchers.azure_ml.patience import Patience
from style_pipeline.launchers.azure_ml.states import State
from style_pipeline.launchers.azure_ml.workspace import Sighting, Workspace
from style_pipeline.launchers.listener import Log


@dataclass(frozen=True)
class Watch:
    """What every job of a run is watched with.

    ``until`` is the deadline on ``patience.clock``; ``poll_seconds`` lie between two looks.
    """

    workspace: Workspace
    patience: Patience
    bill: Bill
    log: Log
    poll_seconds: float
    until: float
    deadline: float

    def seconds_left(self) -> float:
        """Until the deadline; a job gets no more than that as its own limit."""
        return self.until - self.patience.clock()

    def look(self, name: str) -> Sighting | None:
        """The job as it is now, asked for until there is an answer."""
        return self.patience.ask(lambda: self.workspace.look(name))

    def follow(self, name: str, listen: Callable[[], None]) -> Sighting:
        """The job at its end, after ``listen`` was called at every look.

        Raises StyleJobTimeout past the deadline, StyleJobError where the job is in trouble for
        longer than the patience, ClusterUnavailable where Azure ML is out of reach for so long.
        """
        now = self.patience.clock
        last, well = "", now()
        while True:
            sighting = self.look(name)
            if sighting is None:
                raise StyleJobError(f"the job {name} has vanished from Azure ML; run it again")
            self.bill.note(sighting, now())
            if sighting.status != last:
                self.log.info(f"Azure ML job {name} is {sighting.status}")
                last = sighting.status
            if sighting.state is not State.TROUBLED:
                well = now()
            if sighting.state.over:
                return sighting
            listen()
            self._check(sighting, now(), now() - well)
            self.patience.sleep(self.poll_seconds)

    def _check(self, sighting: Sighting, now: float, troubled: float) -> None:
        if now > self.until:
            raise StyleJobTimeout(
                f"the style job was ended after its deadline of {self.deadline:g} s, being "
                f"{sighting.status}; finished shards are kept: run it again, with a longer "
                "deadline or more nodes"
            )
        if troubled > self.patience.seconds:
            raise StyleJobError(
                f"Azure ML job {sighting.name} was {sighting.status} for {troubled:.0f} s and was "
                "given up; finished shards are kept: run it again"
            )
