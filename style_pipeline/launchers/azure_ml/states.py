"""What the states of an Azure ML job mean to somebody who waits for it."""

from enum import Enum


class State(Enum):
    """``TROUBLED`` may pass or stay for ever: it is waited for, but not without limit."""

    WAITING = "waiting"
    WORKING = "working"
    TROUBLED = "troubled"
    COMPLETED = "completed"
    FAILED = "failed"
    CANCELED = "canceled"

    @property
    def over(self) -> bool:
        """Whether a job in this state has ended."""
        return self in (State.COMPLETED, State.FAILED, State.CANCELED)


_STATES = {
    "NotStarted": State.WAITING,
    "Starting": State.WAITING,
    "Provisioning": State.WAITING,
    "Preparing": State.WAITING,
    "Queued": State.WAITING,
    "Running": State.WORKING,
    "Finalizing": State.WORKING,
    "CancelRequested": State.WORKING,
    "Completed": State.COMPLETED,
    "Failed": State.FAILED,
    "Canceled": State.CANCELED,
    "NotResponding": State.TROUBLED,
    "Paused": State.TROUBLED,
    "Unknown": State.TROUBLED,
}
"""Every status that the API knows, by its own spelling."""


def state_of(status: str | None) -> State:
    """A status that we have never heard of is trouble, not success."""
    return _STATES.get(status or "", State.TROUBLED)
