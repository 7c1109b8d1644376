"""One adapter for each outside system. Each fulfils a port of the context that needs it; none knows our tables."""
