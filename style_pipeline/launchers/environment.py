"""The environment of a local rank."""

from collections.abc import Mapping

_LARGE = str(1 << 40)
_THREADS = ("OMP_NUM_THREADS", "MKL_NUM_THREADS")


def rank_environment(
    environ: Mapping[str, str], threads: int | None, pipes: Mapping[str, str]
) -> dict[str, str]:
    """``environ`` with what a rank needs besides; ``pipes`` tells rank 0 how to reach Dagster.

    With ``threads`` None, libraries take as many as they find cores.

    Left to itself, the allocator gives every large tensor back to the kernel and gets it again,
    page by page, for the next frame: up to two thirds of the time would go there. The settings
    make it keep and reuse its memory. The AV1 encoder tells of errors only.
    """
    bound = {} if threads is None else dict.fromkeys(_THREADS, str(threads))
    return {
        **environ,
        **bound,
        "MALLOC_ARENA_MAX": "1",
        "MALLOC_MMAP_MAX_": "0",
        "MALLOC_TRIM_THRESHOLD_": _LARGE,
        "MALLOC_TOP_PAD_": str(64 << 20),
        "SVT_LOG": "1",
        "PYTHONUNBUFFERED": "1",
        "PYTHONFAULTHANDLER": "1",
        **pipes,
    }
