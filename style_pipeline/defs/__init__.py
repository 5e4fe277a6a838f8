"""Dagster's side: partitions, assets, checks, sensor, resources, the one job. No torch, no MPI."""
