"""Pages tell the truth about the repository: every path, link and make target that they name exists."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.architecture.source import ROOT, tracked

PAGES = [path for path in tracked() if path.suffix == ".md"]
MADE = (".local/", "build/", "cdk.out", ".venv")
"""What appears only when the system runs."""
LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
QUOTED = re.compile(r"`([^`\n]+)`")
PATH = re.compile(r"\.?[\w-]+(/[\w.-]+)*/?|[\w-]+\.(md|toml|json|py|txt)")

every_page = pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))


@every_page
def test_links_lead_somewhere(page: Path) -> None:
    text = page.read_text("utf-8")
    for target in LINK.findall(text):
        if re.match(r"[a-z]+:", target):
            continue
        file, _, anchor = target.partition("#")
        there = (page.parent / file) if file else page
        assert there.exists(), f"{target} is not there"
        if anchor and there.suffix == ".md":
            assert anchor in _anchors(there), f"{target} names no heading"


@every_page
def test_make_targets_exist(page: Path) -> None:
    targets = set(re.findall(r"^([a-z][\w-]*):", (ROOT / "Makefile").read_text("utf-8"), re.M))
    named = set(re.findall(r"\bmake ([a-z][a-z-]+)\b", _code(page.read_text("utf-8"))))
    assert named <= targets


@pytest.mark.parametrize("page", [ROOT / "README.md", ROOT / "docs/architecture.md"], ids=["README", "architecture"])
def test_paths_exist(page: Path) -> None:
    named = [text for text in QUOTED.findall(page.read_text("utf-8")) if "/" in text and PATH.fullmatch(text)]
    paths = [text for text in named if not text.startswith(MADE)]
    assert len(paths) > 5
    roots = (ROOT, ROOT / "layers/prakerja/python/prakerja")
    missing = [text for text in paths if not any((root / text).exists() for root in roots)]
    assert not missing, missing


def test_readme_names_the_two_commands() -> None:
    text = (ROOT / "README.md").read_text("utf-8")
    assert "make run" in text
    assert "make test" in text


def test_readme_names_the_contexts_in_their_order() -> None:
    text = (ROOT / "README.md").read_text("utf-8")
    named = re.findall(r"`(\w+)`", text[text.index("lowest first:") :].partition("\n3.")[0])
    order = re.findall(r'^ +"\(prakerja\.(\w+)\)"', (ROOT / "pyproject.toml").read_text("utf-8"), re.M)
    assert named == order[::-1]
    assert len(named) > 5


def test_readme_does_not_count_what_will_grow() -> None:
    text = (ROOT / "README.md").read_text("utf-8")
    assert not re.search(r"\b\d+ (functions|contexts|endpoints|tests)\b", text)


def _code(text: str) -> str:
    """Only what is set as code: fenced, indented or in backticks."""
    fenced = re.findall(r"```.*?```", text, re.S)
    indented = re.findall(r"^    .*$", text, re.M)
    return "\n".join([*fenced, *indented, *QUOTED.findall(text)])


def _anchors(page: Path) -> set[str]:
    text = page.read_text("utf-8")
    headings = re.findall(r"^#+ (.+)$", text, re.M)
    slugs = {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}
    return slugs | set(re.findall(r'<a id="([^"]+)"', text))
