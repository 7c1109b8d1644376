"""Small files, nothing left lying about, and nothing that belongs to one machine."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.architecture.source import ROOT, tracked

LONGEST = 300
LONGER: dict[str, str] = {}
"""File → why it may be longer."""

LEFT = re.compile(r"\b(TODO|FIXME|XXX|HACK)\b")
IGNORED_WHOLESALE = re.compile(r"#\s*type:\s*ignore(?!\[)|#\s*noqa(?!:)")
MACHINE = re.compile(r"(?<![\w.])/(work|root|home|Users)/[\w.-]|(?<![\w.$\"'])/tmp/[\w.-]+/")
REGISTRY = re.compile(
    r"https?://[\w.:-]*(pypi|pythonhosted|npmjs|artifact|nexus|mirror|registry\.npm)[\w.-]*|--(extra-)?index-url|--find-links"
)

TEXT = [path for path in tracked() if path.suffix not in {".png", ".gz", ".woff2"} and path != Path(__file__)]
PYTHON = [path for path in TEXT if path.suffix == ".py"]


def _lines(path: Path) -> list[str]:
    return path.read_text("utf-8").splitlines()


def _found(paths: list[Path], wrong: re.Pattern[str]) -> list[str]:
    return [
        f"{path.relative_to(ROOT)}:{number} {line.strip()[:100]}"
        for path in paths
        for number, line in enumerate(_lines(path), 1)
        if wrong.search(line)
    ]


def _none(found: list[str]) -> None:
    assert not found, "\n".join(found)


def test_files_are_small() -> None:
    long = {path.relative_to(ROOT).as_posix(): len(_lines(path)) for path in PYTHON if len(_lines(path)) > LONGEST}
    assert long.keys() == LONGER.keys(), long


def test_nothing_is_left_for_later() -> None:
    _none(_found(TEXT, LEFT))


def test_an_exception_from_a_rule_names_the_rule() -> None:
    _none(_found(PYTHON, IGNORED_WHOLESALE))


def test_no_file_knows_the_machine_it_was_written_on() -> None:
    _none(_found(TEXT, MACHINE))


def test_no_file_names_a_package_registry() -> None:
    _none(_found(TEXT, REGISTRY))


def test_nothing_deployed_prints() -> None:
    """Lambda's log is read by machines; ``platform.observability.log`` masks what must not be in it."""
    deployed = [path for path in PYTHON if path.relative_to(ROOT).parts[0] in ("layers", "functions")]
    programs = {"layers/prakerja/python/prakerja/waves/verify.py"}
    """Programs for people, which run outside Lambda."""
    checked = [path for path in deployed if path.relative_to(ROOT).as_posix() not in programs]
    _none(_found(checked, re.compile(r"(?<![\w.])print\(")))


@pytest.mark.parametrize(
    ("wrong", "line"),
    [
        (MACHINE, 'open("/home/ana/prakerja/x")'),
        (MACHINE, "cd " + "/".join(("", "root", "prakerja"))),
        (REGISTRY, "https://files.pythonhosted.org/x"),
        (REGISTRY, "--index" + "-url x"),
        (LEFT, "# TODO later"),
        (IGNORED_WHOLESALE, "x = 1  # type: ignore"),
    ],
)
def test_what_is_looked_for_would_be_found(wrong: re.Pattern[str], line: str) -> None:
    assert wrong.search(line)
