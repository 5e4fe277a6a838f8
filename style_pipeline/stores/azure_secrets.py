"""Azure's credentials, taken out of every text and log line that people may see."""

import logging
import re

_SECRET = re.compile(
    r"(sig=|AccountKey=|SharedAccessSignature=|SharedKey [^:\s]+:|Bearer )[^&;\s'\"]+",
    re.IGNORECASE,
)
_USER = re.compile(r"://[^/\s@]+@")

TALKATIVE = ("urllib3.connectionpool", "urllib3.util.retry")
"""Loggers that write whole URLs, signatures included; Azure's own loggers leave them out."""


def scrub(text: str) -> str:
    """``text`` without signatures, keys, tokens and passwords."""
    return _USER.sub("://***@", _SECRET.sub(r"\1***", text))


class _Scrubbing(logging.Filter):
    def filter(self, record: logging.LogRecord) -> bool:
        record.msg, record.args = scrub(record.getMessage()), ()
        return True


_SCRUBBING = _Scrubbing()


def guard_logs() -> None:
    """Keep signatures out of the log of every request; called twice, it does no more."""
    for name in TALKATIVE:
        logging.getLogger(name).addFilter(_SCRUBBING)
