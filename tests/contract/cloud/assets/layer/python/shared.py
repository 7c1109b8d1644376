"""A module that only a layer has."""
