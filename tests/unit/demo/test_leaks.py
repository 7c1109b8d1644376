"""The search for secrets finds what is there, and cries at nothing else."""

from __future__ import annotations

import pytest

from sandbox.demo.leaks import Finder

TRACES = {
    "408262": "one-time code",
    "3276055708909999": "personal data",
    "siti.kenari@example.test": "personal data",
    "Siti Kenari": "personal data",
    "eyJhbGciOiJFZERTQSJ9.eyJzdWIi.c2ln": "token",
}
finder = Finder(TRACES)


@pytest.mark.parametrize(
    ("line", "kind"),
    [
        ('{"text": "Kode Anda 408262. Berlaku 5 menit"}', "one-time code"),
        ('{"code":"408262"}', "one-time code"),
        ("otp=408262&x=1", "one-time code"),
        ('{"nik": 3276055708909999}', "personal data"),
        ("to SITI.KENARI@example.test", "personal data"),
        ("name: siti kenari", "personal data"),
        ("Authorization: Bearer eyJhbGciOiJFZERTQSJ9.eyJzdWIi.c2ln", "token"),
        ("xxeyJhbGciOiJFZERTQSJ9.eyJzdWIi.c2lnyy", "token"),
    ],
)
def test_a_trace_is_found(line: str, kind: str) -> None:
    assert list(finder.find(line)) == [kind]


@pytest.mark.parametrize(
    "line",
    [
        "",
        "2026-11-24T03:49:29.408262Z",
        '{"Timestamp": 1408262000}',
        "9c408262-1b1f-4b5e-9d0c-3276055708909999aaaa",
        "Siti Aminah",
        "siti.kenari@example",
    ],
)
def test_what_only_looks_like_one_is_not(line: str) -> None:
    assert list(finder.find(line)) == []
