"""The published folder: exact forms, there and back, and nothing in it that names a person."""

from __future__ import annotations

import gzip
import json
from dataclasses import replace
from hashlib import sha256
from typing import Any

import pytest

from prakerja.waves import merkle, published
from prakerja.waves.draw import Outcome, Result, RosterRow, join_leaf
from tests.support.draws import PUBLISHED_AT, folder, row, rules

ROWS = [
    row(0), row(1, stratum="MIGRANT"), row(2, family=1), row(3, family=1), row(4, seats=0), row(5, reason="STUDENT"),
    row(6, stratum="DISABILITY"), row(7), row(8), row(9),
]  # fmt: skip
RULES = rules(quota=4, reserves=2, MIGRANT=1, DISABILITY=1)


def test_a_whole_folder_is_fixed_to_the_byte() -> None:
    files = folder(RULES, ROWS)
    assert sorted(files) == [
        "beacon.json", "joins.json", "manifest.json", "results/00000.jsonl", "results/00001.jsonl", "root.json",
        "roster/00000.jsonl", "roster/00001.jsonl", "rules.json", "summary.json",
    ]  # fmt: skip
    assert sha256(files["root.json"]).hexdigest() == "ed94fc91239c3ce6b8d3f5a619ffe0c83aad3d250b10996fe6aca37581d99a3c"
    assert (
        sha256(files["manifest.json"]).hexdigest() == "3b9be3f216337dfa637e21c07c91e131b23e23efa1b7329294b1ac5e1db9fca6"
    )


def test_a_row_as_published() -> None:
    line = published.row_line(row(1, stratum="MIGRANT"))
    assert line == (
        b'{"application_id":"%s","eligible":true,"family":"%s","family_seats_left":2,"reason":null,'
        b'"region":"32","stratum":"MIGRANT"}' % (row(1).application_id.encode(), row(1).family.encode())
    )
    assert line == json.dumps(json.loads(line), sort_keys=True, separators=(",", ":")).encode()


@pytest.mark.parametrize("entry", ROWS)
def test_rows_come_back_as_they_were(entry: RosterRow) -> None:
    assert published.row_of(published.row_line(entry)) == entry


@pytest.mark.parametrize(
    "change",
    [
        {"application_id": "3171234567890001"},
        {"application_id": row(0).application_id.upper()},
        {"family": "3171234567890001"},
        {"region": "3171234567890001"},
        {"region": 'x"'},
        {"reason": "Budi Santoso"},
        {"stratum": "a\n"},
        {"family_seats_left": -1},
        {"family_seats_left": 10},
    ],
)
def test_what_has_not_the_form_is_not_published(change: dict[str, Any]) -> None:
    with pytest.raises(published.NotPublishable):
        published.row_line(replace(row(0), **change))


def test_rows_that_contradict_themselves_or_have_another_form_are_not_read() -> None:
    line = published.row_line(row(0))
    for broken in (
        line.replace(b"true", b"false"),
        line.replace(b":null,", b':"STUDENT",', 1),
        line.replace(b'":', b'": ', 1),
        line + b"\n",
        b"\xff",
        b"",
    ):
        with pytest.raises(published.NotPublishable):
            published.row_of(broken)


@pytest.mark.parametrize(
    "outcome",
    [
        Outcome(Result.SELECTED, "GENERAL", 12),
        Outcome(Result.RESERVE, None, 1),
        Outcome(Result.NOT_SELECTED, reason="INELIGIBLE:STUDENT"),
    ],
)
def test_outcomes_come_back_as_they_were(outcome: Outcome) -> None:
    line = published.outcome_line(row(0).application_id, outcome)
    assert published.outcome_from(line) == (row(0).application_id, outcome)
    assert line == json.dumps(json.loads(line), sort_keys=True, separators=(",", ":")).encode()
    with pytest.raises(published.NotPublishable):
        published.outcome_from(line[1:])


def test_documents_come_back_as_they_were() -> None:
    assert published.rules_from(published.rules_file(RULES)) == RULES
    commitment = published.commit(RULES, b"joins", 10, bytes(32), PUBLISHED_AT)
    assert published.commitment_from(published.root_file(commitment)) == commitment


def test_the_round_is_the_first_one_after_the_wait() -> None:
    """Round 1 at 00:00:00, one each 30 s, 60 s to wait: published at 03:00.000001, so the round of 04:30."""
    assert published.commit(RULES, b"", 0, bytes(32), PUBLISHED_AT).beacon_round == 10
    exactly = PUBLISHED_AT.replace(microsecond=0)
    assert published.commit(RULES, b"", 0, bytes(32), exactly).beacon_round == 9


def test_a_shard_is_sorted_and_compressed_without_a_time() -> None:
    lines = [b"b", b"a"]
    plain, packed = (published.shard_file(f"roster/00000.jsonl{end}", lines) for end in ("", ".gz"))
    assert plain == b"a\nb\n"
    assert gzip.decompress(packed) == plain
    assert packed[4:8] == bytes(4)  # where gzip keeps the time
    assert published.shard_lines("roster/00000.jsonl.gz", packed) == [b"a", b"b"]
    assert published.shard_lines("roster/00000.jsonl", b"") == []
    assert published.shard_name("roster", 7) == "roster/00007.jsonl.gz"


def test_a_person_finds_the_own_join_under_the_root() -> None:
    joins = sorted(entry.application_id for entry in ROWS)
    root = published.joins_root("wave-71", [joins[::2], joins[1::2]])
    leaves = [join_leaf("wave-71", join) for join in joins]
    path = merkle.inclusion_proof(leaves, 3)
    assert merkle.is_included(root, join_leaf("wave-71", joins[3]), 3, len(joins), path)
    assert not merkle.is_included(root, join_leaf("wave-70", joins[3]), 3, len(joins), path)


def test_an_application_cannot_be_on_the_roster_twice() -> None:
    once, again = published.row_line(row(0)), published.row_line(row(0, reason="STUDENT"))
    with pytest.raises(merkle.NotInOrder):
        published.roster_root([[once], [again]])


def test_the_summary_counts_everybody_once() -> None:
    summary = json.loads(folder(RULES, ROWS)["summary.json"])
    assert summary["applications"] == len(ROWS)
    parts = ("selected", "reserves", "quota_reached", "family_capped")
    assert sum(summary[part] for part in parts) + sum(summary["ineligible"].values()) == len(ROWS)
    assert summary["ineligible"] == {"STUDENT": 1}
    assert [(o["stratum"], o["competing"]) for o in summary["odds"]] == [(None, 6), ("MIGRANT", 1), ("DISABILITY", 1)]
    assert sum(odds["selected"] for odds in summary["odds"]) == summary["selected"] == 4
