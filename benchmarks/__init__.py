"""What the book says of speed, measured: `make bench`."""
