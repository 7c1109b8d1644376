"""What the system means: one bounded context a folder, the platform underneath, one adapter an outside system."""
