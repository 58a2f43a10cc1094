# SPDX-License-Identifier: Apache-2.0
"""A MinIO server: path-style S3 with signatures, in memory."""
import base64
import dataclasses
import datetime
import hashlib
import hmac
import re
import threading
import urllib.parse
import uuid
import xml.etree.ElementTree as ElementTree
from xml.sax.saxutils import escape

from service import Response

NAMESPACE = "http://s3.amazonaws.com/doc/2006-03-01/"
BUCKET_NAME = re.compile(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")
LARGEST_SKEW = datetime.timedelta(minutes=15)
STATUS = {"NoSuchBucket": 404, "NoSuchKey": 404, "NoSuchUpload": 404,
          "BucketAlreadyOwnedByYou": 409, "BucketNotEmpty": 409, "AccessDenied": 403,
          "InvalidAccessKeyId": 403, "SignatureDoesNotMatch": 403, "InvalidBucketName": 400,
          "RequestTimeTooSkewed": 403, "SlowDown": 503, "XMinioServerNotInitialized": 503,
          "AuthorizationHeaderMalformed": 400, "XAmzContentSHA256Mismatch": 400,
          "InvalidPart": 400, "MalformedXML": 400, "MethodNotAllowed": 405, "InvalidRange": 416,
          "PreconditionFailed": 412}


class S3Error(Exception):
    def __init__(self, code, message=""):
        super().__init__(code)
        self.code = code
        self.message = message or code


@dataclasses.dataclass
class Object:
    data: bytes
    etag: str
    modified: datetime.datetime
    content_type: str = "application/octet-stream"


def quoted(text, safe="-_.~"):
    return urllib.parse.quote(text, safe=safe)


def xml_response(name, inner, status=200):
    text = f'<?xml version="1.0" encoding="UTF-8"?>\n<{name} xmlns="{NAMESPACE}">{inner}</{name}>'
    return Response(status, text.encode(), {"Content-Type": "application/xml"})


def element(name, value):
    return f"<{name}>{escape(str(value))}</{name}>"


def iso(moment):
    return moment.strftime("%Y-%m-%dT%H:%M:%S.") + f"{moment.microsecond // 1000:03d}Z"


def tags_of(root, name):
    return [item for item in root.iter() if item.tag.rpartition("}")[2] == name]


class Store:
    """Buckets and objects. `created` is called with bucket, key, object and the event's name."""

    def __init__(self, now, created):
        self.now = now
        self.created = created
        self.lock = threading.RLock()
        self.buckets = {}
        self.uploads = {}

    def bucket(self, name):
        if name not in self.buckets:
            raise S3Error("NoSuchBucket", "The specified bucket does not exist")
        return self.buckets[name]

    def object(self, bucket, key):
        with self.lock:
            objects = self.bucket(bucket)
            if key not in objects:
                raise S3Error("NoSuchKey", "The specified key does not exist.")
            return objects[key]

    def make_bucket(self, name):
        if not BUCKET_NAME.fullmatch(name):
            raise S3Error("InvalidBucketName", "The specified bucket is not valid.")
        with self.lock:
            if name in self.buckets:
                raise S3Error("BucketAlreadyOwnedByYou", "Your previous request to create the "
                              "named bucket succeeded and you already own it.")
            self.buckets[name] = {}

    def remove_bucket(self, name, force=False):
        with self.lock:
            if self.bucket(name) and not force:
                raise S3Error("BucketNotEmpty", "The bucket you tried to delete is not empty")
            del self.buckets[name]

    def put(self, bucket, key, data, event="s3:ObjectCreated:Put", etag=None, kind=None):
        etag = etag or hashlib.md5(data).hexdigest()
        stored = Object(data, etag, self.now(), kind or "application/octet-stream")
        with self.lock:
            self.bucket(bucket)[key] = stored
        self.created(bucket, key, stored, event)
        return stored

    def make_folder(self, bucket, key):
        """An empty object that stands for a folder; nobody is told."""
        with self.lock:
            self.bucket(bucket).setdefault(key, Object(b"", hashlib.md5().hexdigest(), self.now()))

    def state(self):
        with self.lock:
            return {name: {key: len(stored.data) for key, stored in sorted(objects.items())}
                    for name, objects in sorted(self.buckets.items())}


class S3:
    """Answers requests. `credentials()` gives access key and secret key, `is_ready()` whether the
    server has started."""

    def __init__(self, store, now, credentials, is_ready):
        self.store = store
        self.now = now
        self.credentials = credentials
        self.is_ready = is_ready

    def answer(self, request):
        try:
            return self.route(request)
        except S3Error as error:
            inner = (element("Code", error.code) + element("Message", error.message) +
                     element("Resource", request.path) +
                     element("RequestId", uuid.uuid4().hex[:16].upper()))
            text = f'<?xml version="1.0" encoding="UTF-8"?>\n<Error>{inner}</Error>'
            body = b"" if request.method == "HEAD" else text.encode()
            return Response(STATUS[error.code], body, {"Content-Type": "application/xml"})

    def route(self, request):
        if request.path.startswith("/minio/health/"):
            ready = self.is_ready() or request.path.endswith("/live")
            return Response(200 if ready else 503)
        if not self.is_ready():
            raise S3Error("XMinioServerNotInitialized", "Server not initialized, please try again.")
        self.check_signature(request)
        bucket, _, key = urllib.parse.unquote(request.path[1:]).partition("/")
        names = {name for name, _ in request.query}
        if not bucket:
            return self.list_buckets()
        if not key:
            return self.bucket_call(request, bucket, names)
        return self.object_call(request, bucket, key, names)

    # -- signatures -------------------------------------------------------------------------------

    def check_signature(self, request):
        header = request.headers.get("Authorization", "")
        match = re.fullmatch(r"AWS4-HMAC-SHA256 Credential=([^,]+),\s*SignedHeaders=([^,]+),\s*"
                             r"Signature=([0-9a-f]{64})", header)
        if match is None:
            raise S3Error("AccessDenied", "Access Denied.")
        credential, signed, signature = match.groups()
        parts = credential.rsplit("/", 4)
        access_key, secret_key = self.credentials()
        moment = request.headers.get("x-amz-date", "")
        if len(parts) != 5 or parts[3] != "s3" or parts[4] != "aws4_request" or \
                parts[1] != moment[:8] or not parts[2]:
            raise S3Error("AuthorizationHeaderMalformed", "The authorization header is malformed.")
        if parts[0] != access_key:
            raise S3Error("InvalidAccessKeyId",
                          "The Access Key Id you provided does not exist in our records.")
        self.check_time(moment)
        digest = request.headers.get("x-amz-content-sha256", "")
        if digest != "UNSIGNED-PAYLOAD" and digest != hashlib.sha256(request.body).hexdigest():
            raise S3Error("XAmzContentSHA256Mismatch", "The provided 'x-amz-content-sha256' header "
                          "does not match what was computed.")
        names = signed.split(";")
        if "host" not in names or names != sorted(names):
            raise S3Error("AuthorizationHeaderMalformed", "SignedHeaders are wrong.")
        canonical = "\n".join([
            request.method, quoted(urllib.parse.unquote(request.path), "/-_.~"),
            "&".join(f"{name}={value}" for name, value in
                     sorted((quoted(name), quoted(value)) for name, value in request.query)),
            "".join(f"{name}:{' '.join((request.headers.get(name) or '').split())}\n"
                    for name in names), signed, digest])
        scope = "/".join(parts[1:])
        text = "\n".join(["AWS4-HMAC-SHA256", moment, scope,
                          hashlib.sha256(canonical.encode()).hexdigest()])
        key = ("AWS4" + secret_key).encode()
        for part in (*parts[1:], text):
            key = hmac.new(key, part.encode(), hashlib.sha256).digest()
        if not hmac.compare_digest(key.hex(), signature):
            raise S3Error("SignatureDoesNotMatch", "The request signature we calculated does not "
                          "match the signature you provided.")

    def check_time(self, moment):
        try:
            sent = datetime.datetime.strptime(moment, "%Y%m%dT%H%M%SZ")
        except ValueError as error:
            raise S3Error("AccessDenied", "x-amz-date is wrong") from error
        if abs(self.now().replace(tzinfo=None) - sent) > LARGEST_SKEW:
            raise S3Error("RequestTimeTooSkewed", "The difference between the request time and the "
                          "server's time is too large.")

    # -- buckets ----------------------------------------------------------------------------------

    def list_buckets(self):
        with self.store.lock:
            inner = "".join("<Bucket>" + element("Name", name) +
                            element("CreationDate", iso(self.now())) + "</Bucket>"
                            for name in sorted(self.store.buckets))
        return xml_response("ListAllMyBucketsResult", "<Owner><ID>double</ID><DisplayName>double"
                            f"</DisplayName></Owner><Buckets>{inner}</Buckets>")

    def bucket_call(self, request, bucket, names):
        if request.method == "PUT":
            self.store.make_bucket(bucket)
            return Response(200, headers={"Location": "/" + bucket})
        with self.store.lock:
            self.store.bucket(bucket)
        if request.method == "HEAD":
            return Response(200)
        if request.method == "DELETE":
            self.store.remove_bucket(bucket)
            return Response(204)
        if request.method == "POST" and "delete" in names:
            return self.delete_objects(request, bucket)
        if request.method == "GET" and "location" in names:
            return xml_response("LocationConstraint", "")
        if request.method == "GET":
            return self.list_objects(request, bucket)
        raise S3Error("MethodNotAllowed")

    def list_objects(self, request, bucket):
        prefix = request.parameter("prefix", "")
        delimiter = request.parameter("delimiter", "")
        most = min(int(request.parameter("max-keys") or 1000), 1000)
        after = request.parameter("start-after", "")
        if token := request.parameter("continuation-token"):
            after = base64.urlsafe_b64decode(token).decode()
        is_encoded = request.parameter("encoding-type") == "url"
        encode = (lambda key: quoted(key, "/-_.~")) if is_encoded else str
        found, last, more = [], after, False
        seen = set()
        with self.store.lock:
            objects = dict(self.store.bucket(bucket))
        for key in sorted(objects):
            if not key.startswith(prefix) or key <= after or \
                    (delimiter and after.endswith(delimiter) and key.startswith(after)):
                continue
            rest = key[len(prefix):]
            group = prefix + rest[:rest.index(delimiter) + len(delimiter)] \
                if delimiter and delimiter in rest else None
            if group in seen:
                continue
            if len(found) == most:
                more = True
                break
            if group is not None:
                seen.add(group)
                found.append("<CommonPrefixes>" + element("Prefix", encode(group)) +
                             "</CommonPrefixes>")
            else:
                stored = objects[key]
                found.append("<Contents>" + element("Key", encode(key)) +
                             element("LastModified", iso(stored.modified)) +
                             element("ETag", f'"{stored.etag}"') +
                             element("Size", len(stored.data)) +
                             element("StorageClass", "STANDARD") + "</Contents>")
            last = group or key
        inner = (element("Name", bucket) + element("Prefix", encode(prefix)) +
                 element("KeyCount", len(found)) + element("MaxKeys", most) +
                 element("IsTruncated", str(more).lower()))
        if is_encoded:
            inner += element("EncodingType", "url")
        if more:
            token = base64.urlsafe_b64encode(last.encode()).decode()
            inner += element("NextContinuationToken", token)
        return xml_response("ListBucketResult", inner + "".join(found))

    def delete_objects(self, request, bucket):
        try:
            root = ElementTree.fromstring(request.body)
        except ElementTree.ParseError as error:
            raise S3Error("MalformedXML", "The XML you provided was not well-formed.") from error
        quiet = any(item.text == "true" for item in tags_of(root, "Quiet"))
        inner = ""
        for item in tags_of(root, "Key"):
            with self.store.lock:
                self.store.bucket(bucket).pop(item.text, None)
            inner += "" if quiet else "<Deleted>" + element("Key", item.text) + "</Deleted>"
        return xml_response("DeleteResult", inner)

    # -- objects ----------------------------------------------------------------------------------

    def object_call(self, request, bucket, key, names):
        if "uploadId" in names or "uploads" in names:
            return self.multipart(request, bucket, key, names)
        if request.method == "PUT":
            if source := request.headers.get("x-amz-copy-source"):
                return self.copy(source, bucket, key)
            stored = self.store.put(bucket, key, request.body,
                                    kind=request.headers.get("Content-Type"))
            return Response(200, headers={"ETag": f'"{stored.etag}"'})
        if request.method in ("GET", "HEAD"):
            return self.get(request, self.store.object(bucket, key))
        if request.method == "DELETE":
            with self.store.lock:
                self.store.bucket(bucket).pop(key, None)
            return Response(204)
        raise S3Error("MethodNotAllowed")

    @staticmethod
    def get(request, stored):
        wanted = request.headers.get("If-Match", "*").strip('"')
        if wanted not in ("*", stored.etag):
            raise S3Error("PreconditionFailed", "At least one of the pre-conditions you specified "
                          "did not hold")
        headers = {"ETag": f'"{stored.etag}"', "Content-Type": stored.content_type,
                   "Last-Modified": stored.modified.strftime("%a, %d %b %Y %H:%M:%S GMT"),
                   "Accept-Ranges": "bytes"}
        match = re.fullmatch(r"bytes=(\d+)-(\d*)", request.headers.get("Range", ""))
        if match is None:
            return Response(200, stored.data, headers, len(stored.data))
        begin, size = int(match[1]), len(stored.data)
        end = min(int(match[2] or size - 1), size - 1)
        if begin > end:
            raise S3Error("InvalidRange", "The requested range is not satisfiable")
        part = stored.data[begin:end + 1]
        return Response(206, part, {**headers, "Content-Range": f"bytes {begin}-{end}/{size}"},
                        len(part))

    def copy(self, source, bucket, key):
        from_bucket, _, from_key = urllib.parse.unquote(source).lstrip("/").partition("/")
        original = self.store.object(from_bucket, from_key)
        stored = self.store.put(bucket, key, original.data, "s3:ObjectCreated:Copy", original.etag,
                                original.content_type)
        return xml_response("CopyObjectResult", element("ETag", f'"{stored.etag}"') +
                            element("LastModified", iso(stored.modified)))

    def multipart(self, request, bucket, key, names):
        with self.store.lock:
            self.store.bucket(bucket)
        if request.method == "POST" and "uploads" in names:
            number = uuid.uuid4().hex
            self.store.uploads[number] = (bucket, key, {})
            return xml_response("InitiateMultipartUploadResult", element("Bucket", bucket) +
                                element("Key", key) + element("UploadId", number))
        number = request.parameter("uploadId")
        upload = self.store.uploads.get(number)
        if upload is None or upload[:2] != (bucket, key):
            raise S3Error("NoSuchUpload", "The specified multipart upload does not exist.")
        parts = upload[2]
        if request.method == "PUT":
            etag = hashlib.md5(request.body).hexdigest()
            parts[int(request.parameter("partNumber"))] = (etag, request.body)
            return Response(200, headers={"ETag": f'"{etag}"'})
        if request.method == "DELETE":
            del self.store.uploads[number]
            return Response(204)
        if request.method != "POST":
            raise S3Error("MethodNotAllowed")
        return self.complete(request, bucket, key, number, parts)

    def complete(self, request, bucket, key, number, parts):
        wanted = []
        for part in tags_of(ElementTree.fromstring(request.body), "Part"):
            position = int(tags_of(part, "PartNumber")[0].text)
            etag = tags_of(part, "ETag")[0].text.strip('"')
            if parts.get(position, ("",))[0] != etag:
                raise S3Error("InvalidPart", "One or more of the specified parts are missing")
            wanted.append(position)
        if not wanted or wanted != sorted(set(wanted)):
            raise S3Error("InvalidPart", "The parts are not in order")
        digests = b"".join(bytes.fromhex(parts[position][0]) for position in wanted)
        etag = f"{hashlib.md5(digests).hexdigest()}-{len(wanted)}"
        stored = self.store.put(bucket, key, b"".join(parts[position][1] for position in wanted),
                                "s3:ObjectCreated:CompleteMultipartUpload", etag)
        del self.store.uploads[number]
        return xml_response("CompleteMultipartUploadResult", element("Bucket", bucket) +
                            element("Key", key) + element("ETag", f'"{stored.etag}"'))
