"""The operating system's errors, mapped into ours where the local store meets them."""

import errno
from collections.abc import Iterator
from contextlib import contextmanager

from style_pipeline.errors import InvalidKey, ObjectMissing, StoreError, StoreFull

_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
_MISSING = {errno.ENOENT, errno.ENOTDIR, errno.EISDIR}
_ODD_NAME = {errno.ENAMETOOLONG, errno.ELOOP, errno.EILSEQ}


@contextmanager
def reading(what: str) -> Iterator[None]:
    """Maps OSError while ``what`` is read; a folder, or nothing, under a key is ObjectMissing."""
    try:
        yield
    except StoreError:
        raise
    except OSError as error:
        if error.errno in _MISSING:
            raise ObjectMissing(f"{what!r} is not in the store; upload it first") from error
        raise _mapped(f"{what!r} cannot be read", error) from error


@contextmanager
def writing(what: str) -> Iterator[None]:
    """Maps OSError while ``what`` is written; no space left is StoreFull."""
    try:
        yield
    except StoreError:
        raise
    except OSError as error:
        raise _mapped(f"{what!r} cannot be written", error) from error


def _mapped(event: str, error: OSError) -> StoreError:
    if error.errno in _FULL:
        return StoreFull(f"{event}: no space left on the disk; free some and run again")
    if error.errno in _ODD_NAME:
        return InvalidKey(f"{event}: the file system refuses this name ({error.strerror})")
    return StoreError(f"{event}: {error.strerror or error}; check the folder and its permissions")
