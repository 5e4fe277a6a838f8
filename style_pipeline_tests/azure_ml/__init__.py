"""A local Azure ML: see README.md beside this file."""
