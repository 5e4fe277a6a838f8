"""Three frames to show styles on: a face, a landscape, a busy one. NOTICE.txt says whose they are.

Each is 640x360, the size at which most people will first look at a style.
"""

from pathlib import Path

_FOLDER = Path(__file__).parent

FRAMES = tuple(_FOLDER / name for name in ("rabbit.jpg", "meadow.jpg", "burrow.jpg"))

CREDIT = ("Big Buck Bunny", "(c) 2008 Blender Foundation", "CC BY 3.0, peach.blender.org")
"""What a sheet of these frames has to say."""
