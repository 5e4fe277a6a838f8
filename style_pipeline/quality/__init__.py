"""How good a painted video is, in numbers: ``python -m style_pipeline.quality SOURCE PAINTED``.

Pictures go in, numbers come out; this room knows neither Dagster nor the store nor the network.
Only :mod:`~style_pipeline.quality.motion` knows OpenCV, only :mod:`~style_pipeline.quality.films`
opens files.
"""
