"""``styles add``: a painting into the store, and a lesson in it, watched."""

import sys
from pathlib import Path

from style_pipeline.cli.display import display
from style_pipeline.cli.run import progress_on
from style_pipeline.errors import ConfigurationError
from style_pipeline.settings import Settings
from style_pipeline.stores import open_whole
from style_pipeline.style import catalogue, gallery


def add(settings: Settings, name: str, painting: Path, *, verbose: bool) -> None:
    """Hang ``painting`` as ``name`` and have it learnt; a stopped lesson goes on where it was.

    Raises ConfigurationError, UnusablePainting, and what the lesson raises.
    """
    from style_pipeline.defs.instance import embedded_instance
    from style_pipeline.defs.resources import studio_of
    from style_pipeline.defs.submission import learn

    store = open_whole(settings.store_url, settings.learnt_url)
    lacking = studio_of(settings).lacks()
    gallery.hang(store, name, painting)
    if lacking:
        raise ConfigurationError(
            f"{name!r} can be painted at once, but not be learnt yet: {lacking}"
        )
    if catalogue.offers(store)[name].kind == "trained":
        return
    with (
        embedded_instance(settings) as instance,
        display(sys.stderr) as shown,
        progress_on(shown),
    ):
        learn(settings, instance, name, verbose=verbose, watcher=shown)
