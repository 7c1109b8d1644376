"""The files of a wave's draw in the archive: their names, what of them is published, and where to download it."""

from __future__ import annotations

from prakerja.platform.access_patterns import ROSTER_SHARDS
from prakerja.waves.model import Wave
from prakerja.waves.ports import Archive
from prakerja.waves.published import BEACON, JOINS, MANIFEST, ROOT, RULES, SUMMARY, shard_name


def committed_files() -> list[str]:
    """The names of what is published before the beacon speaks."""
    return [RULES, JOINS, ROOT, *(shard_name("roster", number) for number in range(ROSTER_SHARDS))]


def published_files() -> list[str]:
    """The names of the published folder, without the manifest."""
    return [*committed_files(), BEACON, SUMMARY, *(shard_name("results", number) for number in range(ROSTER_SHARDS))]


def links(archive: Archive, wave: Wave) -> dict[str, str]:
    """Where anybody can download what is published so far: nothing, what commits us to the draw, then the draw."""
    if wave.result_hash is not None:
        names = [*published_files(), MANIFEST]
    else:
        names = committed_files() if wave.beacon_round is not None else []
    return {name: archive.link(published_name(wave.wave_id, name)) for name in names}


def published_file(archive: Archive, wave_id: str, name: str) -> bytes:
    """A file of the published folder. Raises KeyError."""
    return archive.get(published_name(wave_id, name))


def published_name(wave_id: str, name: str) -> str:
    """Where a file of the published folder is kept."""
    return f"waves/{wave_id}/published/{name}"


def work_name(wave_id: str, *names: str | int) -> str:
    """Where a file is kept that only the steps of the draw read."""
    return "/".join(("waves", wave_id, "work", *map(str, names)))
