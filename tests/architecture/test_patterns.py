"""Access patterns: keys parse back, none is another's, none is unused."""

from __future__ import annotations

import ast
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from prakerja.platform import access_patterns
from prakerja.platform.access_patterns import PATTERNS, TABLES, Pattern
from tests.architecture.source import Source, deployed
from tests.support.effort import effort

NAMES = {name: value for name, value in vars(access_patterns).items() if isinstance(value, Pattern)}
WORDS = sorted({word for pattern in PATTERNS for word in re.split(r"#|{\w+}", pattern.pk + "#" + pattern.sk) if word})
"""The fixed words of keys: the values most likely to make one key look like another."""

values = st.one_of(
    st.sampled_from(WORDS),
    st.text(st.characters(exclude_characters="#{}", exclude_categories=["Cc", "Cs"]), min_size=1, max_size=12),
    st.integers(0, 99),
)
every_pattern = pytest.mark.parametrize("pattern", PATTERNS, ids=lambda pattern: str(pattern.name))


def _parts(pattern: Pattern) -> list[str]:
    return re.findall(r"{(\w+)}", pattern.pk + pattern.sk)


def _keys(pattern: Pattern) -> st.SearchStrategy[dict[str, str | int]]:
    return st.fixed_dictionaries(dict.fromkeys(_parts(pattern), values))


def _neighbours(pattern: Pattern) -> list[Pattern]:
    return [other for other in PATTERNS if other.table == pattern.table and other is not pattern]


@every_pattern
@settings(max_examples=effort(15))
@given(data=st.data())
def test_key_parses_back(pattern: Pattern, data: st.DataObject) -> None:
    parts = data.draw(_keys(pattern))
    assert pattern.parse(pattern.key(**parts)) == {name: str(value) for name, value in parts.items()}


@every_pattern
@settings(max_examples=effort(15))
@given(data=st.data())
def test_key_is_of_no_other_pattern(pattern: Pattern, data: st.DataObject) -> None:
    key = pattern.key(**data.draw(_keys(pattern)))
    for other in _neighbours(pattern):
        with pytest.raises(ValueError, match="is not a key of"):
            other.parse(key)


@every_pattern
@settings(max_examples=effort(15))
@given(data=st.data())
def test_listing_finds_nothing_of_another_pattern(pattern: Pattern, data: st.DataObject) -> None:
    """What a query reads (one partition, one prefix of sort keys) is of one family, however many parts are given."""
    parts = data.draw(_keys(pattern))
    key = pattern.key(**parts)
    for other in (*_neighbours(pattern), pattern):
        listed = [name for name in _parts(other) if name in re.findall(r"{(\w+)}", other.pk)]
        try:
            of = {name: parts.get(name, "x") for name in listed}
            within = other.partition(**of) == key["pk"] and key["sk"].startswith(other.sort_prefix(**of))
        except KeyError:
            continue
        assert not within or other is pattern


@every_pattern
def test_pattern_is_in_a_table_and_says_what_it_holds(pattern: Pattern) -> None:
    assert pattern.table in TABLES
    assert len(pattern.holds) > 10
    assert NAMES[pattern.name.upper()] is pattern
    assert len(_parts(pattern)) == len(set(_parts(pattern)))


def test_every_pattern_is_used() -> None:
    """A declaration that no code reads is a promise that nobody keeps."""
    used = {name for source in deployed() if not source.name.endswith("access_patterns") for name in _names(source)}
    unused = sorted(set(NAMES) - used)
    assert not unused, unused


@pytest.mark.parametrize("value", ["", "a#b", "{x}", "a\nb"])
def test_a_part_that_would_forge_a_key_is_refused(value: str) -> None:
    with pytest.raises(ValueError, match="cannot be"):
        access_patterns.PERSON_STATE.key(person_id=value)


def _names(source: Source) -> set[str]:
    return {node.id for node in ast.walk(source.tree) if isinstance(node, ast.Name)}
