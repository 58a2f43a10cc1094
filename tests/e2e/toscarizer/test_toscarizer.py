# SPDX-License-Identifier: Apache-2.0
"""Deployments through the program, against the stand-in for the Infrastructure Manager.

usage: test_toscarizer.py AISPRINT IM_DOUBLE_SERVER [UNITTEST ARGUMENTS]
"""

import fcntl
import http.server
import json
import os
import pty
import random
import select
import shutil
import signal
import stat
import struct
import subprocess
import sys
import tempfile
import termios
import threading
import time
import unittest
import urllib.request
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
APPLICATION = ROOT / "tests/golden/common/deployable/my_app"
PROGRAM, SERVER = "", ""
COMPONENTS = ["detect", "grab", "store"]
# what auth.dat, the names' file, the documents and the server's answers hold in secret
SECRETS = [
    "im-pw1", "oscar-pw1", "cloud-pw1", "SKDUMMY", "minio-pw1", "dummytoken000001",
    "dummyoscar000001", "dummyminio000001", "dummyitoken00001", "dummyipass000001",
]  # fmt: skip
KEY = "-----BEGIN RSA PRIVATE KEY-----\\nplantedkey\\n-----END RSA PRIVATE KEY-----"


class Double:
    """The stand-in as a process; on a port of its own."""

    def __init__(self, folder, version="1.15.0"):
        port_file = Path(folder) / "port"
        self.process = subprocess.Popen([SERVER, str(port_file), version])
        deadline = time.monotonic() + 20
        while not port_file.exists():
            if time.monotonic() > deadline:
                raise AssertionError("the stand-in does not start")
            time.sleep(0.01)
        self.url = port_file.read_text().strip()

    def stop(self):
        self.process.terminate()
        self.process.wait()

    def control(self, method, what, body=None):
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(f"{self.url}/double/{what}", data, method=method)
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        with opener.open(request, timeout=20) as answer:
            text = answer.read().decode()
        return json.loads(text) if text else None

    def script(self, name="", **settings):
        self.control("POST", "script", {"infra_name": name, **settings})

    def fault(self, **rule):
        self.control("POST", "faults", rule)

    def requests(self):
        return self.control("GET", "requests")

    def changes(self):
        return [r for r in self.requests() if r["call"] in ("create", "update", "remove")]

    def live(self):
        return sorted(i["infra_name"] for i in self.control("GET", "infrastructures") if i["live"])


class Case(unittest.TestCase):
    def setUp(self):
        self.folder = Path(tempfile.mkdtemp(prefix="aisprint-e2e-"))
        self.addCleanup(shutil.rmtree, self.folder)
        shutil.copytree(APPLICATION, self.folder / "my_app")
        self.im = self.folder / "my_app/aisprint/deployments/base/im"
        (self.folder / "my_app/im/auth.dat").chmod(0o600)
        for private in ("im/auth.dat", "common_config/physical_nodes.yaml"):
            (self.folder / "my_app" / private).chmod(0o600)
        (self.im / ".secrets.yaml").chmod(0o600)
        self.double = Double(self.folder)
        self.addCleanup(self.double.stop)
        self.printed = ""
        self.assertEqual(self.run_it("tosca", server=False).returncode, 0)

    def command(self, name, *arguments, server=True):
        place = ["--application_dir", "my_app", "--base"]
        server_options = ["--im_url", self.double.url] if server else []
        waits = ["--poll", "0.02"] if name in ("deploy", "delete") else []
        return [PROGRAM, "toscarizer", name, *place, *server_options, *waits, *arguments]

    def environment(self, **variables):
        plain = {k: v for k, v in os.environ.items() if not k.lower().endswith("_proxy")}
        return dict(plain, **variables)

    def run_it(self, name, *arguments, server=True, **variables):
        done = subprocess.run(
            self.command(name, *arguments, server=server),
            cwd=self.folder,
            env=self.environment(**variables),
            capture_output=True,
            text=True,
            timeout=120,
            stdin=subprocess.DEVNULL,
        )
        self.printed += done.stdout + done.stderr
        return done

    def run_ok(self, name, *arguments, **variables):
        done = self.run_it(name, *arguments, **variables)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        return done

    def start(self, name, *arguments):
        return subprocess.Popen(
            self.command(name, *arguments),
            cwd=self.folder,
            env=self.environment(),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def wait_for(self, condition, what):
        deadline = time.monotonic() + 60
        while not condition():
            self.assertLess(time.monotonic(), deadline, f"waited in vain for {what}")
            time.sleep(0.01)

    def edit(self, path, old, new):
        text = path.read_text()
        self.assertIn(old, text)
        path.write_text(text.replace(old, new))

    def check_nothing_is_made_twice(self):
        live = self.double.live()
        self.assertEqual(live, sorted(set(live)), "an infrastructure was made twice")


class WholeWay(Case):
    def test_from_plan_to_nothing(self):
        plan = json.loads(self.run_ok("deploy", "--plan", "--json").stdout)["result"]
        self.assertEqual([a["action"] for a in plan["actions"]], ["create"] * 3)
        self.assertEqual(self.double.requests(), [], "nothing to ask about yet")

        done = self.run_ok("deploy")
        launched = [line for line in done.stdout.splitlines() if line.startswith("Launching")]
        self.assertEqual(
            launched,
            [f"Launching deployment for component {c}" for c in ("store", "detect", "grab")],
        )
        self.assertIn("- configured\n", done.stdout)
        self.assertEqual(self.double.live(), ["OSCAR detect", "OSCAR grab", "OSCAR store"])

        status = json.loads(self.run_ok("status", "--json").stdout)["result"]["components"]
        self.assertEqual([(c["component"], c["state"]) for c in status],
                         [(c, "configured") for c in COMPONENTS])  # fmt: skip

        before = len(self.double.changes())
        self.run_ok("deploy")
        self.assertEqual(len(self.double.changes()), before, "nothing changed, nothing is sent")
        self.assertEqual(self.run_it("deploy", "--plan", "--detailed_exitcode").returncode, 0)

        self.edit(self.im / "detect.yaml", "count: 2", "count: 1")
        done = self.run_it("deploy", "--plan", "--detailed_exitcode")
        self.assertEqual(done.returncode, 10, done.stderr)
        self.assertIn("update  detect", done.stdout)
        self.run_ok("deploy")
        self.assertEqual([c["call"] for c in self.double.changes()[before:]], ["update"])

        self.edit(self.im / "detect.yaml", "docker.io/me/", "docker.io/you/")
        refused = self.run_it("deploy")
        self.assertEqual(refused.returncode, 3, refused.stderr)
        self.assertIn("[DPL005]", refused.stderr)
        self.assertEqual(len(self.double.changes()), before + 1)
        plan = self.run_ok("deploy", "--plan").stdout
        self.assertIn("replace  detect", plan)
        self.assertIn(f"--im_url {self.double.url} --replace", plan, "the command that applies it")
        self.run_ok("deploy", "--replace")
        self.check_nothing_is_made_twice()

        outputs = json.loads(self.run_ok("outputs", "--json").stdout)["result"]
        self.assertEqual(sorted(outputs), COMPONENTS)
        self.assertIn("delete detect http", self.run_ok("delete", "--plan").stdout)
        self.assertEqual(len(self.double.live()), 3)
        done = self.run_ok("delete")
        self.assertEqual(
            [line for line in done.stdout.splitlines() if line.startswith("Deleting")],
            [f"Deleting infrastructure for component {c}" for c in ("grab", "detect", "store")],
        )
        self.assertEqual(self.double.live(), [])
        self.assertFalse((self.im / "infras.yaml").exists())
        self.assertTrue((self.im / "detect.yaml").exists(), "documents stay")
        again = self.run_it("delete")
        self.assertEqual(again.returncode, 3)
        self.assertIn("[DPL062]", again.stderr)

    def test_documents_by_themselves(self):
        lone = self.folder / "lone"
        lone.mkdir()
        shutil.copy(self.im / "detect.yaml", lone)
        base = [PROGRAM, "toscarizer"]
        place = ["--tosca_file", "lone/detect.yaml", "--im_auth", "my_app/im/auth.dat",
                 "--im_url", self.double.url]  # fmt: skip
        for name, code in (("deploy", 0), ("status", 0), ("deploy", 0), ("outputs", 0),
                           ("delete", 0), ("status", 3)):  # fmt: skip
            done = subprocess.run([*base, name, *place], cwd=self.folder, capture_output=True,
                                  text=True, env=self.environment(), timeout=120)  # fmt: skip
            self.assertEqual(done.returncode, code, f"{name}: {done.stdout}{done.stderr}")
        self.assertEqual([c["call"] for c in self.double.changes()], ["create", "remove"])

    def test_events_for_programs(self):
        done = self.run_ok("deploy", "--json_stream")
        self.assertEqual(done.stderr, "")
        events = [json.loads(line) for line in done.stdout.splitlines()]
        self.assertEqual(events[0]["event"], "version")
        self.assertEqual(events[-1]["event"], "end")
        self.assertTrue(events[-1]["ok"])
        created = [e["component"] for e in events if e["event"] == "created"]
        self.assertEqual(created, ["store", "detect", "grab"])

    def test_a_pipe_that_nobody_reads_any_more(self):
        process = self.start("deploy")
        process.stdout.close()
        process.stderr.read()
        process.stderr.close()
        process.wait(60)
        self.run_ok("deploy")
        self.check_nothing_is_made_twice()


class Failures(Case):
    def test_one_component_fails_and_the_others_stay(self):
        self.double.script("OSCAR detect", last="unconfigured", contmsg="task of detect broke\n")
        done = self.run_it("deploy")
        self.assertIn(done.returncode, (1, 5))
        self.assertIn("component 'detect' is unconfigured [DPL060]", done.stderr)
        self.assertIn("task of detect broke", done.stderr)
        self.assertEqual(self.double.live(), ["OSCAR detect", "OSCAR store"])
        status = self.run_it("status")
        self.assertEqual(status.returncode, 6)
        self.assertIn("[DPL065]", status.stderr)
        self.double.script("OSCAR detect")
        self.run_ok("deploy", "--replace")
        self.assertEqual(len(self.double.live()), 3)
        self.check_nothing_is_made_twice()

    def test_a_document_that_is_refused(self):
        self.double.script("OSCAR store", refusal="Error Creating Inf.: no such field")
        done = self.run_it("deploy")
        self.assertIn(done.returncode, (1, 5))
        self.assertIn("no such field", done.stderr)
        self.assertEqual(self.double.live(), [])

    def test_deletion_is_repeated_until_nothing_is_left(self):
        self.run_ok("deploy")
        self.double.fault(call="remove", kind="status", status=400, times=1, text="in use")
        done = self.run_it("delete")
        self.assertIn(done.returncode, (1, 5), done.stderr)
        self.assertIn("[DPL067]", done.stderr)
        self.assertIn("Error deleting infrastructure: ", done.stderr)
        self.run_ok("delete")
        self.assertEqual(self.double.live(), [])

    def test_outputs_of_what_is_gone(self):
        self.run_ok("deploy")
        gone = next(i for i in self.double.control("GET", "infrastructures")
                    if i["infra_name"] == "OSCAR grab")  # fmt: skip
        self.double.fault(call="outputs", kind="status", status=404, infra_name=gone["infra_name"])
        done = self.run_it("outputs")
        self.assertEqual(done.returncode, 6, done.stderr)
        self.assertIn("[DPL066]", done.stderr)
        self.assertIn("detect:", done.stdout)

    def test_credentials_that_are_not_taken(self):
        self.double.fault(call="list", kind="status", status=401, text="no", times=9)
        done = self.run_it("deploy")
        self.assertEqual(done.returncode, 3, done.stderr)
        self.assertIn("[DPL064]", done.stderr)
        self.assertEqual(self.double.changes(), [])

    def test_a_server_that_is_not_there(self):
        before = time.monotonic()
        done = self.run_it("deploy", "--im_url", "http://127.0.0.1:1", server=False)
        self.assertEqual(done.returncode, 5, done.stderr)
        self.assertIn("[DPL063]", done.stderr)
        self.assertLess(time.monotonic() - before, 30, "told within seconds")
        self.assertFalse((self.im / "state.json").exists())

    def test_errors_in_the_input_come_before_the_first_request(self):
        self.edit(self.im / "grab.yaml", "tosca.nodes.aisprint.FaaS.Function", "tosca.nodes.NoSuchThing")
        self.edit(self.im / "detect.yaml", "num_cpus: 4", "num_cpus: four")
        self.edit(self.folder / "my_app/im/auth.dat", "type = Lambda", "type = DeployedNode")
        done = self.run_it("deploy")
        self.assertEqual(done.returncode, 3, done.stderr)
        for expected in ("grab.yaml:", "detect.yaml:", "[DPL054]"):
            self.assertIn(expected, done.stderr)
        self.assertEqual(self.double.requests(), [])


class Interrupted(Case):
    def start_slow_deploy(self):
        self.double.script(steps=[{"state": "running", "time_ms": 400}])
        return self.start("deploy")

    def test_a_signal_stops_and_deploy_goes_on(self):
        for number in (signal.SIGINT, signal.SIGTERM):
            with self.subTest(signal=number):
                process = self.start_slow_deploy()
                self.wait_for(self.double.live, "the first infrastructure")
                process.send_signal(number)
                _, errors = process.communicate(timeout=60)
                self.assertEqual(process.returncode, 130, errors)
                self.assertIn("[DPL061]", errors)
                self.assertIn("go on with: aisprint toscarizer deploy", errors)
                self.run_ok("deploy")
                self.assertEqual(len(self.double.live()), 3)
                self.check_nothing_is_made_twice()
                self.run_ok("delete")

    def test_killed_at_random_instants(self):
        generator = random.Random(20261124)
        for attempt in range(12):
            process = self.start_slow_deploy()
            time.sleep(generator.uniform(0, 0.6))
            process.kill()
            process.communicate(timeout=60)
            self.check_nothing_is_made_twice()
            if attempt % 4 == 3:
                self.double.script()
                self.run_ok("deploy")
                self.assertEqual(len(self.double.live()), 3, f"attempt {attempt}")
                self.check_nothing_is_made_twice()
                delete = self.start("delete")
                time.sleep(generator.uniform(0, 0.1))
                delete.kill()
                delete.communicate(timeout=60)
                if (self.im / "state.json").exists():
                    self.run_ok("delete")
                self.assertEqual(self.double.live(), [], "none is orphaned")

    def test_two_at_once(self):
        process = self.start_slow_deploy()
        self.wait_for(self.double.live, "the first infrastructure")
        second = self.run_it("deploy")
        self.assertEqual(second.returncode, 3, second.stderr)
        self.assertIn("[DPL001]", second.stderr)
        process.communicate(timeout=60)
        self.assertEqual(process.returncode, 0)


class Secrets(Case):
    def assert_no_secret(self, text, where):
        for secret in [*SECRETS, "plantedkey"]:
            self.assertNotIn(secret, text, where)

    def check_files(self):
        for path in (self.folder / "my_app").rglob("*"):
            if not path.is_file():
                continue
            text = path.read_text(errors="replace")
            readable = stat.S_IMODE(path.stat().st_mode) & 0o077
            if readable:
                self.assert_no_secret(text, f"{path} can be read by others")
            if path.suffix == ".log" or path.name in ("state.json", "infras.yaml"):
                self.assert_no_secret(text, path)

    def test_they_reach_neither_streams_nor_readable_files(self):
        everything = " ".join(SECRETS) + f" {KEY}"
        self.double.script(
            "OSCAR detect",
            last="unconfigured",
            contmsg=f"broke with {everything}\nAuthorization: Bearer x\n".replace("\\n", "\n"),
        )
        self.double.script(
            "OSCAR store",
            outputs={"endpoint": "https://x", "pw": "answered", "keys": [KEY.replace("\\n", "\n")]},
        )
        for name, arguments in (("validate", []), ("deploy", ["--plan"]), ("deploy", ["-v"]),
                                ("status", []), ("status", ["--json"]), ("outputs", []),
                                ("outputs", ["--mask"]), ("delete", ["--plan"])):  # fmt: skip
            self.run_it(name, *arguments, server=name != "validate")
        self.check_files()
        self.double.fault(call="list", kind="status", status=401, text=everything, times=9)
        self.assertEqual(self.run_it("status").returncode, 3)
        self.double.control("DELETE", "faults")
        self.double.fault(call="remove", kind="status", status=400, text=everything, times=9)
        self.assertIn(self.run_it("delete").returncode, (1, 5))
        self.double.control("DELETE", "faults")
        self.double.script("OSCAR detect", refusal=f"refused {everything}")
        self.run_it("deploy", "--replace", "--json_stream")
        self.check_files()
        self.assertIn("***", self.printed, "something had to be hidden")
        self.assert_no_secret(self.printed, "output")

    def test_outputs_are_written_for_their_owner_only(self):
        self.double.script("OSCAR store", outputs={"password": "answered-pw1", "key": KEY})
        self.run_ok("deploy")
        masked = self.run_ok("outputs", "--mask").stdout
        self.assertNotIn("answered-pw1", masked)
        self.assertIn("***", masked)
        self.run_ok("outputs", "--output", "outputs.yaml", "--show_keys")
        path = self.folder / "outputs.yaml"
        self.assertEqual(stat.S_IMODE(path.stat().st_mode), 0o600)
        self.assertIn("answered-pw1", path.read_text())
        self.assertIn("plantedkey", path.read_text())

    def test_files_and_folder_are_the_owners(self):
        self.run_ok("deploy")
        self.assertEqual(stat.S_IMODE(self.im.stat().st_mode) & 0o077, 0)
        for name in ("state.json", "infras.yaml", "detect.yaml"):
            self.assertEqual(stat.S_IMODE((self.im / name).stat().st_mode), 0o600, name)


class Terminal(Case):
    def run_on_terminal(self, columns=60, lines=24):
        pid, terminal = pty.fork()
        if pid == 0:
            os.chdir(self.folder)
            os.execve(PROGRAM, self.command("deploy"), self.environment(TERM="xterm"))
        fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", lines, columns, 0, 0))
        text = b""
        while select.select([terminal], [], [], 60)[0]:
            try:
                data = os.read(terminal, 65536)
            except OSError:
                break
            if not data:
                break
            text += data
        os.close(terminal)
        _, status = os.waitpid(pid, 0)
        self.assertEqual(os.waitstatus_to_exitcode(status), 0, text)
        return text.decode()

    def test_a_table_is_drawn_over(self):
        text = self.run_on_terminal()
        self.assertIn("COMPONENT  STATE", text)
        self.assertIn("\x1b[", text)
        self.assertNotIn("Launching", text)
        table = text.split("\x1b[4A\x1b[J")[-1].split("\r\n")
        self.assertEqual([line.split()[0] for line in table[:4]], ["COMPONENT", *COMPONENTS])
        for line in table[:4]:
            self.assertLess(len(line), 60)

    def test_without_a_terminal_there_are_lines(self):
        done = self.run_ok("deploy")
        self.assertNotIn("\x1b", done.stdout + done.stderr)
        self.assertIn("detect: configured\n", done.stderr)
        quiet = self.run_ok("deploy", "--quiet")
        self.assertEqual(quiet.stderr, "")


class Proxy(Case):
    def test_requests_go_through_the_proxy_of_the_environment(self):
        seen = []

        class Forward(http.server.BaseHTTPRequestHandler):
            def do_GET(self):  # noqa: N802
                seen.append(self.path)
                self.send_response(200)
                self.send_header("Content-Type", "application/json")
                self.end_headers()
                self.wfile.write(b'{"version": "1.15.0"}')

            def log_message(self, *_):
                pass

        proxy = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Forward)
        threading.Thread(target=proxy.serve_forever, daemon=True).start()
        self.addCleanup(proxy.server_close)
        self.addCleanup(proxy.shutdown)
        self.run_ok("deploy")
        address = f"http://127.0.0.1:{proxy.server_port}"
        self.run_it(
            "status", "--im_url", "http://im.example.org/im", server=False, http_proxy=address
        )
        self.assertTrue(seen)
        self.assertTrue(all(s.startswith("http://im.example.org/im/") for s in seen), seen)
        del seen[:]
        self.run_ok("status", http_proxy=address, no_proxy="127.0.0.1")
        self.run_ok("status", HTTP_PROXY=address)  # of the upper-case form, nothing is believed
        self.assertEqual(seen, [])


if __name__ == "__main__":
    PROGRAM, SERVER = (str(Path(p).resolve()) for p in sys.argv[1:3])
    unittest.main(argv=[sys.argv[0], *sys.argv[3:]], verbosity=2)
