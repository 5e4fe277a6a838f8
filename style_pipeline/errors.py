"""The one tree of exceptions; third-party errors are mapped into it where they enter.

An error's message is one line that names the cause and the remedy. ``exit_code`` is what the
command line ends with: 2 for what the user can mend (a wrong file, an unknown style), 1 for what
is ours or the machine's (a full disk, a crashed rank).
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import ClassVar


class StylePipelineError(Exception):
    """Base of every error that this package raises on purpose."""

    exit_code: ClassVar[int] = 1


class UserError(StylePipelineError):
    """Mixed into errors that the user can mend; the same input would fail again unchanged."""

    exit_code = 2


class ConfigurationError(UserError, ValueError):
    """A setting, an environment variable or a command-line value makes no sense."""


class CeilingReached(UserError):
    """As much has been spent as may be spent in a day."""


class PartitionError(UserError, KeyError):
    """A partition key is malformed or names no uploaded video."""

    def __str__(self) -> str:
        return str(self.args[0]) if self.args else ""


class Cancelled(StylePipelineError):
    """Work in another thread was given up with the block that it was for."""


# --- processes -----------------------------------------------------------------------------


class ProcessError(StylePipelineError):
    """A program could not be started, failed, or was ended by one of its limits."""


class ProgramMissing(ProcessError, FileNotFoundError):
    """A program that we need is not installed on this machine."""


class ProcessTimeout(ProcessError, TimeoutError):
    """A program ran past its time limit; its whole process group was killed."""


class OutputFlood(ProcessError):
    """A program wrote more than it was allowed to; its whole process group was killed."""


# --- media ---------------------------------------------------------------------------------


class MediaError(StylePipelineError):
    """FFmpeg failed, or did not produce what was asked of it."""


class ScratchFull(MediaError, OSError):
    """No space left where media are being worked on."""


class UnusableVideo(UserError, MediaError):
    """The uploaded file is empty, not a video, damaged, or of a kind that we refuse."""


class FilterMissing(UserError, MediaError):
    """The FFmpeg at hand was built without a filter that this video needs."""


class FidelityError(MediaError):
    """A finished file differs from its source in something that we promise to keep."""


# --- store ---------------------------------------------------------------------------------


class StoreError(StylePipelineError):
    """The media store could not be read or written."""


class ObjectMissing(StoreError, FileNotFoundError):
    """No object under this key."""


class ObjectChanged(StoreError):
    """A conditional write lost: the object exists already, or is no longer the one expected."""


class InvalidKey(UserError, StoreError, ValueError):
    """A key that could leave the store or that no back end can hold."""


class NotInQuarantine(UserError, StoreError, LookupError):
    """Nothing of this name was put aside."""


class StoreFull(StoreError, OSError):
    """No space left where the store writes."""


# --- manifests and jobs --------------------------------------------------------------------


class TelemetryError(StylePipelineError):
    """A trace could not be sent."""


class AlertError(StylePipelineError):
    """People could not be told of something."""


class ManifestError(StylePipelineError, ValueError):
    """A manifest, sidecar, job or report is malformed, of another version, or untrue."""


class StyleError(StylePipelineError):
    """The network or its checkpoint could not be used."""


class UnknownStyle(UserError, StyleError, LookupError):
    """No style of this name can be painted."""


class UnusablePicture(UserError, StyleError, ValueError):
    """A picture is missing, not an image, damaged, or of a size that we refuse."""


class UnusablePainting(UnusablePicture):
    """A painting is no usable picture, or of one colour."""


class CheckpointError(UserError, StyleError, ValueError):
    """A checkpoint is truncated, of another version, or not the file its card describes."""


class TrainingError(UserError, StyleError):
    """Training cannot start or continue with these inputs."""


class StyleJobError(StylePipelineError):
    """The MPI job failed, was cancelled, or ended without a complete report.

    ``logs`` is how each rank's log ended, by the log's name, where somebody else keeps them.
    """

    def __init__(self, message: str, logs: Mapping[str, str] = MappingProxyType({})) -> None:
        super().__init__(message)
        self.logs = logs


class StyleJobTimeout(StyleJobError, TimeoutError):
    """The MPI job ran past its deadline and was ended."""


class ClusterError(StylePipelineError):
    """Azure ML refused what it was asked."""


class ClusterUnavailable(ClusterError, ConnectionError):
    """Azure ML could not be reached, or asked to be left alone for a while; this may pass."""
