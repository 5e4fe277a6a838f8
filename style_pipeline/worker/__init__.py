"""The MPI program that paints a job's shards: ``python -m mpi4py -m style_pipeline.worker``.

Every rank takes the next unfinished shard from a shared counter and passes its frames along a
line of threads: read, paint, encode, store. Only :mod:`~style_pipeline.worker.ranks` knows MPI,
only :mod:`~style_pipeline.worker.reporting` knows Dagster Pipes.
"""
