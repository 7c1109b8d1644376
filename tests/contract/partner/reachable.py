"""Which problems a partner can meet: those that the code of the endpoints refers to, however far away.

A name that a function uses leads to what it stands for: a function or class of this package, whose own names lead on.
"""

from __future__ import annotations

import ast
import importlib
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from prakerja.platform.problems import Problem

ROOTS = (Path("."), Path("layers/prakerja/python"))
Thing = tuple[str, str]
"""Module and name."""


def problems_of_the_partner_api() -> set[type[Problem]]:
    """All problem classes that its functions lead to."""
    found = (_value(thing) for thing in _reached(_defined_in("functions/partner_api")))
    return {kind for kind in found if isinstance(kind, type) and issubclass(kind, Problem)}


def _defined_in(folder: str) -> list[Thing]:
    modules = [".".join(path.with_suffix("").parts) for path in Path(folder).glob("*.py")]
    return [(module, name) for module in modules for name in _parsed(module)[0]]


def _reached(start: list[Thing]) -> set[Thing]:
    seen: set[Thing] = set()
    waiting = list(start)
    while waiting:
        thing = waiting.pop()
        if thing not in seen:
            seen.add(thing)
            waiting += _leads_to(*thing)
    return seen


def _leads_to(module: str, name: str) -> Iterator[Thing]:
    defined, imported = _parsed(module)
    if name in imported:
        yield imported[name]
    for node in ast.walk(defined[name]) if name in defined else ():
        if isinstance(node, ast.Name) and node.id != name and (node.id in defined or node.id in imported):
            yield module, node.id


@cache
def _parsed(module: str) -> tuple[dict[str, ast.AST], dict[str, Thing]]:
    """Top-level definitions of a module of ours, and where its imported names come from."""
    source = _source(module)
    if source is None:
        return {}, {}
    defined: dict[str, ast.AST] = {}
    imported: dict[str, Thing] = {}
    for node in ast.walk(ast.parse(source.read_text("utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module:
            imported |= {alias.asname or alias.name: (node.module, alias.name) for alias in node.names}
    for node in ast.parse(source.read_text("utf-8")).body:
        match node:
            case ast.FunctionDef(name=name) | ast.ClassDef(name=name):
                defined[name] = node
            case ast.Assign(targets=[ast.Name(id=name)]) | ast.AnnAssign(target=ast.Name(id=name)):
                defined[name] = node
    return defined, imported


def _source(module: str) -> Path | None:
    for root in ROOTS:
        path = root / module.replace(".", "/")
        for candidate in (path.with_suffix(".py"), path / "__init__.py"):
            if candidate.is_file():
                return candidate
    return None


def _value(thing: Thing) -> object:
    module, name = thing
    return getattr(importlib.import_module(module), name, None) if _source(module) else None
