"""Waves (gelombang): joining one, and the draw that fills its seats."""
