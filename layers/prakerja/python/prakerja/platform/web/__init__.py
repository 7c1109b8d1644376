"""The frame of the pages that people see: plain HTML that needs no script, no cookie of others and no other host."""
