# SPDX-License-Identifier: Apache-2.0
"""Tests of the drift detector template (templates/drift_detector/main.py)."""

import copy
import importlib.util
import json
import logging
import os
import random
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import unittest
from unittest import mock

import support
import utils

try:
    import yaml
except ImportError:
    yaml = None


def load_template():
    """Return main.py of the template as a module of another name."""
    path = os.path.join(support.DETECTOR, "main.py")
    spec = importlib.util.spec_from_file_location("drift_detector_main", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


detector_main = load_template() if yaml is not None else None

CONFIG = {
    "detection_interval": 2,
    "data_collection_period": 24,
    "metrics": {
        "masks": {
            "ratio": {
                "monitoring_period": 2,
                "statistical_test": "kolmogorov-smirnov",
                "test_threshold": 0.05,
            }
        }
    },
}


class FakeInflux:
    """Windows of values, handed out in order; also notes what was asked for."""

    def __init__(self, *windows):
        self.windows = list(windows)
        self.asked = []

    def values(self, metric, field, minutes):
        self.asked.append((metric, field, minutes))
        window = self.windows.pop(0)
        if isinstance(window, Exception):
            raise window
        return window


class Stop(Exception):
    """Ends the loop of a test."""


def values(shift=0.0, count=40, seed=1):
    source = random.Random(seed)
    return [source.random() + shift for _ in range(count)]


class InfluxQueries(unittest.TestCase):
    """The query over HTTP."""

    def test_query(self):
        answer = b",result,table,_time,_value\r\n,_result,0,2022-01-01T00:00:00Z,0.5\r\n\r\n"
        with support.HttpDouble(lambda *_: (200, answer)) as server:
            influx = utils.Influx(server.url + "/", "to ken", 'app-"bucket"')
            self.assertEqual(influx.values("ma\\sks", "ra${x}tio", 90), [0.5])
        method, path, headers, body = server.requests[0]
        self.assertEqual((method, path), ("POST", "/api/v2/query?org=ai-sprint"))
        self.assertEqual(headers["Authorization"], "Token to ken")
        query = json.loads(body.decode("utf-8"))["query"]
        self.assertIn('from(bucket: "app-\\"bucket\\"")', query)
        self.assertIn("range(start: -90m)", query)
        self.assertIn('r._measurement == "ma\\\\sks" and r._field == "ra\\${x}tio"', query)

    def test_csv(self):
        text = (
            "#datatype,string,long,dateTime:RFC3339,double\r\n"
            ",result,table,_time,_value\r\n"
            ",_result,0,2022-01-01T00:00:00Z,1.5\r\n"
            ",_result,0,2022-01-01T00:00:01Z,-2\r\n"
            ",_result,0,2022-01-01T00:00:02Z,\r\n"
            "\r\n"
            ",result,table,_value,_time\r\n"
            ',_result,1,"a, b",2022-01-01T00:00:00Z\r\n'
            ",_result,1,true,2022-01-01T00:00:00Z\r\n"
            ",_result,1,false,2022-01-01T00:00:00Z\r\n"
        )
        self.assertEqual(utils.parse_flux_csv(text), [1.5, -2.0, "a, b", 1.0, 0.0])
        self.assertEqual(utils.parse_flux_csv("\r\n"), [])
        self.assertEqual(utils.parse_flux_csv(""), [])
        with self.assertRaisesRegex(ValueError, "InfluxDB: type conflict"):
            utils.parse_flux_csv(",error,reference\r\n,type conflict,897\r\n")

    def test_refusal_carries_the_text_of_the_answer(self):
        answer = (401, b'{"message":"unauthorized access"}')
        with support.HttpDouble(lambda *_: answer) as server:
            with self.assertRaisesRegex(OSError, "401.*unauthorized access"):
                utils.Influx(server.url, "t", "b").values("m", "f", 1)


@unittest.skipIf(yaml is None, "PyYAML is not installed")
class Loop(unittest.TestCase):
    """The loop, with a clock of its own and a folder as store."""

    def setUp(self):
        scratch = tempfile.TemporaryDirectory()
        self.addCleanup(scratch.cleanup)
        self.store = utils.Folder(scratch.name)
        self.now = 1000000.0
        self.slept = []
        self.limit = 100
        self.config = copy.deepcopy(CONFIG)
        logging.getLogger("drift_detector").setLevel(logging.INFO)

    def sleep(self, seconds):
        self.slept.append(seconds)
        self.now += seconds
        if len(self.slept) > self.limit:
            raise Stop()

    def detector(self, *windows):
        self.influx = FakeInflux(*windows)
        return detector_main.Detector(
            self.config, self.influx, self.store, self.sleep, lambda: self.now
        )

    def run_quietly(self, detector, expect_stop=False):
        with self.assertLogs("drift_detector", "INFO") as logs:
            if expect_stop:
                with self.assertRaises(Stop):
                    detector.run()
            else:
                detector.run()
        return "\n".join(logs.output)

    def state(self):
        return yaml.safe_load(self.store.get("drift_state.yaml").decode("utf-8"))

    def test_from_reference_to_finished_collection(self):
        detector = self.detector(values(), values(seed=2), values(shift=0.5))
        text = self.run_quietly(detector)
        self.assertEqual(self.state(), {"masks": {"ratio": 2}})
        self.assertEqual(self.slept, [7200, 7200, 7200, 86400])
        self.assertEqual(self.influx.asked, [("masks", "ratio", 120)] * 3)
        self.assertIn("reference sample of 40 values", text)
        self.assertIn("no drift", text)
        self.assertIn("threshold 0.05: drift", text)

    def test_states_are_stored_on_the_way(self):
        seen = []
        real = self.store.put

        def put(key, data):
            real(key, data)
            if key == "drift_state.yaml":
                seen.append(yaml.safe_load(data.decode("utf-8"))["masks"]["ratio"])

        self.store.put = put
        self.run_quietly(self.detector(values(), values(shift=0.5)))
        self.assertEqual(seen, [0, 0, 1, 1, 2])

    def test_empty_and_short_windows_are_left_out(self):
        detector = self.detector(
            [], values(count=7), values(), [], values(count=7, shift=9), values(9)
        )
        text = self.run_quietly(detector)
        self.assertEqual(len(self.slept), 7)
        self.assertEqual(self.state(), {"masks": {"ratio": 2}})
        self.assertIn("0 values in the last 120 minutes, at least 8 are needed; left out", text)
        self.assertEqual(text.count("left out"), 4)

    def test_a_restart_keeps_the_reference(self):
        self.limit = 1
        self.run_quietly(self.detector(values()), expect_stop=True)
        self.slept, self.limit = [], 100
        text = self.run_quietly(self.detector(values(shift=0.5)))
        self.assertIn("going on with the states", text)
        self.assertNotIn("reference sample", text)
        self.assertEqual(self.state(), {"masks": {"ratio": 2}})

    def test_a_restart_goes_on_collecting(self):
        self.limit = 2
        self.run_quietly(self.detector(values(), values(shift=0.5)), expect_stop=True)
        self.assertEqual(self.state(), {"masks": {"ratio": 1}})
        self.now -= 86400  # the interrupted wait
        self.now += 3600
        self.slept, self.limit = [], 100
        self.run_quietly(self.detector())
        self.assertEqual(self.slept, [86400 - 3600])
        self.assertEqual(self.state(), {"masks": {"ratio": 2}})

    def test_after_the_end_it_waits_until_the_state_is_deleted(self):
        self.run_quietly(self.detector(values(), values(shift=0.5)))
        self.slept = []
        real = self.sleep

        def sleep(seconds):
            real(seconds)
            if len(self.slept) == 3:
                os.unlink(os.path.join(self.store._path, "drift_state.yaml"))

        detector = self.detector(values(seed=3), values(seed=4), values(shift=2))
        detector._sleep = sleep
        text = self.run_quietly(detector)
        self.assertEqual(text.count("delete drift_state.yaml to begin anew"), 3)
        self.assertIn("reference sample", text)
        self.assertEqual(self.slept, [7200] * 6 + [86400])

    def test_overlapping_windows(self):
        self.config["metrics"]["masks"]["ratio"]["monitoring_period"] = 5.01
        text = self.run_quietly(
            self.detector(values(), values(seed=2), values(seed=3), values(seed=4), values(1))
        )
        self.assertIn("monitoring_period 5.01 h is longer than detection_interval 2 h", text)
        self.assertEqual([item[2] for item in self.influx.asked], [301, 120, 240, 301, 301])

    def test_a_failing_data_base_does_not_end_the_loop(self):
        detector = self.detector(
            OSError("refused"), values(), ValueError("bad answer"), values(shift=0.5)
        )
        text = self.run_quietly(detector)
        self.assertIn("not tested: refused", text)
        self.assertIn("not tested: bad answer", text)
        self.assertEqual(self.state(), {"masks": {"ratio": 2}})

    def test_a_failing_store_does_not_end_the_loop(self):
        real = self.store.put
        calls = []

        def put(key, data):
            calls.append(key)
            if len(calls) < 6:
                raise OSError("no space")
            real(key, data)

        self.store.put = put
        text = self.run_quietly(self.detector(values(), values(shift=0.5)))
        self.assertIn("state not stored, the next pass tries again: no space", text)
        self.assertEqual(self.state(), {"masks": {"ratio": 2}})

    def test_a_store_that_cannot_be_read_is_waited_for(self):
        real = self.store.get
        answers = [OSError("refused"), OSError("refused")]

        def get(key):
            if answers:
                raise answers.pop()
            return real(key)

        self.store.get = get
        self.run_quietly(self.detector(values(), values(shift=0.5)))
        self.assertEqual(self.slept[:2], [10.0, 20.0])

    def test_several_fields(self):
        test = {"monitoring_period": 2, "statistical_test": "chi-squared", "test_threshold": 0.01}
        self.config["metrics"]["masks"]["kind"] = test
        self.config["metrics"]["faces"] = {"size": dict(test, statistical_test="cramer-von-mises")}
        kinds = ["with", "without"] * 20
        detector = self.detector(values(), kinds, values(), values(), ["with"] * 40, values(seed=2))
        self.run_quietly(detector)
        self.assertEqual(self.state(), {"faces": {"size": 0}, "masks": {"kind": 2, "ratio": 0}})
        self.assertEqual(
            [item[:2] for item in self.influx.asked[:3]],
            [("faces", "size"), ("masks", "kind"), ("masks", "ratio")],
        )

    def test_changed_settings_keep_what_still_applies(self):
        self.store.put("drift_state.yaml", b"gone:\n  x: 1\nmasks:\n  ratio: 0\n")
        detector = self.detector()
        with self.assertLogs("drift_detector", "INFO"):
            detector.load()
        self.assertEqual(detector.states, {"masks": {"ratio": 0}})

    def test_values_that_do_not_fit_the_test(self):
        self.config["metrics"]["masks"]["ratio"]["statistical_test"] = "fisher-exact-test"
        self.limit = 2
        text = self.run_quietly(self.detector([0.0, 1.0] * 9, values()), expect_stop=True)
        self.assertIn("not tested: fisher-exact-test needs values 0 and 1", text)
        self.assertEqual(self.state(), {"masks": {"ratio": 0}})

    def test_notification(self):
        with support.HttpDouble(lambda *_: (200, b"")) as endpoint:
            self.config["notification_endpoint"] = endpoint.url + "/hook"
            self.run_quietly(self.detector(values(), values(shift=0.5)))
        self.assertEqual([item[:2] for item in endpoint.requests], [("POST", "/hook")])
        body = json.loads(endpoint.requests[0][3].decode("utf-8"))
        self.assertLess(body.pop("p_value"), 0.05)
        self.assertEqual(
            body,
            {"metric": "masks", "field": "ratio", "state": 1, "time": "1970-01-12T17:46:40Z"},
        )

    def test_failing_notification(self):
        with support.HttpDouble(lambda *_: (400, b"no")) as endpoint:
            self.config["notification_endpoint"] = endpoint.url
            text = self.run_quietly(self.detector(values(), values(shift=0.5)))
        self.assertIn("notification failed", text)
        self.assertEqual(self.state(), {"masks": {"ratio": 2}})

    def test_the_helper_of_components_reads_the_state(self):
        from aisprint import drift_detector_utils

        self.config["metrics"]["odd: 'name' #1"] = {
            "caf\u00e9": CONFIG["metrics"]["masks"]["ratio"]
        }
        detector = self.detector()
        with self.assertLogs("drift_detector", "WARNING") as logs:
            detector.load()
            logging.getLogger("drift_detector").warning("end")
        self.assertEqual(len(logs.output), 1)
        detector.states["odd: 'name' #1"]["caf\u00e9"] = 2
        detector.states["masks"]["ratio"] = 1
        detector._save()
        drift_detector_utils._kept.clear()
        with support.environment(DRIFT_DETECTOR_MINIO_URL="file://" + self.store._path):
            read = drift_detector_utils.get_metric_drift_state
            self.assertEqual(read("odd: 'name' #1", "caf\u00e9"), 2)
            self.assertEqual(read("masks", "ratio"), 1)


@unittest.skipIf(yaml is None, "PyYAML is not installed")
class Settings(unittest.TestCase):
    """Checks of the settings and of stored states."""

    def check(self, text, change):
        config = copy.deepcopy(CONFIG)
        change(config)
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "c.yaml")
            with open(path, "w") as stream:
                yaml.safe_dump(config, stream)
            if text is None:
                self.assertEqual(detector_main.load_config(path), config)
            else:
                with self.assertRaisesRegex(detector_main.ConfigError, text):
                    detector_main.load_config(path)

    def test_checks(self):
        field = lambda config: config["metrics"]["masks"]["ratio"]
        self.check(None, lambda config: None)
        for text, change in (
            ("detection_interval None must be a number", lambda c: c.pop("detection_interval")),
            ("detection_interval 0 must be", lambda c: c.update(detection_interval=0)),
            ("data_collection_period '1' must", lambda c: c.update(data_collection_period="1")),
            ("'metrics' must map", lambda c: c.update(metrics={})),
            ("metric 'masks' must map", lambda c: c["metrics"].update(masks=[1])),
            ("masks.ratio must be a map", lambda c: c["metrics"]["masks"].update(ratio=3)),
            (
                "masks.ratio.statistical_test 't-test' is unknown, allowed are chi-squared, cramer",
                lambda c: field(c).update(statistical_test="t-test"),
            ),
            ("monitoring_period True must", lambda c: field(c).update(monitoring_period=True)),
            ("test_threshold 1 must be below 1", lambda c: field(c).update(test_threshold=1)),
            ("test_threshold -1 must be a number", lambda c: field(c).update(test_threshold=-1)),
        ):
            self.check(text, change)

    def test_states(self):
        parse = detector_main.parse_states
        self.assertEqual(parse(b""), {})
        self.assertEqual(parse(b"a:\n  b: 2\n"), {"a": {"b": 2}})
        for text in (b"a:\n  b: 3\n", b"a: 1\n", b"[1]", b"a: [\n"):
            with self.assertRaises(detector_main.ConfigError):
                parse(text)

    def test_long_log_keeps_its_end(self):
        journal = detector_main.Journal(b"x" * 100 + b"\n")
        journal.setFormatter(logging.Formatter("%(message)s"))
        with mock.patch.object(detector_main, "MAX_LOG_BYTES", 1000):
            for number in range(200):
                journal.emit(logging.makeLogRecord({"msg": "line %d", "args": (number,)}))
        lines = journal.content().decode("utf-8").splitlines()
        self.assertLess(len(journal.content()), 1001)
        self.assertEqual(lines[-1], "line 199")
        self.assertTrue(all(re.match(r"line \d+$", line) for line in lines))


@unittest.skipIf(yaml is None, "PyYAML is not installed")
class Program(unittest.TestCase):
    """The template as it is started in its image, against doubles of both servers."""

    def setUp(self):
        scratch = tempfile.TemporaryDirectory()
        self.addCleanup(scratch.cleanup)
        self.folder = os.path.join(scratch.name, "drift_detector")
        shutil.copytree(support.DETECTOR, self.folder, ignore=shutil.ignore_patterns("__pycache__"))
        self.objects = {}
        self.windows = []
        self.store = support.HttpDouble(self.answer_store)
        self.influx = support.HttpDouble(self.answer_influx)
        for server in (self.store, self.influx):
            server.__enter__()
            self.addCleanup(server.__exit__)

    def answer_store(self, method, path, headers, body):
        if "Credential=minio/" not in headers["Authorization"]:
            return 403, b""
        if method == "PUT":
            self.objects[path] = body
            return 200, b""
        return (200, self.objects[path]) if path in self.objects else (404, b"")

    def answer_influx(self, *_):
        rows = "".join(",r,0,{}\r\n".format(value) for value in self.windows.pop(0))
        return 200, (",result,table,_value\r\n" + rows).encode("utf-8")

    def start(self, config, *arguments, **changes):
        with open(os.path.join(self.folder, "drift_detector_config.yaml"), "w") as stream:
            yaml.safe_dump(config, stream)
        variables = dict(
            os.environ,
            PYTHONPATH=os.pathsep.join(sys.path),
            PYTHONDONTWRITEBYTECODE="1",
            DRIFT_DETECTOR_INFLUXDB_URL=self.influx.url,
            DRIFT_DETECTOR_INFLUXDB_TOKEN="hidden token",
            BUCKET_NAME="app-bucket",
            DRIFT_DETECTOR_MINIO_URL=self.store.url,
            DRIFT_DETECTOR_MINIO_BUCKET="mask-detector",
            DRIFT_DETECTOR_MINIO_AK="minio",
            DRIFT_DETECTOR_MINIO_SK="hidden key",
        )
        for name, text in changes.items():
            if text is None:
                del variables[name]
            else:
                variables[name] = text
        command = [sys.executable, os.path.join(self.folder, "main.py")] + list(arguments)
        return subprocess.Popen(
            command, env=variables, stdout=subprocess.PIPE, stderr=subprocess.PIPE
        )

    def test_the_whole_life(self):
        config = copy.deepcopy(CONFIG)
        config.update(detection_interval=0.3 / 3600, data_collection_period=0.2 / 3600)
        self.windows = [values(), values(shift=0.5)]
        # the second window would be empty, as less than a minute has passed: let time run faster
        with open(os.path.join(self.folder, "sitecustomize.py"), "w") as stream:
            stream.write(
                "import time\nreal, start = time.time, time.time()\n"
                "time.time = lambda: start + 3600 * (real() - start)\n"
            )
        child = self.start(config, PYTHONPATH=os.pathsep.join([self.folder] + sys.path))
        output, errors = child.communicate(timeout=60)
        self.assertEqual(child.returncode, 0, errors)
        state = self.objects["/mask-detector/drift_state.yaml"]
        self.assertEqual(state, b"masks:\n  ratio: 2\n")
        text = self.objects["/mask-detector/drift_detector_log.txt"].decode("utf-8")
        self.assertIn("reference sample of 40 values", text)
        self.assertIn("collection finished", text)
        everything = text + str(self.objects) + output.decode() + errors.decode()
        self.assertNotIn("hidden", everything)

    def test_once(self):
        for window, expected in ((values(), b"ratio: 0"), ([], b"ratio: 0")):
            self.windows = [window]
            child = self.start(CONFIG, "--once")
            errors = child.communicate(timeout=60)[1]
            self.assertEqual(child.returncode, 0, errors)
            self.assertIn(expected, self.objects["/mask-detector/drift_state.yaml"])
        reference = json.loads(self.objects["/mask-detector/drift_reference.json"].decode())
        self.assertEqual(len(reference["references"]["masks"]["ratio"]["values"]), 40)

    def test_ended_by_a_signal(self):
        child = self.start(CONFIG)
        deadline = time.monotonic() + 30
        while "/mask-detector/drift_state.yaml" not in self.objects:
            self.assertLess(time.monotonic(), deadline)
            time.sleep(0.02)
        child.send_signal(signal.SIGTERM)
        errors = child.communicate(timeout=30)[1]
        self.assertEqual(child.returncode, 0, errors)
        self.assertIn(b"ended by a signal", errors)

    def test_missing_variable_and_wrong_settings(self):
        child = self.start(CONFIG, DRIFT_DETECTOR_INFLUXDB_TOKEN=None)
        errors = child.communicate(timeout=30)[1].decode()
        self.assertEqual(child.returncode, 3)
        self.assertEqual(
            errors, "error: environment variable DRIFT_DETECTOR_INFLUXDB_TOKEN is not set\n"
        )
        child = self.start(dict(CONFIG, detection_interval=-1))
        errors = child.communicate(timeout=30)[1].decode()
        self.assertEqual(child.returncode, 3)
        self.assertIn("detection_interval -1 must be a number above 0", errors)


if __name__ == "__main__":
    unittest.main()
