#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The campaigns of e2e/oscar_campaign on clusters that are made for them: `aisprint profile` against
the double's Infrastructure Manager.

    test_campaign.py AISPRINT DOUBLE
"""
import json
import pathlib
import signal
import subprocess
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "oscar_campaign"))
import campaign_case  # noqa: E402  (takes the arguments)

LAYER = """        computationalLayer{0}:
          number: {0}
          type: Virtual
          Resources:
            resource1: {{name: VM{0}, totalNodes: 2, cost: 1, memorySize: 8192,
                        processors: {{processor1: {{architecture: amd64, computingUnits: 1}}}}}}
"""
AUTH = ("id = im; type = InfrastructureManager; username = ann; password = pw-of-im\n"
        "id = one; type = OpenNebula; host = one.example.org:2633; username = ann; "
        "password = pw-of-cloud\n")


class MadeClusters(campaign_case.CampaignCase):
    def setUp(self):
        super().setUp()
        text = (self.app / "common_config/candidate_resources.yaml").read_text()
        for number in (1, 2):
            text = text.replace(campaign_case.LAYER.format(number), LAYER.format(number))
        self.write("common_config/candidate_resources.yaml", text)
        self.set_parameters()

    def write_nodes(self, **_):
        self.write("im/auth.dat", AUTH)
        (self.app / "im/auth.dat").chmod(0o600)

    def set_parameters(self, other=""):
        self.write("oscarp/run_parameters.yaml", campaign_case.PARAMETERS.replace(
            "other: {tls_verify: false}",
            f"other: {{tls_verify: false, domain_name: example.org, "
            f"im_url: '{self.double.facts['im']}'{other}}}").replace(
                "repetitions: 1", "repetitions: 1, train_models: false"))

    def secrets(self):
        return [*super().secrets(), "pw-of-im", "pw-of-cloud"]

    def infrastructures(self):
        return self.double.ask("/state")["infrastructures"]

    def list(self):
        path = self.app / "oscarp/virtual_infrastructures.json"
        return json.loads(path.read_text()) if path.exists() else {}

    def test_a_campaign_makes_resizes_and_keeps_its_clusters(self):
        result = self.run_profile()
        self.assertEqual(result.returncode, 0, result.stdout + result.stderr)
        lines = result.stdout.splitlines()
        begin = lines.index("Deploying virtual infrastructures...")
        self.assertEqual(lines[begin - 1:begin + 6], [
            "", "Deploying virtual infrastructures...", "Resource VM1 is being deployed...",
            "Resource VM2 is being deployed...", "",
            "Waiting for infrastructure deployment (this may take up to 15 minutes)...", "Done!"])
        self.assertIn("Resource VM1 is being updated...", lines)
        self.assertRegex(result.stdout, "Update time: [0-9.]+ seconds")
        self.assertEqual(result.stdout.count("is still running: "), 2)
        # the second level needs one node
        self.assertEqual({item["cluster"]: item["count"] for item in self.infrastructures().values()},
                         {"VM1": 1, "VM2": 1})
        self.assertEqual({entry["inf_id"] for entry in self.list().values()},
                         set(self.infrastructures()))
        runs = self.app / "oscarp/c1/deployment_0/Full_workflow/runs"
        table = json.loads((runs / "Run #1/time_table_b.json").read_text())
        self.assertEqual(len(table), 4)
        for job in table.values():
            self.assertIsNotNone(job["pod_create"], "the front end was reached with IM's key")
        self.assert_files_keep_secrets()

        self.set_parameters(", clean_infrastructures_after_testing: true")
        again = self.run_profile()
        self.assertEqual(again.returncode, 0, again.stdout + again.stderr)
        self.assertIn("Deleting all infrastructures...", again.stdout)
        self.assertEqual(self.infrastructures(), {})
        self.assertEqual(self.list(), {})

    def test_an_interruption_deletes_nothing_and_goes_on(self):
        self.set_parameters(", clean_infrastructures_if_crash: true")
        process = subprocess.Popen(self.command(), stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                                   text=True, env=self.environment())
        for line in process.stdout:
            if line.startswith("Waiting for infrastructure deployment"):
                break
        process.send_signal(signal.SIGINT)
        rest = process.stdout.read()
        self.assertEqual(process.wait(60), 130, rest)
        process.stdout.close()
        self.assert_no_secrets(rest)
        before = set(self.infrastructures())
        result = self.run_profile()
        self.assertEqual(result.returncode, 0, result.stdout + result.stderr)
        self.assertLessEqual(before, set(self.infrastructures()))
        self.assertEqual(len(self.infrastructures()), 2)

    def test_a_failure_is_told_and_cleaned_up_if_wanted(self):
        self.set_parameters(", clean_infrastructures_if_crash: true")
        self.double.ask("/faults", [{"on": "im", "cluster": "VM2", "method": "MAKE",
                                     "do": "unconfigured"}])
        result = self.run_profile()
        self.assertEqual(result.returncode, 5, result.stdout + result.stderr)
        self.assertIn("The deployment of infrastructure VM2 failed.", result.stderr)
        self.assertIn("Deleting all infrastructures...", result.stdout)
        self.assertEqual(self.infrastructures(), {})

    def test_credentials_are_looked_at_first(self):
        self.write("im/auth.dat", AUTH.splitlines()[0])
        result = self.run_profile()
        self.assertEqual(result.returncode, 3, result.stdout + result.stderr)
        self.assertEqual(self.double.ask("/state")["requests"], [])

    def test_a_dry_run_sends_nothing_and_writes_nothing(self):
        self.assert_dry_run_does_nothing()


if __name__ == "__main__":
    unittest.main()
