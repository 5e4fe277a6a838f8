"""The commands of :mod:`style_pipeline.style.training`, and what they are told."""
