"""The trained network on a CPU at full speed, in C++; oneDNN convolves where ours cannot."""
