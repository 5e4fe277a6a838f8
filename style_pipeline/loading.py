"""Loading libraries: what they make lasts as long as the process; nobody looks for garbage there.

Python looks through everything that it made, again and again while there is more of it: a seventh
of the time in which Dagster loads.
"""

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def loading() -> Iterator[None]:
    """No garbage is looked for inside the block, nor ever among what was made by its end.

    For the whole process, in all its threads: what nobody refers to any more is freed as always,
    only not where it refers to itself.
    """
    wanted = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        if wanted:
            gc.enable()
