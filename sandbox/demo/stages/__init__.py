"""The stages of the play, in order. Each takes the play and leaves on its players how far they came."""
