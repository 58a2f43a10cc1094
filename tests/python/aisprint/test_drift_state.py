# SPDX-License-Identifier: Apache-2.0
"""Tests of aisprint.drift_detector_utils and aisprint.s3."""

import datetime
import hashlib
import os
import ssl
import tempfile
import unittest
import urllib.error
from unittest import mock

import support
import utils
from aisprint import drift_detector_utils, s3
from aisprint.drift_detector_utils import get_drift_state, get_metric_drift_state


class Signature(unittest.TestCase):
    """The published example of AWS ("GET Object"), for both copies of the function."""

    def test_published_example(self):
        for sign in (s3.sign, utils.sign):
            headers = sign(
                "GET",
                "https://examplebucket.s3.amazonaws.com/test.txt",
                {"Range": "bytes=0-9"},
                b"",
                "AKIAIOSFODNN7EXAMPLE",
                "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
                datetime.datetime(2013, 5, 24),
            )
            self.assertEqual(
                headers["Authorization"],
                "AWS4-HMAC-SHA256 "
                "Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request,"
                "SignedHeaders=host;range;x-amz-content-sha256;x-amz-date,"
                "Signature=f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41",
            )


class Fresh(unittest.TestCase):
    """Nothing kept from another test."""

    def setUp(self):
        drift_detector_utils._kept.clear()


class LocalState(Fresh):
    """The state file in a folder."""

    def setUp(self):
        super().setUp()
        scratch = tempfile.TemporaryDirectory(prefix="with space ")
        self.addCleanup(scratch.cleanup)
        self.path = os.path.join(scratch.name, "drift_state.yaml")
        url = "file://" + scratch.name.replace(" ", "%20")
        variables = support.environment(DRIFT_DETECTOR_MINIO_URL=url)
        variables.__enter__()
        self.addCleanup(variables.__exit__, None, None, None)

    def write(self, text):
        drift_detector_utils._kept.clear()
        support.write_file(self.path, text.encode("utf-8"))

    def test_missing_file(self):
        self.assertEqual(get_metric_drift_state("masks", "ratio"), 0)
        with self.assertRaisesRegex(FileNotFoundError, "no drift_state.yaml"):
            get_drift_state()

    def test_states(self):
        self.write("masks:\n  ratio: 1\n  count: 0\nfaces:\n  size: 0\n")
        self.assertEqual(get_metric_drift_state("masks", "ratio"), 1)
        self.assertEqual(get_metric_drift_state("masks", "count"), 0)
        self.assertEqual(get_metric_drift_state("masks", "other"), 0)
        self.assertEqual(get_metric_drift_state("other", "ratio"), 0)
        self.assertEqual(get_drift_state(), 1)

    def test_highest_state_counts(self):
        for states, expected in (((0, 0), 0), ((0, 1), 1), ((1, 2), 2), ((2, 0), 2)):
            self.write("a:\n  x: {}\nb:\n  y: {}\n".format(*states))
            self.assertEqual(get_drift_state(), expected)
        self.write("")
        self.assertEqual(get_drift_state(), 0)

    def test_forms_of_the_file(self):
        for text in (
            '"a: b":\n    "x\\u0041": 2\n',
            "'a: b':\n  xA:   2",
            "---\n# comment\n\na: b:\n  'xA': 2\n",
            '{"a: b": {"xA": 2}}\n',
        ):
            self.write(text)
            self.assertEqual(get_metric_drift_state("a: b", "xA"), 2, text)
        self.write("'it''s': {}\nb:\n  x: 1\n")
        self.assertEqual(get_drift_state(), 1)

    def test_damaged_file(self):
        for text in ("a:\n  x: 3\n", "a:\n  x: high\n", "  x: 1\n", "a: 1\n", "words\n", "{"):
            self.write(text)
            with self.assertRaises(ValueError):
                get_drift_state()

    def test_the_file_is_not_read_for_every_input(self):
        self.write("a:\n  x: 1\n")
        self.assertEqual(get_drift_state(), 1)
        support.write_file(self.path, b"a:\n  x: 2\n")
        self.assertEqual(get_drift_state(), 1)
        later = drift_detector_utils.time.monotonic() + 31
        with mock.patch("time.monotonic", return_value=later):
            self.assertEqual(get_drift_state(), 2)

    def test_missing_variables(self):
        with support.environment():
            with self.assertRaisesRegex(KeyError, "DRIFT_DETECTOR_MINIO_URL is not set"):
                get_drift_state()
        with support.environment(DRIFT_DETECTOR_MINIO_URL="http://127.0.0.1:9"):
            with self.assertRaisesRegex(KeyError, "DRIFT_DETECTOR_MINIO_BUCKET is not set"):
                get_drift_state()


class RemoteState(Fresh):
    """The state file in a store."""

    def variables(self, url):
        return support.environment(
            DRIFT_DETECTOR_MINIO_URL=url,
            DRIFT_DETECTOR_MINIO_BUCKET="mask-detector",
            DRIFT_DETECTOR_MINIO_AK="minio",
            DRIFT_DETECTOR_MINIO_SK="secret key",
        )

    def test_read(self):
        with support.HttpDouble(lambda *_: (200, b"masks:\n  ratio: 2\n")) as store:
            with self.variables(store.url + "/"):
                self.assertEqual(get_metric_drift_state("masks", "ratio"), 2)
                self.assertEqual(get_drift_state(), 2)
        self.assertEqual(len(store.requests), 1)
        method, path, headers, body = store.requests[0]
        self.assertEqual((method, path, body), ("GET", "/mask-detector/drift_state.yaml", b""))
        lower = {name.lower(): text for name, text in headers.items()}
        self.assertEqual(lower["x-amz-content-sha256"], hashlib.sha256(b"").hexdigest())
        now = datetime.datetime.strptime(lower["x-amz-date"], "%Y%m%dT%H%M%SZ")
        url = "http://{}{}".format(lower["host"], path)
        expected = s3.sign("GET", url, {}, b"", "minio", "secret key", now)
        self.assertEqual(lower["authorization"], expected["Authorization"])
        self.assertNotIn("secret key", str(headers))

    def test_missing_object(self):
        with support.HttpDouble(lambda *_: (404, b"")) as store, self.variables(store.url):
            self.assertEqual(get_metric_drift_state("masks", "ratio"), 0)
            with self.assertRaises(FileNotFoundError):
                get_drift_state()

    def test_server_errors_are_tried_again(self):
        answers = [(503, b""), (500, b""), (200, b"a:\n  x: 1\n")]
        with support.HttpDouble(lambda *_: answers.pop(0)) as store, self.variables(store.url):
            with mock.patch("time.sleep"):
                self.assertEqual(get_drift_state(), 1)
        self.assertEqual(len(store.requests), 3)

    def test_refusal_is_an_error(self):
        with support.HttpDouble(lambda *_: (403, b"")) as store, self.variables(store.url):
            with self.assertRaises(urllib.error.HTTPError):
                get_metric_drift_state("masks", "ratio")
        self.assertEqual(len(store.requests), 1)

    def test_nobody_listens(self):
        with support.Receiver() as receiver, mock.patch("time.sleep") as sleep:
            with self.variables("http://127.0.0.1:{}".format(receiver.port)):
                with self.assertRaises(OSError):
                    get_metric_drift_state("masks", "ratio")
        self.assertEqual(sleep.call_count, 2)

    def test_certificates_are_checked_unless_told_otherwise(self):
        answer = mock.MagicMock()
        answer.__enter__.return_value.read.return_value = b"a:\n  x: 1\n"
        for module, value, checked in (
            (drift_detector_utils, "", True),
            (drift_detector_utils, "true", False),
            (utils, "no", True),
            (utils, "1", False),
        ):
            drift_detector_utils._kept.clear()
            with self.variables("https://minio.example"), mock.patch(
                "urllib.request.urlopen", return_value=answer
            ) as opened:
                os.environ["DRIFT_DETECTOR_INSECURE_TLS"] = value
                if module is utils:
                    utils.make_store(os.environ).get("drift_state.yaml")
                else:
                    get_drift_state()
                context = opened.call_args[1]["context"]
            if checked:
                self.assertIsNone(context)  # the default of urllib checks
            else:
                self.assertEqual(context.verify_mode, ssl.CERT_NONE)

    def test_put(self):
        with support.HttpDouble(lambda *_: (200, b"")) as store:
            s3.Bucket(store.url, "b", "a", "s").put("folder/na me.txt", b"data")
        self.assertEqual(store.requests[0][:2], ("PUT", "/b/folder/na%20me.txt"))
        self.assertEqual(store.requests[0][3], b"data")


if __name__ == "__main__":
    unittest.main()
