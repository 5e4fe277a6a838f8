"""What an hour of video would cost on nodes of GPUs: a model, and its assumptions."""
