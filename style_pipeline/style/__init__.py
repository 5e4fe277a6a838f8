"""The pictures: network, checkpoints, stylizer, training. PyTorch is imported in this room alone.

Importing this package itself stays light; its modules that need PyTorch import it themselves.
"""
