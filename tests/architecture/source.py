"""The source as the architecture tests see it: files, syntax trees and who imports whom."""

from __future__ import annotations

import ast
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "layers/prakerja/python/prakerja"

CONTEXTS = (
    "partners", "registration", "identity", "exclusions", "membership", "balance", "waves", "sso", "training", "incentives", "payouts", "cases",
)  # fmt: skip
"""Lowest first. A context may use those before it."""


@dataclass(frozen=True)
class Source:
    """One Python file that is deployed."""

    path: Path
    name: str
    """Dotted, such as ``prakerja.waves.store``."""

    @property
    def tree(self) -> ast.Module:
        return _parsed(self.path)

    @property
    def parts(self) -> tuple[str, ...]:
        return tuple(self.name.split("."))

    @property
    def context(self) -> str | None:
        """The bounded context it belongs to."""
        return self.parts[1] if self.parts[0] == "prakerja" and self.parts[1:2] and self.parts[1] in CONTEXTS else None

    @property
    def role(self) -> str:
        """The kind of file inside its context: model, store, service, …; ``""`` for the context's own ``__init__``."""
        return self.parts[2] if len(self.parts) > 2 else ""

    def at(self, node: ast.AST, what: str) -> str:
        """A finding that an editor can jump to."""
        return f"{self.path.relative_to(ROOT)}:{getattr(node, 'lineno', 1)} {what}"


@cache
def deployed() -> tuple[Source, ...]:
    """Every Python file of the package and of the functions."""
    package = ((path, path.relative_to(PACKAGE.parent)) for path in PACKAGE.rglob("*.py"))
    functions = ((path, path.relative_to(ROOT)) for path in (ROOT / "functions").rglob("*.py"))
    found = [Source(path, _dotted(relative)) for path, relative in (*package, *functions)]
    assert len(found) > 50
    return tuple(sorted(found, key=lambda source: source.name))


def in_contexts() -> list[Source]:
    """The files of the bounded contexts."""
    return [source for source in deployed() if source.context]


@cache
def tracked() -> tuple[Path, ...]:
    """Every file that is or will be in the repository: tracked, or new and not ignored."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT, check=True, capture_output=True, text=True,
    ).stdout  # fmt: skip
    return tuple(path for line in listed.splitlines() if (path := ROOT / line).is_file())


def imports(source: Source) -> Iterator[tuple[ast.AST, str, str]]:
    """(node, module, name) of every import; name is ``""`` for ``import x``. Relative ones are made absolute."""
    package = source.parts if source.path.name == "__init__.py" else source.parts[:-1]
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield node, alias.name, ""
        elif isinstance(node, ast.ImportFrom):
            base = ".".join(package[: len(package) - node.level + 1]) if node.level else ""
            module = ".".join(part for part in (base, node.module or "") if part)
            for alias in node.names:
                yield node, module, alias.name


def imported_modules(source: Source) -> Iterator[tuple[ast.AST, str]]:
    """(node, module) of our own modules that are imported, where ``from a import b`` counts as ``a.b`` if that is one."""
    ours = {other.name for other in deployed()}
    for node, module, name in imports(source):
        longer = f"{module}.{name}"
        yield node, longer if longer in ours else module


def called(node: ast.Call) -> str:
    """The dotted name of what is called, as far as it is names: ``datetime.now``, ``table.commit``."""
    return dotted(node.func)


def dotted(node: ast.expr) -> str:
    """``a.b.c`` of names and attributes; what is neither becomes ``?``."""
    if isinstance(node, ast.Name):
        return node.id
    return f"{dotted(node.value)}.{node.attr}" if isinstance(node, ast.Attribute) else "?"


def _dotted(relative: Path) -> str:
    return ".".join(relative.with_suffix("").parts).removesuffix(".__init__")


@cache
def _parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text("utf-8"), str(path))
