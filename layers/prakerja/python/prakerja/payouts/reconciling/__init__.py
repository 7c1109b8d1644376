"""Our attempts of a day against the provider's own account of that day. Nothing in here moves money or does I/O but
to a folder of its own.

Both sides are streams in one order (shard, reference): ours comes so from the table, theirs is sorted outside memory
(``sorting``) and merged (``comparing``). For n rows: O(n log n) comparisons, one pass over each side, and memory for one
chunk of rows, whatever n is.
"""
