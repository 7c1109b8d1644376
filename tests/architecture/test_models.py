"""A model decides and does nothing else: no clock, no chance, no floats."""

from __future__ import annotations

import ast

import pytest

from tests.architecture.source import Source, called, dotted, in_contexts

CHANCE_AND_CLOCK = {"now", "today", "utcnow", "wall", "programme", "uuid4", "uuid1", "new", "digits", "code",
                    "random", "randint", "choice", "shuffle", "token_hex", "token_bytes", "randbelow"}  # fmt: skip
DECIDES = {"model", "draw", "merkle"}
"""Kinds of files that hold pure decisions."""

MODELS = [source for source in in_contexts() if source.role in DECIDES]
models = pytest.mark.parametrize("model", MODELS, ids=lambda source: source.name)


def test_contexts_have_models() -> None:
    assert {"waves", "balance", "membership", "registration"} <= {model.context for model in MODELS}


@models
def test_model_asks_neither_clock_nor_chance(model: Source) -> None:
    found = [
        model.at(node, f"calls {called(node)}")
        for node in ast.walk(model.tree)
        if isinstance(node, ast.Call) and called(node).rpartition(".")[2] in CHANCE_AND_CLOCK and "." in called(node)
    ]
    assert not found, "\n".join(found)


@models
def test_model_has_no_floats(model: Source) -> None:
    """Rupiah and counts are whole numbers; a share is a fraction of two of them."""
    found = [model.at(node, "is a float") for node in ast.walk(model.tree) if _is_float(node)]
    assert not found, "\n".join(found)


@models
def test_model_data_is_frozen(model: Source) -> None:
    found = [
        model.at(node, f"{node.name} can be changed")
        for node in ast.walk(model.tree)
        if isinstance(node, ast.ClassDef)
        for decorator in node.decorator_list
        if "dataclass" in ast.unparse(decorator) and "frozen=True" not in ast.unparse(decorator)
    ]
    assert not found, "\n".join(found)


def _is_float(node: ast.AST) -> bool:
    if isinstance(node, ast.Constant):
        return isinstance(node.value, float)
    return isinstance(node, ast.Name) and dotted(node) in ("float", "Decimal")
