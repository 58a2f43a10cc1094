# SPDX-License-Identifier: Apache-2.0
"""Tests of aisprint.annotations."""

import asyncio
import inspect
import json
import time
import unittest
import warnings

import support
from aisprint import annotations
from aisprint.annotations import (
    annotation,
    component_name,
    detect_metric_drift,
    device_constraints,
    early_exits_model,
    exec_time,
    expected_throughput,
    model_performance,
    partitionable_model,
    security,
)


def fields_of(line):
    """Return the fields of a reported time as numbers."""
    pairs = line.strip().rsplit(" ", 1)[1].split(",")
    return {name: float(text) for name, text in (pair.split("=") for pair in pairs)}


def event(text):
    return json.dumps({"Records": [{"eventTime": text}]})


class Forwarding(unittest.TestCase):
    """Decorated functions behave as before."""

    def test_all_stacked_with_defaults(self):
        @component_name(name="c")
        @exec_time()
        @expected_throughput(rate=3)
        @partitionable_model(onnx_file="m.onnx")
        @early_exits_model(onnx_file="m.onnx", condition_function="leave")
        @model_performance(metric="average_f1", metric_thr=0.7)
        @detect_metric_drift(
            metric="masks",
            field="ratio",
            statistical_test="kolmogorov-smirnov",
            test_threshold=0.05,
            detection_interval=6,
            monitoring_period=12,
            data_collection_period=24,
        )
        @device_constraints(ram=1024, vram=0, use_gpu_for=["dnn"])
        @security(trustedExecution=True)
        def main(args, *more, key=0):
            """Text."""
            return (args, more, key)

        with support.environment():
            self.assertEqual(main(1, 2, key=3), (1, (2,), 3))
        self.assertEqual((main.__name__, main.__doc__), ("main", "Text."))
        self.assertEqual(list(inspect.signature(main).parameters), ["args", "more", "key"])
        notes = main.__aisprint__
        self.assertEqual(len(notes), 9)
        self.assertEqual(notes["partitionable_model"]["num_partitions"], 1)
        self.assertIsNone(notes["early_exits_model"]["transition_probabilities"])
        self.assertFalse(notes["security"]["confRest"])

    def test_coroutine_function_stays_one(self):
        @component_name(name="c")
        @exec_time(local_time_thr=1)
        async def main(args):
            return args + 1

        self.assertTrue(inspect.iscoroutinefunction(main))
        with support.Receiver() as receiver:
            with support.environment(MONIT_PORT=receiver.port, COMPONENT_NAME="c"):
                loop = asyncio.new_event_loop()
                try:
                    self.assertEqual(loop.run_until_complete(main(1)), 2)
                finally:
                    loop.close()
                self.assertIn("component_name=c", receiver.receive())

    def test_methods(self):
        class Component:
            @component_name(name="c")
            def main(self, args):
                return self, args

        component = Component()
        self.assertEqual(component.main(4), (component, 4))

    def test_dictionary_form(self):
        @annotation({"component_name": {"name": "c"}, "exec_time": None})
        def main(args):
            return args

        with support.Receiver() as receiver:
            with support.environment(MONIT_PORT=receiver.port, COMPONENT_NAME="c"):
                self.assertEqual(main(5), 5)
                self.assertTrue(receiver.receive().startswith("execution_time,component_name=c "))
        self.assertEqual(main.__aisprint__["component_name"], {"name": "c"})

    def test_only_exec_time_reports(self):
        @component_name(name="c")
        @annotation({"partitionable_model": {"onnx_file": "m.onnx"}})
        def main(args):
            return args

        with support.Receiver() as receiver:
            with support.environment(MONIT_PORT=receiver.port):
                main(1)
                self.assertTrue(receiver.is_empty())

    def test_two_exec_times_report_once(self):
        @annotation({"exec_time": {}})
        @exec_time(local_time_thr=1)
        def main(args):
            return args

        with support.Receiver() as receiver:
            with support.environment(MONIT_PORT=receiver.port):
                main(1)
                self.assertIn("execution_time ", receiver.receive())
                self.assertTrue(receiver.is_empty())


class Misuse(unittest.TestCase):
    """Wrong use is reported where the component is imported."""

    def test_unknown_argument_warns_once(self):
        annotations._warned.clear()
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            for _ in range(2):
                component_name(name="c", colour="red")(len)
                annotation({"exec_time": {"limit": 3}, "speed": {}})(len)
        texts = [str(item.message) for item in caught]
        self.assertEqual(
            texts,
            [
                "annotation 'component_name': unknown argument 'colour' is ignored",
                "annotation 'exec_time': unknown argument 'limit' is ignored",
                "annotation: unknown annotation 'speed' is ignored",
            ],
        )

    def test_missing_parentheses(self):
        with self.assertRaisesRegex(TypeError, r"'component_name' needs parentheses"):

            @component_name
            def main(args):
                return args

        with self.assertRaisesRegex(TypeError, r"'exec_time' needs parentheses"):

            @exec_time
            def other(args):
                return args

        with self.assertRaisesRegex(TypeError, r"takes one dictionary"):

            @annotation
            def third(args):
                return args

    def test_missing_argument_names_it(self):
        with self.assertRaisesRegex(TypeError, "name"):
            component_name()

    def test_decorating_a_value(self):
        with self.assertRaisesRegex(TypeError, "decorates a function, found int"):
            component_name(name="c")(3)


class ExecTime(unittest.TestCase):
    """The report of exec_time."""

    def run_once(self, **variables):
        @exec_time(local_time_thr=1, global_time_thr=2, prev_components=["a"])
        def main(args):
            time.sleep(0.01)
            return args

        with support.Receiver() as receiver:
            with support.environment(MONIT_PORT=receiver.port, **variables):
                main(1)
                return receiver.receive()

    def test_tags_come_from_the_environment(self):
        line = self.run_once(
            UUID="u-1", KCI="https://minio.c, d", RESOURCE_ID="r=1", COMPONENT_NAME="mask detector"
        )
        self.assertTrue(
            line.startswith(
                "execution_time,component_name=mask\\ detector,"
                "kubernetes_cluster_id=https://minio.c\\,\\ d,resource_id=r\\=1,session_id=u-1 "
            ),
            line,
        )
        self.assertTrue(line.endswith("\n"))

    def test_without_event_the_job_starts_with_the_function(self):
        before = time.time()
        fields = fields_of(self.run_once())
        self.assertEqual(fields["job_start_time"], fields["function_start_time"])
        self.assertEqual(fields["job_overhead"], 0.0)
        self.assertEqual(fields["job_duration"], fields["function_duration"])
        self.assertGreaterEqual(fields["function_duration"], 0.009)
        self.assertGreaterEqual(fields["function_start_time"], before)
        self.assertLessEqual(fields["job_end_time"], time.time())

    def test_event_time_is_utc_whatever_the_zone(self):
        for zone in ("UTC", "Europe/Rome", "XYZ-5"):
            with support.environment(TZ=zone):
                time.tzset()
                fields = fields_of(self.run_once(EVENT=event("2022-03-01T10:20:30.250000Z")))
            self.assertEqual(fields["job_start_time"], 1646130030.25)
            self.assertAlmostEqual(
                fields["job_overhead"], fields["function_start_time"] - 1646130030.25, 5
            )
            self.assertAlmostEqual(
                fields["job_duration"], fields["job_end_time"] - 1646130030.25, 5
            )
        time.tzset()

    def test_forms_of_the_event_time(self):
        for text, expected in (
            ("2022-03-01T10:20:30Z", 1646130030.0),
            ("2022-03-01T10:20:30", 1646130030.0),
            ("2022-03-01T10:20:30.5Z", 1646130030.5),
            ("2022-03-01T10:20:30.123Z", 1646130030.123),
            ("2022-03-01T10:20:30.123456789Z", 1646130030.123456789),
            ("2022-03-01T11:20:30+01:00", 1646130030.0),
            ("2022-03-01T05:20:30-0500", 1646130030.0),
        ):
            self.assertAlmostEqual(annotations._event_time(event(text)), expected, 6, text)

    def test_unusable_events_fall_back(self):
        for text in (
            "",
            "no json",
            "[]",
            "{}",
            '{"Records": []}',
            '{"Records": [{"eventTime": 5}]}',
            '{"Records": [{"eventTime": null}]}',
            event("yesterday"),
            '{"Records": {"eventTime": "2022-03-01T10:20:30Z"}}',
            "null",
            "[" * 100000,
        ):
            self.assertIsNone(annotations._event_time(text), text)
        fields = fields_of(self.run_once(EVENT="no json"))
        self.assertEqual(fields["job_overhead"], 0.0)

    def test_an_exception_is_reported_and_passed_on(self):
        @exec_time(local_time_thr=1)
        def main(args):
            raise RuntimeError("broken input")

        with support.Receiver() as receiver:
            with support.environment(MONIT_PORT=receiver.port, COMPONENT_NAME="c"):
                with self.assertRaisesRegex(RuntimeError, "broken input"):
                    main(1)
                self.assertIn("component_name=c", receiver.receive())

    def test_a_wrong_port_does_not_disturb_the_component(self):
        @exec_time(local_time_thr=1)
        def main(args):
            return args

        with support.environment(MONIT_PORT="eighty"):
            with self.assertLogs("aisprint.monitoring", "ERROR") as logs:
                self.assertEqual([main(1), main(2)], [1, 2])
        self.assertEqual(len(logs.output), 1)
        self.assertIn("MONIT_PORT 'eighty' is not a port number", logs.output[0])


if __name__ == "__main__":
    unittest.main()
