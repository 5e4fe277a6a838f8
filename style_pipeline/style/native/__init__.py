"""The trained network on a CPU at full speed: convolutions by oneDNN, the rest by kernels.cpp."""
