"""The draw's files on S3: fulfils `prakerja.waves.ports.Archive`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

LINK_SECONDS = 3600


class S3Archive:
    """One bucket. Files are written with ``If-None-Match: *``: the first writer wins, for good."""

    def __init__(self, client: S3Client, bucket: str) -> None:
        self._client = client
        self._bucket = bucket

    def get(self, name: str) -> bytes:
        """See the port."""
        try:
            return self._client.get_object(Bucket=self._bucket, Key=name)["Body"].read()
        except ClientError as error:
            if error.response["Error"]["Code"] in ("NoSuchKey", "404"):
                raise KeyError(name) from error
            raise

    def put_once(self, name: str, content: bytes) -> bytes:
        """See the port."""
        try:
            self._client.put_object(Bucket=self._bucket, Key=name, Body=content, IfNoneMatch="*")
        except ClientError as error:
            if error.response["Error"]["Code"] not in ("PreconditionFailed", "412", "ConditionalRequestConflict"):
                raise
        return self.get(name)

    def link(self, name: str) -> str:
        """See the port."""
        asked = {"Bucket": self._bucket, "Key": name}
        return str(self._client.generate_presigned_url("get_object", Params=asked, ExpiresIn=LINK_SECONDS))
