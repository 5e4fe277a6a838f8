"""The code that travels to the cluster: this package and nothing beside it."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import style_pipeline

_LEFT_OUT = shutil.ignore_patterns("__pycache__", "*.pyc", ".*")


@contextmanager
def package_snapshot() -> Iterator[Path]:
    """A folder that holds a copy of the package, for as long as the block lasts.

    Azure ML would upload whatever lies in the folder that it is given: the repository's history, a
    virtual environment, videos. Equal code gives an equal snapshot, which is uploaded once.
    """
    package = Path(style_pipeline.__file__).parent
    with tempfile.TemporaryDirectory(prefix="style-pipeline-") as folder:
        shutil.copytree(package, Path(folder) / package.name, ignore=_LEFT_OUT)
        yield Path(folder)
