"""One function per command; the only place that orders steps."""
