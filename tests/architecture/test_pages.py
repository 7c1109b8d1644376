"""Every page says who may see it, is reached through the gateway, and its templates hold nothing that a browser must not do."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from functions.sign_in.pages import pages as sign_in
from functions.site.handler import handler as site
from prakerja.platform.web.answers import SHARED
from prakerja.platform.web.frame import Pages, Route
from tests.architecture.source import ROOT
from tests.architecture.test_routes import _target

SERVED: dict[str, Pages] = {"sign_in": sign_in, "site": site}
ROUTES = [(function, route) for function, pages in SERVED.items() for route in pages.routes]
OPENS = {
    "GET /": "anybody",
    "GET /masuk": "anybody",
    "POST /masuk": "anybody",
    "GET /masuk/kode/<challenge_id>": "anybody",
    "POST /masuk/kode/<challenge_id>": "anybody",
    "POST /masuk/kode/<challenge_id>/ulang": "anybody",
    "GET /masuk/keluar": "anybody",
    "POST /masuk/keluar": "anybody",
    "GET /attendance/<attendance>": "link",
    "POST /attendance/<attendance>": "link",
    "GET /consent-sso": "anybody",  # what a client does wrong is told before anybody signs in
    "POST /consent-sso": "person",
    "GET /izin": "person",
    "POST /izin": "person",
}
"""Whoever opens another page writes it down here, for a reviewer to see."""
TEMPLATES = [*SHARED.glob("*.html"), *sorted((ROOT / "functions").glob("*/templates/*.html"))]
every_template = pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: str(path.name))


def test_somebody_has_decided_about_every_page() -> None:
    assert {f"{route.method} {route.path}": route.opens for _, route in ROUTES} == OPENS
    assert len(ROUTES) == len(OPENS)


@pytest.mark.parametrize(("function", "route"), ROUTES, ids=[f"{r.method} {r.path}" for _, r in ROUTES])
def test_page_is_reached_through_the_gateway(function: str, route: Route) -> None:
    assert _target(route.method, re.sub(r"<\w+>", "x", route.path)) == function


def test_templates_are_found() -> None:
    assert len(TEMPLATES) >= 8


@every_template
def test_every_form_carries_a_token_for_its_own_address(template: Path) -> None:
    text = template.read_text("utf-8")
    actions = re.findall(r'<form method="post" action="([^"]+)"', text)
    assert text.count("<form") == len(actions)
    tokens = re.findall(r"token\(([^)]+)\)", text)
    assert [_spoken(token) for token in tokens] == actions


def _spoken(argument: str) -> str:
    """``'/masuk'`` → /masuk; ``here ~ '/ulang'`` → {{ here }}/ulang."""
    parts = [part.strip() for part in argument.split("~")]
    return "".join(part.strip("'") if part.startswith("'") else "{{ " + part + " }}" for part in parts)


@every_template
@pytest.mark.parametrize(
    "never", [r"<script", r"\son\w+=", r"\sstyle=", r"https?://", r"<img", r"<iframe", r"\|safe", r"<svg", r"autofocus"]
)
def test_templates_ask_a_browser_for_nothing_else(template: Path, never: str) -> None:
    assert not re.search(never, template.read_text("utf-8"), re.IGNORECASE)


@every_template
def test_every_text_is_there_in_two_languages(template: Path) -> None:
    """Between tags there is nothing but what ``say`` chooses, data, and words that are the same in both."""
    text = re.sub(r"{%.*?%}|{#.*?#}", "", template.read_text("utf-8"), flags=re.DOTALL)
    text = re.sub(r"{{.*?}}", "", text, flags=re.DOTALL)
    words = re.sub(r"<[^>]*>", " ", text).split()
    assert set(words) <= {"Kartu", "Prakerja", "–", "Post-test", "(", ")"}


def test_the_style_sheet_loads_nothing() -> None:
    style = (SHARED / "style.css").read_text("utf-8")
    assert "url(" not in style
    assert "@import" not in style
    assert len(style) < 8_000
