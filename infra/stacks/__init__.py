"""State (outlives everything), service (can be made again at any time), watch (tells people)."""
