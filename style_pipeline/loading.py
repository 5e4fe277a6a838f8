"""Loading libraries: what they make lasts as long as the process; nobody looks for garbage there.

Python looks through everything that it made, again and again while there is more of it, and once
more at the end: a third of the time of a process that loads Dagster, a quarter of one that loads
PyTorch.
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
