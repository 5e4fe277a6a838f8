"""Measures the product against other ways to do its work; not part of the package."""
