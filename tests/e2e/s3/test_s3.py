#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Our S3 client against real servers: moto, and s3rver where Node.js is installed.

Usage: test_s3.py S3_TOOL VENV NODE_FOLDER
What is stored by ours is read with boto3, and the other way round. Where a server departs from the
protocol, its class says so.
"""
import datetime
import json
import os
import pathlib
import sys
import tempfile
import threading
import time
import unittest

import botocore.auth
import botocore.awsrequest
import botocore.credentials

import servers

TOOL, VENV, NODE = (pathlib.Path(argument) for argument in sys.argv[1:4])
SCRATCH = None
PART = 5 << 20
ODD_KEYS = ["a b", " ", " both ends ", "a+b", "a#b", "a%20b", "q?x=1&y", "a&b<c>'\"", "c:d;e=f@g,$",
            "tilde~!*()", "back\\slash", "tab\tx", "\x01", "dots..x", ".", "..", "x/../y", "a/./b",
            "/first", "last/", "a//b", "ü/é ñ", "日本/🙂", "e\u0301"]


class Scenarios:
    """What every server must do; subclasses make `server`."""

    server = None
    unknown_keys = []  # keys that the server cannot store
    uncopied_keys = []  # keys that it stores, but does not copy
    checks_signatures = True

    @classmethod
    def setUpClass(cls):
        cls.server = cls.make_server()
        cls.server.start()

    @classmethod
    def tearDownClass(cls):
        cls.server.stop()

    def setUp(self):
        self.client = self.client_with(self.server.access_key, self.server.secret_key)
        self.boto = self.server.boto()

    def client_with(self, *credentials):
        client = servers.Client(TOOL, self.server.url, *credentials)
        self.addCleanup(client.close)
        return client

    def bucket(self, name):
        """A bucket that is removed at the end."""
        self.client.value("create_bucket", name)
        self.addCleanup(self.remove, name)
        return name

    def remove(self, name):
        self.client.value("remove_bucket", name)
        self.assertNotIn(name, self.client.value("list_buckets"))

    def file(self, name, content):
        path = SCRATCH / name
        path.write_bytes(content)
        return path

    def read(self, bucket, key):
        """An object as others see it."""
        return self.boto.get_object(Bucket=bucket, Key=key)["Body"].read()

    def check_error(self, answer, kind, status, code):
        self.assertEqual((answer.get("kind"), answer.get("status"), answer.get("code")),
                         (kind, status, code), answer)
        self.assertTrue(answer["message"])

    def test_buckets(self):
        client = self.client
        client.value("create_bucket", "second")
        client.value("create_bucket", "first")
        client.value("create_bucket", "first")
        self.assertEqual(client.value("list_buckets"), ["first", "second"])
        names = [bucket["Name"] for bucket in self.boto.list_buckets()["Buckets"]]
        self.assertEqual(sorted(names), ["first", "second"])
        client.value("remove_bucket", "first")
        client.value("remove_bucket", "first")
        self.assertEqual(client.value("list_buckets"), ["second"])
        client.value("remove_bucket", "second")
        self.check_error(client("create_bucket", "x"), "refused", 400, "InvalidBucketName")
        self.check_error(client("create_bucket", "a/b"), "refused", 0, "")

    def test_objects(self):
        client, bucket = self.client, self.bucket("objects")
        client.value("put", bucket, "in/one.txt", "eins")
        client.value("put", bucket, "in/one.txt", "one\n")
        client.value("put", bucket, "in/two.txt", "")
        self.boto.put_object(Bucket=bucket, Key="out/three", Body=b"drei")
        self.assertEqual(client.value("get", bucket, "in/one.txt"), "one\n")
        self.assertEqual(client.value("get", bucket, "in/two.txt"), "")
        self.assertEqual(client.value("get", bucket, "out/three"), "drei")
        self.assertEqual(self.read(bucket, "in/one.txt"), b"one\n")
        listed = client.value("list", bucket, "")
        self.assertEqual([(item[0], item[1]) for item in listed],
                         [("in/one.txt", 4), ("in/two.txt", 0), ("out/three", 4)])
        for key, size, etag, modified in listed:
            head = self.boto.head_object(Bucket=bucket, Key=key)
            self.assertEqual((size, f'"{etag}"'), (head["ContentLength"], head["ETag"]))
            moment = datetime.datetime.fromisoformat(modified.replace("Z", "+00:00"))
            self.assertLess(abs((head["LastModified"] - moment).total_seconds()), 2)
            self.assertEqual(client.value("head", bucket, key)[:3], [key, size, etag])
        self.assertEqual([item[0] for item in client.value("list", bucket, "in/")],
                         ["in/one.txt", "in/two.txt"])
        self.assertEqual(client.value("list", bucket, "none/"), [])
        client.value("remove", bucket, "in/one.txt")
        client.value("remove", bucket, "in/one.txt")
        self.assertIsNone(client.value("head", bucket, "in/one.txt"))

    def test_what_is_not_there(self):
        client, bucket = self.client, self.bucket("missing")
        self.check_error(client("get", bucket, "x"), "gone", 404, "NoSuchKey")
        self.check_error(client("get", "no-bucket", "x"), "gone", 404, "NoSuchBucket")
        self.check_error(client("put", "no-bucket", "x", "1"), "gone", 404, "NoSuchBucket")
        self.check_error(client("list", "no-bucket", ""), "gone", 404, "NoSuchBucket")
        self.check_error(client("copy", bucket, "x", bucket, "y"), "gone", 404, "NoSuchKey")
        self.assertIsNone(client.value("head", bucket, "x"))
        self.assertIsNone(client.value("head", "no-bucket", "x"))

    def test_odd_keys(self):
        client, bucket = self.client, self.bucket("odd-keys")
        keys = [key for key in ODD_KEYS if key not in self.unknown_keys]
        for key in keys:
            with self.subTest(key):
                client.value("put", bucket, key, "value of " + key)
                self.assertEqual(client.value("get", bucket, key), "value of " + key)
                self.assertEqual(client.value("head", bucket, key)[0], key)
                self.assertEqual(self.read(bucket, key).decode(), "value of " + key)
        in_order = sorted(keys, key=lambda key: key.encode())
        self.assertEqual([item[0] for item in client.value("list", bucket, "")], in_order)
        for key in keys:
            if key in self.uncopied_keys:
                continue
            with self.subTest(copy=key):
                client.value("copy", bucket, key, bucket, "copies/" + key)
                self.assertEqual(client.value("get", bucket, "copies/" + key), "value of " + key)
        for key in keys[::2]:
            client.value("remove", bucket, key)
            self.assertIsNone(client.value("head", bucket, key))

    def test_copy(self):
        client, bucket = self.client, self.bucket("source")
        other = self.bucket("target")
        client.value("put", bucket, "in/a b", "text")
        client.value("copy", bucket, "in/a b", other, "out/c")
        self.assertEqual(self.read(other, "out/c"), b"text")
        self.assertEqual(client.value("get", bucket, "in/a b"), "text")
        self.check_error(client("copy", bucket, "in/a b", "no-bucket", "c"), "gone", 404,
                         "NoSuchBucket")

    def test_files(self):
        client, bucket = self.client, self.bucket("files")
        for size in [0, 1, PART, PART + 1, 2 * PART, 2 * PART + 12345]:
            with self.subTest(size):
                content = os.urandom(size)
                path = self.file("sent", content)
                client.value("put_file", bucket, "f", path)
                self.assertEqual(self.read(bucket, "f"), content)
                client.value("get_file", bucket, "f", SCRATCH / "received")
                self.assertEqual((SCRATCH / "received").read_bytes(), content)
                self.assertEqual(client.value("head", bucket, "f")[1], size)
                if size <= PART:
                    self.assertEqual(client.value("etag", path),
                                     client.value("head", bucket, "f")[2])
        self.assertEqual([name for name in os.listdir(SCRATCH) if "received." in name], [])

    def test_files_that_fail(self):
        client, bucket = self.client, self.bucket("failures")
        target = self.file("kept", b"as it was")
        self.check_error(client("get_file", bucket, "none", target), "gone", 404, "")
        self.assertEqual(target.read_bytes(), b"as it was")
        client.value("put", bucket, "f", "text")
        answer = client("get_file", bucket, "f", SCRATCH / "no" / "folder")
        self.check_error(answer, "refused", 0, "")
        self.assertIn("No such file", answer["message"])
        self.check_error(client("put_file", bucket, "f", SCRATCH / "none"), "refused", 0, "")
        self.check_error(client("put_file", bucket, "f", SCRATCH), "refused", 0, "")
        large = self.file("large", bytes(PART + 1))
        self.check_error(client("put_file", "no-bucket", "f", large), "gone", 404, "NoSuchBucket")

    def test_many_objects(self):
        client, bucket = self.client, self.bucket("many")
        keys = [f"{number % 7}/{number:04}" for number in range(2500)]
        for key in keys:
            client.value("put", bucket, key, "")
        self.assertEqual([item[0] for item in client.value("list", bucket, "")], sorted(keys))
        self.assertEqual([item[0] for item in client.value("list", bucket, "3/")],
                         sorted(key for key in keys if key.startswith("3/")))
        client.value("remove_bucket", bucket)
        self.check_error(client("list", bucket, ""), "gone", 404, "NoSuchBucket")

    def test_wrong_credentials(self):
        key, secret = self.server.access_key, self.server.secret_key
        clients = [(self.client_with("AKDUMMY", secret), "InvalidAccessKeyId")]
        if self.checks_signatures:
            clients.append((self.client_with(key, secret + "x"), "SignatureDoesNotMatch"))
        for client, code in clients:
            self.check_error(client("list_buckets"), "unauthorised", 403, code)
            self.check_error(client("put", "bucket", "key", "text"), "unauthorised", 403, code)
            begin = time.monotonic()
            self.check_error(client("wait", "60"), "unauthorised", 403, code)
            self.assertLess(time.monotonic() - begin, 30)
        self.client.value("list_buckets")


class Moto(Scenarios, unittest.TestCase):
    @classmethod
    def make_server(cls):
        return servers.Moto(SCRATCH / "moto", VENV)

    def test_etags_of_parts(self):
        bucket = self.bucket("etags")
        path = self.file("parts", os.urandom(2 * PART + 7))
        self.client.value("put_file", bucket, "f", path)
        etag = self.client.value("head", bucket, "f")[2]
        self.assertTrue(etag.endswith("-3"), etag)
        self.assertEqual(self.client.value("etag", path), etag)
        self.assertNotIn("Uploads", self.boto.list_multipart_uploads(Bucket=bucket))

    def test_an_upload_that_fails_leaves_nothing(self):
        bucket = self.bucket("aborted")
        path = self.file("shrinking", bytes(20 * PART))
        # the file loses its end as soon as the server has the first part
        cutter = threading.Thread(target=self.cut_file, args=(bucket, path))
        cutter.start()
        answer = self.client("put_file", bucket, "f", path)
        cutter.join()
        self.check_error(answer, "refused", 0, "")
        self.assertIn("became shorter", answer["message"])
        self.assertNotIn("Uploads", self.boto.list_multipart_uploads(Bucket=bucket))

    def cut_file(self, bucket, path):
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline:
            if self.boto.list_multipart_uploads(Bucket=bucket).get("Uploads"):
                os.truncate(path, 10)
                return

    def test_other_regions(self):
        client = servers.Client(TOOL, self.server.url, self.server.access_key,
                                self.server.secret_key, "eu-west-1")
        self.addCleanup(client.close)
        client.value("create_bucket", "far-away")
        self.addCleanup(self.remove, "far-away")
        place = self.boto.get_bucket_location(Bucket="far-away")["LocationConstraint"]
        self.assertEqual(place, "eu-west-1")
        client.value("put", "far-away", "k", "v")
        self.assertEqual(client.value("get", "far-away", "k"), "v")

    def test_logs(self):
        """What others write into CloudWatch's logs is read page by page, and deleted."""
        group, lines, start = "/aws/lambda/blur", 12_000, int(time.time()) * 1000 - 60_000
        self.assertEqual(self.client.value("log_streams", group), [])
        logs = self.server.boto("logs")
        logs.create_log_group(logGroupName=group)
        names = [f"2026/11/24/[$LATEST]{number:02}" for number in range(60)]
        for name in names:
            logs.create_log_stream(logGroupName=group, logStreamName=name)
        for first in range(0, lines, 5000):
            logs.put_log_events(
                logGroupName=group, logStreamName=names[0],
                logEvents=[{"timestamp": start + number, "message": f"line {number} ü"}
                           for number in range(first, min(lines, first + 5000))])
        streams = self.client.value("log_streams", group)
        self.assertEqual([name for name, _ in streams], names)
        self.assertGreater(streams[0][1], start)
        self.assertEqual(streams[1][1], 0)
        self.assertEqual(self.client.value("log_events", group, names[0], "0"),
                         [[start + number, f"line {number} ü"] for number in range(lines)])
        self.assertEqual(
            self.client.value("log_events", group, names[0], str(start + lines - 1)),
            [[start + lines - 1, f"line {lines - 1} ü"]])
        self.client.value("remove_log_stream", group, names[0])
        self.client.value("remove_log_stream", group, names[0])
        self.assertEqual([name for name, _ in self.client.value("log_streams", group)], names[1:])
        self.check_error(self.client("log_events", group, names[0], "0"), "gone", 400,
                         "ResourceNotFoundException")
        stranger = self.client_with(self.server.access_key, "wrong")
        # this server words the error as S3 does, and AWS in JSON
        self.check_error(stranger("log_streams", group), "unauthorised", 403, "")

    def test_signatures(self):
        """Ours are those of botocore."""
        client = self.client_with("AKDUMMY", "secret/key+1")
        credentials = botocore.credentials.Credentials("AKDUMMY", "secret/key+1")
        signer = botocore.auth.S3SigV4Auth(credentials, "s3", "us-east-1")
        queries = [[], [["list-type", "2"], ["prefix", "a b/ü+&="], ["encoding-type", "url"]],
                   [["uploads", ""]], [["z", "1"], ["a", "2"], ["a", "1"], ["A", "~*"]]]
        for number, key in enumerate(ODD_KEYS):
            method = ["GET", "PUT", "HEAD", "DELETE", "POST"][number % 5]
            query, body = queries[number % len(queries)], "body ü" if number % 2 else ""
            moment = 1_700_000_000 + 86_399 * number
            pairs = json.dumps(query)
            signed = client.value("sign", method, key, pairs, body, moment)
            headers = signed["headers"]
            url = f"http://s3.example:9000/bucket/{signed['path']}"
            request = botocore.awsrequest.AWSRequest(
                method, url + ("?" + signed["query"] if query else ""), data=body.encode(),
                headers={name: value for name, value in headers.items()
                         if name != "Authorization"})
            stamp = datetime.datetime.fromtimestamp(moment, datetime.timezone.utc)
            self.assertEqual(headers["x-amz-date"], stamp.strftime("%Y%m%dT%H%M%SZ"))
            request.context["timestamp"] = headers["x-amz-date"]
            canonical = signer.canonical_request(request)
            signature = signer.signature(signer.string_to_sign(request, canonical), request)
            with self.subTest(key, method=method):
                self.assertTrue(headers["Authorization"].endswith("Signature=" + signature))

    def test_restart(self):
        """A server that is away for a while is waited for; this one has forgotten all then."""
        server = servers.Moto(SCRATCH / "moto-restart", VENV, unchecked_requests=10**6)
        self.addCleanup(server.stop)
        server.start()
        client = servers.Client(TOOL, server.url, server.access_key, server.secret_key)
        self.addCleanup(client.close)
        client.value("create_bucket", "memory")
        server.stop()
        answer = client("wait", "1")
        self.check_error(answer, "unreachable", 0, "")
        self.assertIn("not ready within 1 s", answer["message"])
        for call in [["wait", "60"], ["create_bucket", "memory"]]:
            server.stop()
            starter = threading.Timer(1, server.start)
            starter.start()
            client.value(*call)
            starter.join()
        self.assertEqual(client.value("list_buckets"), ["memory"])


@unittest.skipUnless(servers.S3rver.is_there(NODE), "no Node.js")
class S3rver(Scenarios, unittest.TestCase):
    """Takes apart paths, so that it cannot store some keys; does not decode all of the source of a
    copy; gives the MD5 of the whole as the ETag of an upload in parts; knows version 4 of
    signatures by its form only."""

    unknown_keys = ["x/../y", "a/./b", "/first", "a//b"]
    uncopied_keys = ["a+b", "a#b", "q?x=1&y", "a&b<c>'\"", "c:d;e=f@g,$"]

    checks_signatures = False

    @classmethod
    def make_server(cls):
        return servers.S3rver(SCRATCH / "s3rver", NODE)

    def test_clocks_that_differ(self):
        for seconds in [-3600, 3600]:
            client = self.client_with("S3RVER", "S3RVER", "us-east-1", str(seconds))
            answer = client("list_buckets")
            self.check_error(answer, "unauthorised", 403, "RequestTimeTooSkewed")
            self.assertIn("set the clock", answer["message"])

    def test_restart(self):
        """Calls outlast a restart; nothing is lost."""
        client, bucket = self.client, self.bucket("restart")
        client.value("put", bucket, "before", "1")
        content = os.urandom(2 * PART + 1)
        path = self.file("during", content)
        self.server.stop()
        starter = threading.Timer(1, self.server.start)
        starter.start()
        client.value("put_file", bucket, "during", path)
        starter.join()
        self.assertEqual(self.read(bucket, "during"), content)
        self.assertEqual([item[0] for item in client.value("list", bucket, "")],
                         ["before", "during"])
        self.server.stop()
        starter = threading.Timer(1, self.server.start)
        starter.start()
        client.value("wait", "60")
        starter.join()
        self.assertEqual(client.value("get", bucket, "before"), "1")


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as scratch:
        SCRATCH = pathlib.Path(scratch)
        outcome = unittest.main(argv=[sys.argv[0], *sys.argv[4:]], exit=False).result
    sys.exit(0 if outcome.wasSuccessful() else 1)
