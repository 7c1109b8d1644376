"""Commands of cases: open what was found; people take, note down, resolve, and clear what lies in suspense."""

from prakerja.cases.service.clearing import CLEAR, clear_case, clearing_approved, propose_clearing
from prakerja.cases.service.handling import note_case, open_case, resolve_case, take_case, watch_cases

__all__ = [
    "CLEAR",
    "clear_case",
    "clearing_approved",
    "note_case",
    "open_case",
    "propose_clearing",
    "resolve_case",
    "take_case",
    "watch_cases",
]
