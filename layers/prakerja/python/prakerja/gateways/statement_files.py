"""Settlement files and reports on S3: fulfils `prakerja.payouts.ports.StatementFiles`."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from prakerja.payouts.ports import Upload

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

LINK_SECONDS = 900
PIECE = 1024 * 1024
MISSING = ("NoSuchKey", "404", "NotFound")


class S3StatementFiles:
    """One bucket. A name always has the same content: names hold the digest of what they name."""

    def __init__(self, client: S3Client, bucket: str) -> None:
        self._client = client
        self._bucket = bucket

    def read(self, name: str) -> Iterator[bytes]:
        """See the port."""
        try:
            body = self._client.get_object(Bucket=self._bucket, Key=name)["Body"]
        except ClientError as error:
            raise _as_key_error(error, name) from error
        yield from body.iter_chunks(PIECE)

    def keep(self, name: str, path: Path) -> None:
        """See the port."""
        with path.open("rb") as content:
            self._client.put_object(Bucket=self._bucket, Key=name, Body=content, ContentType="text/csv; charset=utf-8")

    def piece(self, name: str, start: int, length: int) -> bytes:
        """See the port."""
        try:
            answer = self._client.get_object(Bucket=self._bucket, Key=name, Range=f"bytes={start}-{start + length - 1}")
        except ClientError as error:
            if error.response["Error"]["Code"] in ("InvalidRange", "416"):
                return b""
            raise _as_key_error(error, name) from error
        return answer["Body"].read()

    def link(self, name: str) -> str:
        """See the port."""
        asked = {"Bucket": self._bucket, "Key": name}
        return str(self._client.generate_presigned_url("get_object", Params=asked, ExpiresIn=LINK_SECONDS))

    def upload(self, name: str, sha256: str, size: int) -> Upload:
        """See the port. S3 itself checks the digest; the reader checks it once more."""
        checksum = base64.b64encode(bytes.fromhex(sha256)).decode()
        asked = {"Bucket": self._bucket, "Key": name, "ContentLength": size, "ChecksumSHA256": checksum}
        url = str(self._client.generate_presigned_url("put_object", Params=asked, ExpiresIn=LINK_SECONDS))
        return Upload(url, {"content-length": str(size), "x-amz-checksum-sha256": checksum})


def _as_key_error(error: ClientError, name: str) -> Exception:
    return KeyError(name) if error.response["Error"]["Code"] in MISSING else error
