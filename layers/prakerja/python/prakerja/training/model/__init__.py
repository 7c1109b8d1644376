"""What is sold, how it is paid, what is learned. Pure."""
