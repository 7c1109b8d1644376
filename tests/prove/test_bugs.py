"""A bug that can no longer be planted proves nothing: each must fit the source as it is, and name tests that exist."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.prove.bug import Bug
from tests.prove.bugs import BUGS


@pytest.mark.parametrize("bug", BUGS, ids=lambda bug: bug.name)
def test_a_bug_fits_the_source(bug: Bug) -> None:
    assert Path(bug.path).read_text("utf-8").count(bug.before) == 1
    assert bug.before != bug.after
    compile(Path(bug.path).read_text("utf-8").replace(bug.before, bug.after), bug.path, "exec")


@pytest.mark.parametrize("bug", BUGS, ids=lambda bug: bug.name)
def test_a_bug_names_tests_that_exist(bug: Bug) -> None:
    files = [test.partition("::")[0] for test in bug.tests if test.startswith("tests/")]
    assert files
    assert all(Path(file).exists() for file in files)


def test_names_are_unique() -> None:
    assert len({bug.name for bug in BUGS}) == len(BUGS)
