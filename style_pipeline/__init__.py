"""Paint videos in the style of a painting, frame for frame, as a Dagster asset platform."""

__version__ = "0.1.0"
