"""``python -m style_pipeline_tests.azure_ml FOLDER COMMAND...``: a trial of the cloud path."""

import sys
from pathlib import Path

from style_pipeline_tests.azure_ml.trial import main

if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]).resolve(), sys.argv[2:]))
