"""Settlement files and reports on S3."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import boto3
import pytest
from moto import mock_aws

from prakerja.gateways.statement_files import S3StatementFiles
from tests.support.world import REGION

BUCKET = "prakerja-test-statements"


@pytest.fixture
def files() -> Iterator[S3StatementFiles]:
    with mock_aws():
        client = boto3.client("s3", region_name=REGION)
        client.create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": "ap-southeast-3"})
        yield S3StatementFiles(client, BUCKET)


def test_what_was_kept_is_read_whole_or_in_pieces(files: S3StatementFiles, tmp_path: Path) -> None:
    content = b"row,row\n" * 300_000
    (tmp_path / "rows.csv").write_bytes(content)
    files.keep("reports/r/rows.csv", tmp_path / "rows.csv")
    pieces = list(files.read("reports/r/rows.csv"))
    assert len(pieces) > 2
    assert b"".join(pieces) == content
    assert files.piece("reports/r/rows.csv", 8, 8) == b"row,row\n"
    assert files.piece("reports/r/rows.csv", len(content) - 4, 100) == content[-4:]
    assert files.piece("reports/r/rows.csv", len(content), 100) == b""


def test_what_is_not_there_is_a_key_error(files: S3StatementFiles) -> None:
    with pytest.raises(KeyError):
        list(files.read("settlements/none.csv"))
    with pytest.raises(KeyError):
        files.piece("reports/none.csv", 0, 10)


def test_an_upload_address_is_for_exactly_the_announced_bytes(files: S3StatementFiles) -> None:
    content = b"a settlement file"
    upload = files.upload("settlements/BNI/x.csv", hashlib.sha256(content).hexdigest(), len(content))
    signed = parse_qs(urlsplit(upload.url).query)
    assert urlsplit(upload.url).path.endswith("/settlements/BNI/x.csv")
    assert upload.headers == {
        "content-length": str(len(content)),
        "x-amz-checksum-sha256": base64.b64encode(hashlib.sha256(content).digest()).decode(),
    }
    names = signed["X-Amz-SignedHeaders"][0].split(";")
    assert "content-length" in names
    assert "x-amz-checksum-sha256" in names or "x-amz-checksum-sha256" in signed
    assert signed["X-Amz-Expires"] == ["900"]
