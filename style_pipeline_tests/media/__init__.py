"""Tests of :mod:`style_pipeline.media`."""
