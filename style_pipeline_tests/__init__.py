"""Tests of the package, laid out as the package is; real FFmpeg, real MPI ranks, real Dagster."""
