"""Planted bugs: would the tests notice? ``python -m tests.prove [name …]``."""
