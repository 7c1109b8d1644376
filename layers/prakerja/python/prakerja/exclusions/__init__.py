"""Lists of people who may not benefit, as other agencies hand them in: by NIK, which only its keyed digest stands for."""

from prakerja.exclusions.messages import ExclusionChanged
from prakerja.exclusions.model import PREFIX, Entry, Exclusion, Reason, Source, told
from prakerja.exclusions.store import exclusion_from_item, exclusion_key, latest_list

__all__ = [
    "PREFIX",
    "Entry",
    "Exclusion",
    "ExclusionChanged",
    "Reason",
    "Source",
    "exclusion_from_item",
    "exclusion_key",
    "latest_list",
    "told",
]
