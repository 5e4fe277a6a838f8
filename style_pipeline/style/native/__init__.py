"""The trained network on a CPU at full speed, in C++; convolutions by oneDNN where ours cannot work."""
