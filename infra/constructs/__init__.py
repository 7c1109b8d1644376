"""The building blocks: each keeps a rule that its users cannot forget."""
