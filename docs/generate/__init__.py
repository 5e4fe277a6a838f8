"""What the documentation takes from the code: ``python -m docs.generate`` writes it again."""
