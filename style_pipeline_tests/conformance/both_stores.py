"""``make conformance-azure``: the whole matrix through a folder and through Azurite, byte for byte.

What is refused is refused by both, in the same words. One line in docs/media.md says how it went.
"""

import os
import sys
import tempfile
import time
from pathlib import Path

from style_pipeline.errors import UnusableVideo
from style_pipeline.settings import STORE_CONNECTION_STRING
from style_pipeline.store import MediaStore
from style_pipeline.stores import open_store
from style_pipeline_tests.azurite import Azurite, running
from style_pipeline_tests.conformance.cases import Case, every
from style_pipeline_tests.conformance.examine import make
from style_pipeline_tests.conformance.page import BOTH_STORES, put
from style_pipeline_tests.conformance.stored import published


def main() -> int:
    """The exit code: 1 where the stores differ, or a case is not what it should be."""
    began, outcomes = time.monotonic(), []
    cases = [case for case in every() if not sys.argv[1:] or sys.argv[1] in case.id]
    with tempfile.TemporaryDirectory(prefix="azurite-") as logs, running(Path(logs)) as azurite:
        for case in cases:
            with tempfile.TemporaryDirectory(prefix="conformance-") as folder:
                here, there = through_both(case, azurite, Path(folder))
            same = here == there and here.startswith("refused") == (case.refused is not None)
            print("same" if same else f"DIFFERENT: {here}; {there}", case.id, flush=True)
            outcomes.append((same, here))
    summary = _summary(outcomes)
    if not sys.argv[1:]:
        put(BOTH_STORES, summary)
    print(f"{summary} {time.monotonic() - began:.0f} s")
    return int(not all(same for same, _ in outcomes))


def through_both(case: Case, azurite: Azurite, folder: Path) -> tuple[str, str]:
    """What becomes of a case in a folder's store, and in one of Azurite."""
    for part in ("made", "here", "there"):
        (folder / part).mkdir()
    video = make(case, folder / "made")
    secret = {**os.environ, STORE_CONNECTION_STRING: azurite.connection_string()}
    container = azurite.new_container()
    local = open_store((folder / "store").as_uri())
    cloud = open_store(azurite.url(container.container_name), secret)
    try:
        return _outcome(case, video, local, folder / "here"), _outcome(
            case, video, cloud, folder / "there"
        )
    finally:
        container.delete_container()


def _outcome(case: Case, video: Path, store: MediaStore, folder: Path) -> str:
    """The sha256 of what is published, or the reason why nothing is."""
    try:
        return published(case, video, store, folder)
    except UnusableVideo as error:
        return f"refused: {error}"
    except Exception as error:  # noqa: BLE001
        return f"not carried out in {store.url}: {type(error).__name__}: {error}"


def _summary(outcomes: list[tuple[bool, str]]) -> str:
    same = [here for good, here in outcomes if good]
    refused = sum(here.startswith("refused") for here in same)
    return (
        f"{len(same)} of {len(outcomes)} clips: {len(same) - refused} results with the same "
        f"sha256 in a folder and in Azurite, {refused} refused by both in the same words."
    )


if __name__ == "__main__":
    sys.exit(main())
