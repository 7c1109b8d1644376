"""Only a context's store knows its items, and nothing reads or counts in a way that hurts."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from prakerja.platform.access_patterns import PATTERNS
from tests.architecture.source import Source, called, deployed, imports, in_contexts

MAKERS = {"put_new", "put", "update", "check", "delete", "due", "to_attribute"}
"""What makes parts; they name attributes and conditions."""
FREE_OF_ITEMS = {"api", "messages", "published", "verify", "reconciling"}
"""Files whose string keys are those of JSON documents or of settlement files, not of items."""
ALWAYS = {"pk", "sk", "fingerprint", "schema", "commit_id", "due_shard", "due_at", "expires_at"}


def _knows_items(source: Source) -> bool:
    return source.name.startswith("prakerja.platform.") or source.role == "store"


def test_only_stores_make_parts() -> None:
    found = [
        source.at(node, f"imports {module}.{name}")
        for source in deployed()
        if not _knows_items(source)
        for node, module, name in imports(source)
        if (module == "prakerja.platform.parts" and name in MAKERS) or module.startswith("boto3.dynamodb")
    ]
    assert not found, "\n".join(found)


def test_only_stores_name_attributes() -> None:
    """Outside the stores, no string key is the name of an attribute that some store reads or writes.

    Parts of keys are free: access patterns declare them for all.
    """
    attributes = ALWAYS.union(*(_keys(source) for source in in_contexts() if source.role == "store"))
    attributes -= {part for pattern in PATTERNS for part in re.findall(r"{(\w+)}", pattern.pk + pattern.sk)}
    assert {"identity_status", "joined_at", "state"} <= attributes
    found = [
        source.at(node, f"names the attribute {key!r}")
        for source in in_contexts()
        if not _knows_items(source) and source.role not in FREE_OF_ITEMS
        for node, key in _subscripts(source)
        if key in attributes
    ]
    assert not found, "\n".join(found)


def test_no_scan() -> None:
    """A Scan reads a whole table: a request path never has the time, a sweep never the money."""
    found = [
        source.at(node, "scans")
        for source in deployed()
        for node in ast.walk(source.tree)
        if (isinstance(node, ast.Call) and called(node).endswith(".scan"))
        or (isinstance(node, ast.Constant) and node.value in ("scan", "Scan", "dynamodb:Scan"))
    ]
    assert not found, "\n".join(found)


def test_no_update_adds() -> None:
    """``ADD`` plus a lost response plus the SDK's retry is applied twice. Money moves by SET under a condition."""
    found = [
        source.at(node, f"adds: {node.value!r}")
        for source in deployed()
        for node in ast.walk(source.tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and _adds(node.value)
    ]
    assert not found, "\n".join(found)


def test_what_an_update_that_adds_looks_like() -> None:
    assert _adds("ADD balance :amount")
    assert _adds("SET #a = :b ADD #c :d")
    assert not _adds("Add the amount :amount")


def test_only_the_table_talks_to_dynamodb() -> None:
    found = [
        source.at(node, "asks for a DynamoDB client")
        for source in deployed()
        for node in ast.walk(source.tree)
        if isinstance(node, ast.Call)
        and called(node).rpartition(".")[2] in ("client", "resource")
        and any(isinstance(argument, ast.Constant) and argument.value == "dynamodb" for argument in node.args)
    ]
    assert [place.split(":")[0] for place in found] == ["layers/prakerja/python/prakerja/wiring.py"]


def _adds(text: str) -> bool:
    words = text.split()
    return any(word == "ADD" and ":" in text for word in words)


def _keys(source: Source) -> set[str]:
    """The string keys a store uses: subscripts, ``get``, ``Attr``, and the keys of its dictionaries."""
    displayed = {
        key.value
        for node in ast.walk(source.tree)
        if isinstance(node, ast.Dict)
        for key in node.keys
        if isinstance(key, ast.Constant) and isinstance(key.value, str)
    }
    return displayed | {key for _, key in _subscripts(source)}


def _subscripts(source: Source) -> Iterator[tuple[ast.AST, str]]:
    """``x["key"]``, ``x.get("key")`` and ``Attr("key")``."""
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Subscript):
            candidate: ast.expr | None = node.slice
        elif isinstance(node, ast.Call) and node.args and called(node).rpartition(".")[2] in ("get", "Attr"):
            candidate = node.args[0]
        else:
            continue
        if isinstance(candidate, ast.Constant) and isinstance(candidate.value, str):
            yield node, candidate.value
