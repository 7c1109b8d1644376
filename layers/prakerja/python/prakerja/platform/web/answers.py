"""What a page function answers, and how it becomes HTML with headers that let a browser do nothing else with it."""

from __future__ import annotations

import base64
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from jinja2 import Environment

SHARED = Path(__file__).parent / "templates"
STYLE = SHARED / "style.css"


@dataclass(frozen=True)
class Page:
    """A template and what it needs. ``retry_after``: seconds. ``form_to``: origins of others that its forms lead to."""

    template: str
    values: Mapping[str, Any] = field(default_factory=dict)
    status: int = 200
    cookies: tuple[str, ...] = ()
    retry_after: int | None = None
    form_to: tuple[str, ...] = ()
    holder: str | None = None
    """Whose forms these are, if that is first known now."""


@dataclass(frozen=True)
class Redirect:
    """The browser is to GET another address."""

    to: str
    cookies: tuple[str, ...] = ()


def cookie(name: str, value: str, *, path: str, seconds: int, secure: bool) -> str:
    """A ``Set-Cookie`` that scripts cannot read and that other sites' forms do not send; 0 seconds: forget it."""
    return f"{name}={value}; Path={path}; Max-Age={seconds}; HttpOnly; SameSite=Lax{'; Secure' if secure else ''}"


def rendered(
    folder: Path, page: Page, *, say: Callable[[str, str], str], token: Callable[[str], str], **frame: Any
) -> str:
    """The HTML of a page. ``folder`` holds the function's own templates."""
    return _templates(folder).get_template(page.template).render(say=say, token=token, **frame, **page.values)


def security_headers(form_to: tuple[str, ...], *, secure: bool) -> dict[str, str]:
    """Nothing is loaded but what the page itself holds, no script runs, nobody frames it, no cache keeps it.

    The referrer stays on our own pages, and is not left out there: a form would come without its origin.
    """
    leads_to = " ".join(("'self'", *form_to))
    policy = (
        f"default-src 'none'; style-src '{_style_hash()}'; img-src data:; form-action {leads_to}; "
        "frame-ancestors 'none'; base-uri 'none'"
    )
    headers = {
        "Content-Type": "text/html; charset=utf-8",
        "Content-Security-Policy": policy,
        "Cache-Control": "no-store",
        "Referrer-Policy": "same-origin",
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": "DENY",
    }
    if secure:
        headers["Strict-Transport-Security"] = "max-age=31536000"
    return headers


@lru_cache
def style() -> str:
    """The one style sheet; it is part of each page, which saves a request on a slow network."""
    return STYLE.read_text("utf-8")


@lru_cache
def _style_hash() -> str:
    return "sha256-" + base64.b64encode(sha256(style().encode()).digest()).decode()


@lru_cache
def _templates(folder: Path) -> Environment:
    from jinja2 import Environment, FileSystemLoader, StrictUndefined  # only where a page is really shown
    from markupsafe import Markup

    made = Environment(
        loader=FileSystemLoader([folder, SHARED]),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.globals["style"] = Markup(style())  # noqa: S704 - our own file
    return made
