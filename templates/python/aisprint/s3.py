# SPDX-License-Identifier: Apache-2.0
"""Objects of an S3 compatible store (MinIO), with signed requests of the standard library."""

import datetime
import hashlib
import hmac
import ssl
import time
import urllib.error
import urllib.parse
import urllib.request
from typing import Dict, Optional

__all__ = ["Bucket", "sign"]

_TIMEOUT_S = 10.0
_ATTEMPTS = 3
_REGION = "us-east-1"  # MinIO's default


class Bucket:
    """A bucket of a store, addressed by path (``URL/BUCKET/KEY``)."""

    def __init__(
        self, url: str, name: str, access_key: str, secret_key: str, check_certificate: bool = True
    ) -> None:
        self._base = "{}/{}".format(url.rstrip("/"), urllib.parse.quote(name, safe=""))
        self._keys = (access_key, secret_key)
        self._context = None if check_certificate else ssl._create_unverified_context()

    def get(self, key: str) -> Optional[bytes]:
        """Return the content of an object, None if there is none of that name.

        Raises OSError when the store does not answer or refuses.
        """
        try:
            return self._request("GET", key, None)
        except urllib.error.HTTPError as error:
            if error.code == 404:
                return None
            raise

    def put(self, key: str, data: bytes) -> None:
        """Create or replace an object; raises OSError."""
        self._request("PUT", key, data)

    def _request(self, method: str, key: str, data: Optional[bytes]) -> bytes:
        url = "{}/{}".format(self._base, urllib.parse.quote(key, safe="/-_.~"))
        for attempt in range(1, _ATTEMPTS + 1):
            now = datetime.datetime.fromtimestamp(time.time(), datetime.timezone.utc)
            headers = sign(method, url, {}, data or b"", self._keys[0], self._keys[1], now)
            request = urllib.request.Request(url, data=data, headers=headers, method=method)
            try:
                with urllib.request.urlopen(
                    request, timeout=_TIMEOUT_S, context=self._context
                ) as answer:
                    return answer.read()
            except urllib.error.HTTPError as error:
                if error.code < 500 or attempt == _ATTEMPTS:
                    raise
            except OSError:
                if attempt == _ATTEMPTS:
                    raise
            time.sleep(0.2 * attempt)
        raise AssertionError("the last attempt returns or raises")


def sign(
    method: str,
    url: str,
    headers: Dict[str, str],
    payload: bytes,
    access_key: str,
    secret_key: str,
    now: datetime.datetime,
) -> Dict[str, str]:
    """Return ``headers`` with those of an AWS signature, version 4, for the service s3 added."""
    parts = urllib.parse.urlsplit(url)
    stamp = now.strftime("%Y%m%dT%H%M%SZ")
    signed = {name.lower(): value.strip() for name, value in headers.items()}
    signed["host"] = parts.netloc
    signed["x-amz-content-sha256"] = hashlib.sha256(payload).hexdigest()
    signed["x-amz-date"] = stamp
    names = ";".join(sorted(signed))
    lines = [method, parts.path or "/", parts.query]
    lines += ["{}:{}".format(name, signed[name]) for name in sorted(signed)]
    lines += ["", names, signed["x-amz-content-sha256"]]
    scope = "{}/{}/s3/aws4_request".format(stamp[:8], _REGION)
    digest = hashlib.sha256("\n".join(lines).encode("utf-8")).hexdigest()
    text = "\n".join(["AWS4-HMAC-SHA256", stamp, scope, digest])
    key = ("AWS4" + secret_key).encode("utf-8")
    for part in scope.split("/"):
        key = hmac.new(key, part.encode("utf-8"), hashlib.sha256).digest()
    signature = hmac.new(key, text.encode("utf-8"), hashlib.sha256).hexdigest()
    result = dict(headers)
    result.update({name: signed[name] for name in ("x-amz-content-sha256", "x-amz-date")})
    result["Authorization"] = (
        "AWS4-HMAC-SHA256 Credential={}/{},SignedHeaders={},Signature={}".format(
            access_key, scope, names, signature
        )
    )
    return result
