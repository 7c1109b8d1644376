"""The page of error codes that partners meet, from ``functions/partner_api/codes.py`` and the problems behind it."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape

from docs.discover import problems
from functions.partner_api.codes import CODES, PartnerCode
from prakerja.partners.errors import InvalidFields, MalformedBody, WrongPartnerKind
from prakerja.platform.problems import Problem, Reaction
from prakerja.training.errors import TooManyPaymentCodes

INTRODUCTION = """# Error codes of the partner API

`ERR`, module, HTTP status, serial. The modules PLT, VOD and OAUTH are those that the programme published; their codes keep
their meaning. REQ (the request), SIG (the signature), TRX (a business refusal), SSO (logging in) and SYS (our side) are
ours. Every refusal is JSON: `{"code":"…","message":"…","success":false}`. `message` is Indonesian and may be shown to
people; programs read `code`. Words in braces are filled in. How to send requests: `docs/partner-api.md`.
"""
HEADS = ("code", "HTTP", "message", "when", "what to do")
_TODO = {
    Reaction.FIX_REQUEST: "change the request",
    Reaction.RETRY_LATER: "send it again later",
    Reaction.GIVE_UP: "do not repeat it: the answer will stay",
    Reaction.DUPLICATE: "nothing: it was done before",
}
MET_AS: dict[str, type[Problem]] = {
    "malformed-request": MalformedBody,
    "invalid-input": InvalidFields,
    "too-many": TooManyPaymentCodes,
    "not-allowed": WrongPartnerKind,
}
"""As what partners meet a problem that others meet in other words."""
_LATER = "send it again after the seconds of `Retry-After`"


def code_rows() -> Iterator[tuple[str, ...]]:
    """A row for each code, in the order of codes."""
    everything: list[type[Problem]] = [Problem, *problems()]
    known = {problem.slug: problem for problem in everything} | MET_AS
    for slug, row in sorted(CODES.items(), key=lambda item: item[1].code):
        yield _row(known[slug], row)


def _row(problem: type[Problem], row: PartnerCode) -> tuple[str, ...]:
    said = row.message or problem.detail_id or f"{problem.title_id}."
    todo = _LATER if row.status in (429, 503) else _TODO[problem.reaction]
    return f"`{row.code}`", str(row.status), _plain(said), _plain(_when(problem)), todo


def _when(problem: type[Problem]) -> str:
    """Title and detail as sentences."""
    end = "" if problem.title.endswith(("?", ".")) else "."
    return f"{problem.title}{end} {problem.detail}".strip()


def _plain(text: str) -> str:
    return escape(text, quote=False)
