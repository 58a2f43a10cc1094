# SPDX-License-Identifier: Apache-2.0
"""Tests of aisprint.monitoring and aisprint.fluent."""

import decimal
import logging
import os
import socket
import struct
import subprocess
import sys
import threading
import unittest
from unittest import mock

import support
from aisprint import fluent, monitoring


class LineProtocol(unittest.TestCase):
    """The text of one metric."""

    def check(self, expected, *arguments, **more):
        self.assertEqual(monitoring.format_line(*arguments, **more).decode("utf-8"), expected)

    def test_numbers_are_floating_point(self):
        self.check("m a=1.0,b=2.5,c=1e+20\n", "m", {"c": 10**20, "b": 2.5, "a": 1})

    def test_integers_on_request(self):
        self.check("m a=1i,b=2.0\n", "m", {"a": 1, "b": 2}, integers=["a"])
        self.check("m value=7i\n", "m", 7, integers="value")

    def test_booleans_and_text(self):
        self.check('m a=True,b=False,c="x y"\n', "m", {"a": True, "b": False, "c": "x y"})

    def test_bare_value(self):
        self.check("m value=3.0\n", "m", 3)
        self.check('m value="text"\n', "m", "text")

    def test_quotes_and_backslashes_in_text(self):
        self.check('m a="say \\"hi\\" C:\\\\"\n', "m", {"a": 'say "hi" C:\\'})

    def test_names_and_tags_are_escaped(self):
        self.check(
            "my\\ m\\,\\=,t\\ 1=a\\,b\\=c\\ d f\\,g=1.0\n", "my m,=", {"f,g": 1}, {"t 1": "a,b=c d"}
        )

    def test_line_breaks_cannot_start_another_metric(self):
        self.check("m,t=a\\ b\\ c\\=1 f=1.0\n", "m", {"f": 1}, {"t": "a\nb c=1"})

    def test_trailing_backslash_of_a_tag_is_dropped(self):
        self.check("m,t=a,u=b f=1.0\n", "m", {"f": 1}, {"t": "a\\", "u": "b"})

    def test_tags_and_fields_are_sorted_and_empty_ones_left_out(self):
        self.check(
            "m,a=1,b=2 x=1.0,y=2.0\n", "m", {"y": 2, "x": 1}, {"b": 2, "a": 1, "c": "", "d": None}
        )

    def test_what_the_protocol_cannot_carry(self):
        self.check("m a=1.0\n", "m", {"a": 1, "b": None, "c": float("nan"), "d": float("inf")})
        self.assertIsNone(monitoring.format_line("m", {"a": None}))
        self.assertIsNone(monitoring.format_line("m", {}))
        self.assertIsNone(monitoring.format_line("", {"a": 1}))

    def test_other_types(self):
        self.check(
            'm a=0.5,b="x",c="[1]"\n', "m", {"a": decimal.Decimal("0.5"), "b": b"x", "c": [1]}
        )

    def test_numpy_values(self):
        try:
            import numpy
        except ImportError:
            self.skipTest("numpy is not installed")
        values = {"a": numpy.float32(0.5), "b": numpy.int64(3), "c": numpy.bool_(True)}
        values["d"] = numpy.array([4])
        self.check("m a=0.5,b=3.0,c=True,d=4.0\n", "m", values)

    def test_non_ascii(self):
        self.check('m,t=caf\u00e9 f="\u4e16"\n', "m", {"f": "\u4e16"}, {"t": "caf\u00e9"})


class Sending(unittest.TestCase):
    """What happens to the datagrams, and what does not happen to the component."""

    def setUp(self):
        monitoring._sender.reset()
        self.addCleanup(monitoring._sender.reset)

    def test_one_datagram_per_metric(self):
        with support.Receiver() as receiver:
            with support.environment(MONIT_PORT=receiver.port):
                self.assertTrue(monitoring.report_metric("m", {"a": 1}, {"t": "x"}))
                self.assertTrue(monitoring.report_metric("n", 2))
                self.assertEqual(receiver.receive(), "m,t=x a=1.0\n")
                self.assertEqual(receiver.receive(), "n value=2.0\n")

    def test_report_execution_time(self):
        with support.Receiver() as receiver:
            with support.environment(MONIT_PORT=receiver.port):
                monitoring.report_execution_time("u", "k", "r", "c", 1.0, 1.5, 4.0)
                self.assertEqual(
                    receiver.receive(),
                    "execution_time,component_name=c,kubernetes_cluster_id=k,resource_id=r,"
                    "session_id=u function_duration=2.5,function_start_time=1.5,job_duration=3.0,"
                    "job_end_time=4.0,job_overhead=0.5,job_start_time=1.0\n",
                )

    def test_default_address(self):
        with support.environment(), mock.patch("socket.socket") as made:
            monitoring.report_metric("m", 1)
            made.return_value.sendto.assert_called_once_with(b"m value=1.0\n", ("127.0.0.1", 8094))

    def test_nobody_listens_two_system_calls_at_most(self):
        """The bound on the cost: one socket, never blocking, and one sendto per metric."""
        with support.Receiver() as receiver:
            port = receiver.port  # free after this block
        for host in ("127.0.0.1", "localhost"):
            monitoring._sender.reset()
            real = socket.socket
            with support.environment(MONIT_HOST=host, MONIT_PORT=port), mock.patch(
                "socket.getaddrinfo", side_effect=AssertionError("no name to look up")
            ) as lookup, mock.patch("threading.Thread") as thread, mock.patch(
                "socket.socket"
            ) as made:
                made.return_value = mock.Mock(wraps=real(socket.AF_INET, socket.SOCK_DGRAM))
                for _ in range(100):
                    self.assertTrue(monitoring.report_metric("m", 1))
                self.assertEqual(lookup.call_count, 0)
                self.assertEqual(thread.call_count, 0)
                self.assertEqual(made.call_count, 1)
                calls = [call[0] for call in made.return_value.method_calls]
                self.assertEqual(calls, ["setblocking"] + ["sendto"] * 100)
                self.assertEqual(made.return_value.gettimeout(), 0.0)
                made.return_value.close()

    def test_a_name_is_looked_up_once_and_in_the_background(self):
        release = threading.Event()
        threads = []

        def lookup(host, port, *_, **__):
            threads.append(threading.current_thread())
            release.wait(5)
            return [(socket.AF_INET, socket.SOCK_DGRAM, 17, "", ("127.0.0.1", port))]

        with support.Receiver() as receiver:
            with support.environment(MONIT_HOST="app-telegraf", MONIT_PORT=receiver.port):
                with mock.patch("socket.getaddrinfo", side_effect=lookup):
                    monitoring.prepare()
                    for number in range(3):  # returns although the lookup hangs
                        self.assertTrue(monitoring.report_metric("m", number))
                    self.assertTrue(receiver.is_empty())
                    release.set()
                    monitoring._sender.flush(5)
                    monitoring.report_metric("m", 3)
        self.assertEqual(len(threads), 1)
        self.assertIsNot(threads[0], threading.current_thread())

    def test_waiting_metrics_arrive_after_the_lookup(self):
        answer = [(socket.AF_INET, socket.SOCK_DGRAM, 17, "", None)]
        with support.Receiver() as receiver:
            answer[0] = answer[0][:4] + (("127.0.0.1", receiver.port),)
            with support.environment(MONIT_HOST="app-telegraf", MONIT_PORT=receiver.port):
                with mock.patch("socket.getaddrinfo", return_value=answer):
                    monitoring.report_metric("m", 1)
                    monitoring._sender.flush(5)
                self.assertEqual(receiver.receive(), "m value=1.0\n")

    def test_an_unknown_name_is_not_asked_for_again(self):
        with support.environment(MONIT_HOST="app-telegraf", MONIT_PORT=9):
            with mock.patch("socket.getaddrinfo", side_effect=socket.gaierror(-2, "x")) as lookup:
                monitoring.report_metric("m", 1)
                monitoring._sender.flush(5)
                for _ in range(5):
                    self.assertFalse(monitoring.report_metric("m", 1))
                self.assertEqual(lookup.call_count, 1)
                later = monitoring.time.monotonic() + 61
                with mock.patch("time.monotonic", return_value=later):
                    monitoring.report_metric("m", 1)
                    monitoring._sender.flush(5)
                self.assertEqual(lookup.call_count, 2)

    def test_a_hanging_lookup_does_not_hold_up_the_exit(self):
        code = (
            "import socket, time; socket.getaddrinfo = lambda *_, **__: time.sleep(60)\n"
            "from aisprint import monitoring; print(monitoring.report_metric('m', 1))"
        )
        variables = dict(os.environ, PYTHONPATH=os.pathsep.join(sys.path), MONIT_HOST="app")
        output = subprocess.check_output(
            [sys.executable, "-B", "-c", code], env=variables, timeout=30
        )
        self.assertEqual(output.strip(), b"True")

    def test_send_errors_are_swallowed(self):
        with support.environment():
            with mock.patch("socket.socket") as made:
                made.return_value.sendto.side_effect = BlockingIOError()
                self.assertFalse(monitoring.report_metric("m", 1))
        monitoring._sender.reset()
        with support.environment(), mock.patch("socket.socket", side_effect=OSError("no files")):
            self.assertFalse(monitoring.report_metric("m", 1))

    def test_wrong_ports(self):
        for port in ("eighty", "0", "65536", "-1", "80.5"):
            with support.environment(MONIT_PORT=port):
                with self.assertLogs("aisprint.monitoring", "ERROR") as logs:
                    self.assertFalse(monitoring.report_metric("m", 1))
                    self.assertFalse(monitoring.report_metric("m", 1))
                self.assertEqual(len(logs.output), 1)

    def test_values_that_cannot_be_formatted(self):
        class Hostile:
            def __str__(self):
                raise RuntimeError("no text")

        with support.environment(), self.assertLogs("aisprint.monitoring", "WARNING"):
            self.assertFalse(monitoring.report_metric("m", Hostile()))
            self.assertFalse(monitoring.report_metric("m", "x" * 70000))
            self.assertFalse(monitoring.report_execution_time("u", "k", "r", "c", None, 1.0, 2.0))

    @unittest.skipUnless(hasattr(os, "fork"), "no fork")
    def test_after_a_fork(self):
        with support.Receiver() as receiver:
            with support.environment(MONIT_PORT=receiver.port):
                monitoring.report_metric("parent", 1)
                receiver.receive()
                child = os.fork()
                if child == 0:
                    os._exit(0 if monitoring.report_metric("child", 1) else 1)
                self.assertEqual(os.waitpid(child, 0)[1], 0)
                self.assertEqual(receiver.receive(), "child value=1.0\n")


class Logs(unittest.TestCase):
    """Log records in the forward protocol."""

    def unpack(self, data):
        kind, rest = data[0], data[1:]
        if kind < 0x80:
            return kind, rest
        if kind == 0xC0:
            return None, rest
        if kind == 0xCF:
            return struct.unpack(">Q", rest[:8])[0], rest[8:]
        size, rest = struct.unpack(">I", rest[:4])[0], rest[4:]
        if kind == 0xDB:
            return rest[:size].decode("utf-8"), rest[size:]
        items = []
        for _ in range(size * (2 if kind == 0xDF else 1)):
            item, rest = self.unpack(rest)
            items.append(item)
        if kind == 0xDD:
            return items, rest
        self.assertEqual(kind, 0xDF)
        return dict(zip(items[::2], items[1::2])), rest

    def test_pack(self):
        for item, expected in (
            (None, b"\xc0"),
            (True, b"\xc3"),
            (False, b"\xc2"),
            (5, b"\x05"),
            (-5, b"\xd3" + b"\xff" * 7 + b"\xfb"),
            (300, b"\xcf" + b"\0" * 6 + b"\x01\x2c"),
            (1.5, b"\xcb\x3f\xf8" + b"\0" * 6),
            ("a", b"\xdb\0\0\0\x01a"),
            (b"a", b"\xc6\0\0\0\x01a"),
            ([1, "a"], b"\xdd\0\0\0\x02\x01\xdb\0\0\0\x01a"),
            ({"a": 1}, b"\xdf\0\0\0\x01\xdb\0\0\0\x01a\x01"),
            (1 << 70, b"\xdb\0\0\0\x16" + str(1 << 70).encode()),
        ):
            self.assertEqual(fluent.pack(item), expected)

    def test_records_reach_the_collector(self):
        with socket.socket() as listener:
            listener.bind(("127.0.0.1", 0))
            listener.listen(1)
            listener.settimeout(5)
            handler = fluent.FluentHandler("detector", *listener.getsockname())
            logger = logging.Logger("test")
            logger.addHandler(handler)
            logger.warning("value %d", 3)
            try:
                raise ValueError("bad")
            except ValueError:
                logger.exception("failed")
            connection, _ = listener.accept()
            handler.flush()
            with connection:
                connection.settimeout(5)
                data = b""
                while data.count(b"stack_trace") < 2 or b"failed" not in data:
                    data += connection.recv(65536)
            (tag, seconds, record), rest = self.unpack(data)
            self.assertEqual(tag, "detector")
            self.assertGreater(seconds, 1600000000)
            self.assertEqual(record["message"], "value 3")
            self.assertEqual(record["level"], "WARNING")
            self.assertEqual(record["name"], "test_monitoring.test_records_reach_the_collector")
            self.assertEqual(record["host"], socket.gethostname())
            self.assertIsNone(record["stack_trace"])
            self.assertIn("ValueError: bad", self.unpack(rest)[0][2]["stack_trace"])
            handler._socket.close()

    def test_nobody_listens(self):
        with socket.socket() as listener:
            listener.bind(("127.0.0.1", 0))
            address = listener.getsockname()
        handler = fluent.FluentHandler("detector", *address)
        logger = logging.Logger("test")
        logger.addHandler(handler)
        with mock.patch(
            "socket.create_connection", side_effect=ConnectionRefusedError()
        ) as connect:
            for number in range(3000):
                logger.info("record %d", number)
            handler.flush()
        self.assertEqual(connect.call_count, 1)
        self.assertEqual(handler._queue.unfinished_tasks, 0)

    def test_get_logger_in_a_component(self):
        with socket.socket() as listener:
            listener.bind(("127.0.0.1", 0))
            listener.listen(1)
            listener.settimeout(10)
            code = (
                "from aisprint.monitoring import get_logger\n"
                "get_logger().info('one'); get_logger('x').info('two')"
            )
            variables = dict(os.environ, PYTHONPATH=os.pathsep.join(sys.path))
            variables.update(
                COMPONENT_NAME="detector", MONIT_LOG_PORT=str(listener.getsockname()[1])
            )
            child = subprocess.Popen(
                [sys.executable, "-B", "-c", code], env=variables, stderr=subprocess.PIPE
            )
            connection, _ = listener.accept()
            errors = child.communicate(timeout=30)[1]
            with connection:
                connection.settimeout(5)
                data = b""
                while True:
                    part = connection.recv(65536)
                    if not part:
                        break
                    data += part
        self.assertEqual(child.returncode, 0, errors)
        self.assertEqual(errors.split(), [b"one", b"two"])
        first, rest = self.unpack(data)
        second, rest = self.unpack(rest)
        self.assertEqual(rest, b"")
        self.assertEqual([first[2]["message"], second[2]["message"]], ["one", "two"])

    def test_without_component_name(self):
        with support.environment():
            fluent._state.update(handler=None, warned=False)
            with self.assertLogs("aisprint.monitoring", "WARNING") as logs:
                self.assertFalse(monitoring.setup_logging())
                self.assertFalse(monitoring.setup_logging())
        self.assertEqual(len(logs.output), 1)
        self.assertIn("COMPONENT_NAME is not set", logs.output[0])

    def test_wrong_log_port(self):
        with support.environment(COMPONENT_NAME="c", MONIT_LOG_PORT="x"):
            fluent._state.update(handler=None, warned=False)
            with self.assertLogs("aisprint.monitoring", "WARNING") as logs:
                self.assertFalse(monitoring.setup_logging())
        self.assertIn("MONIT_LOG_PORT 'x'", logs.output[0])


if __name__ == "__main__":
    unittest.main()
