"""Who can run a style job: each launcher implements :class:`style_pipeline.job.StyleLauncher`."""
