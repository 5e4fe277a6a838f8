"""How checkpoints come to be: photographs, perceptual losses, a warm start, the training loop."""
