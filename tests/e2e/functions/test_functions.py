#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Campaigns on OSCAR clusters and AWS Lambda functions: `aisprint profile --backend oscar` against
the double, moto, and a stand-in for functions.

    test_functions.py AISPRINT DOUBLE VENV [TEST...]
"""
import json
import pathlib
import signal
import subprocess
import sys
import unittest

TESTS = pathlib.Path(__file__).resolve().parents[1]
VENV, TESTS_WANTED = sys.argv[3], sys.argv[4:]
for name in ("oscar_campaign", "s3"):
    sys.path.insert(0, str(TESTS / name))
import campaign_case  # noqa: E402  (takes the arguments)
import servers  # noqa: E402
from lambda_stand_in import LambdaStandIn  # noqa: E402

BUCKET = "functions-of-app"
LAYER = """        computationalLayer{0}:
          number: {0}
          type: NativeCloudFunction
          Resources:
            resource1: {{name: F1, architecture: amd64, memorySize: 1024, cost: 1}}
"""
IMAGE = "1.dkr.ecr.us-east-1.amazonaws.com/app:{}_base_amd64"
ENTRY = """  component{0}:
    name: {1}
    candidateExecutionLayers: [{0}]
    Containers:
      container1: {{image: "{3}", memorySize: {4},
                   computingUnits: 0.9, candidateExecutionResources: [{2}]}}
"""
PARAMETERS = """input_files: {{filename: clip.mp4}}
asynchronous: {{batch_size: 2, number_of_batches: 2, inter_upload_time: 0.5}}
components:
  component1: {{parallelism: [2, 1]}}
  component2: {{parallelism: [2, 1]}}
  component3: {{parallelism: [2, 1]}}
run: {{campaign_dir: c1, repetitions: 1}}
other: {{tls_verify: false, im_url: '{0}'{1}}}
"""
CHAIN = (("filter_a", "VM1"), ("b", "F1"), ("c", "VM2"))


class Functions(campaign_case.CampaignCase):
    def setUp(self):
        super().setUp()
        self.moto = servers.Moto(self.folder / "moto", VENV)
        self.moto.start()
        self.addCleanup(self.moto.stop)
        self.s3 = self.moto.boto("s3")
        self.write("aisprint/designs/c/base/main.py", campaign_case.PROGRAM)
        components = json.loads((self.folder / "components.json").read_text())
        designs = {name: self.app / "aisprint/designs" / name / "base" for name, _ in CHAIN}
        components["registry.example/c_base_amd64:1"] = str(designs["c"])
        (self.folder / "components.json").write_text(json.dumps(components))
        self.double.close()
        self.double = campaign_case.Double(self.folder, "--im-seconds", "1.5")
        self.addCleanup(self.double.close)
        self.functions = LambdaStandIn(self.moto, self.double, designs)
        self.addCleanup(self.functions.close)
        self.write_nodes()
        self.write_application(CHAIN)
        self.set_parameters()

    def write_application(self, chain, memory=1024):
        names = [name for name, _ in chain]
        self.write("common_config/application_dag.yaml",
                   f"System:\n  name: app\n  components: [{', '.join(names)}]\n  dependencies: [" +
                   ", ".join(f"[{a}, {b}, 1]" for a, b in zip(names, names[1:])) + "]\n")
        entries = layers = ""
        for number, (name, resource) in enumerate(chain, 1):
            is_function = resource == "F1"
            image = IMAGE if is_function else "registry.example/{}_base_amd64:1"
            entries += ENTRY.format(number, name, resource, image.format(name),
                                    memory if is_function else 1024)
            layers += LAYER.format(number) if is_function else \
                campaign_case.LAYER.format(number).replace(f"VM{number}", resource)
        self.write("common_config/candidate_deployments.yaml", "Components:\n" + entries)
        self.write("common_config/candidate_resources.yaml",
                   "System:\n  name: app\n  NetworkDomains:\n    ND1:\n      AccessDelay: 0\n"
                   "      Bandwidth: 100\n      subNetworkDomains: []\n"
                   "      ComputationalLayers:\n" + layers)
        self.write("aisprint/designs/component_partitions.yaml", "components:\n" + "".join(
            f"  {name}:\n    partitions: [base]\n" for name in names))

    def write_nodes(self, **_):
        super().write_nodes()
        path = self.app / "common_config/physical_nodes.yaml"
        text = path.read_text().replace("number: 2", "number: 3")
        self.write("common_config/physical_nodes.yaml", text + (
            "  functions:\n    number: 2\n    Resources:\n      r1:\n        name: F1\n"
            f"        aws: {{bucket: {BUCKET}, region: us-east-1, access_key: AKDUMMY, "
            "secret_key: pw-not-used}\n"))
        path.chmod(0o600)
        if hasattr(self, "moto"):
            self.write("im/auth.dat",
                       "id = im; type = InfrastructureManager; username = ann; "
                       "password = pw-of-im\n"
                       f"id = lambda; type = Lambda; username = {self.moto.access_key}; "
                       f"password = {self.moto.secret_key}; role = arn:aws:iam::1:role/one\n")
            (self.app / "im/auth.dat").chmod(0o600)

    def set_parameters(self, other=""):
        self.write("oscarp/run_parameters.yaml",
                   PARAMETERS.format(self.double.facts["im"], other))

    def environment(self):
        return {**super().environment(), "AWS_ENDPOINT_URL": self.moto.url}

    def secrets(self):
        return [*super().secrets(), "pw-of-im", "pw-not-used", self.moto.secret_key]

    def infrastructures(self):
        return self.double.ask("/state")["infrastructures"]

    def keys(self):
        return sorted(item["Key"] for item in
                      self.s3.list_objects_v2(Bucket=BUCKET).get("Contents", []))

    def table(self, run, service):
        runs = self.app / "oscarp/c1/deployment_0/Full_workflow/runs"
        return json.loads((runs / f"Run #{run}/time_table_{service}.json").read_text())

    def test_a_function_between_clusters(self):
        self.functions.failures["b"] = 1  # the first attempt of one call
        result = self.run_profile()
        self.assertEqual(self.functions.errors, [])
        self.assertEqual(result.returncode, 0, result.stdout + result.stderr)
        lines = result.stdout.splitlines()
        begin = lines.index("Deploying functions...")
        self.assertEqual(lines[begin:begin + 3],
                         ["Deploying functions...", "Function b is being deployed...", "Done!"])
        self.assertEqual(lines.count("Deploying functions..."), 1)
        made = self.infrastructures()
        self.assertEqual([item["function"] for item in made.values()], ["b"])
        self.assertIn(f"Infrastructure b is still running: {self.double.facts['im']}"
                      f"/infrastructures/{next(iter(made))}", lines)
        # two runs of the full workflow; the function is not called again for the test of it alone
        self.assertEqual(next(iter(self.functions.functions.values())).calls, 8)
        cold = 0
        for run in (1, 2):
            table = self.table(run, "b")
            self.assertEqual(len(table), 4)
            for job in table.values():
                self.assertEqual((job["service"], job["resource"]), ("b", "F1"))
                self.assertIsNone(job["pod_create"])
                cold += "init_seconds" in job
            self.assertEqual(len(self.table(run, "c")), 4)
        self.assertGreaterEqual(cold, 1)
        alone = (self.app / "oscarp/c1/deployment_0/C2@F1/runs/Run #1/time_table_b.json")
        self.assertEqual(json.loads(alone.read_text()), self.table(1, "b"))
        models = json.loads((self.app / "oscarp/performance_models.json").read_text())
        function = models["b"]["b"]["F1"]
        self.assertEqual(function["model"], "PACSLTK")
        self.assertGreater(function["demandWarm"], 1.2)
        self.assertGreater(function["demandCold"], function["demandWarm"])
        self.assertEqual(models["c"]["c"]["VM2"]["model"], "CoreBasedPredictor")
        # what the campaign read and wrote is gone, and nobody else's
        self.assertEqual(self.keys(), [])
        self.assert_files_keep_secrets()

        self.set_parameters(", clean_infrastructures_after_testing: true")
        again = self.run_profile()
        self.assertEqual(again.returncode, 0, again.stdout + again.stderr)
        self.assertIn("exists, skipping...", again.stdout)
        self.assertEqual(self.infrastructures(), {})

    def test_an_interrupted_campaign_goes_on(self):
        process = subprocess.Popen(self.command(), stdout=subprocess.PIPE,
                                   stderr=subprocess.STDOUT, text=True, env=self.environment())
        for line in process.stdout:
            if line.startswith("b: "):
                break  # the function is at work
        process.send_signal(signal.SIGINT)
        rest = process.stdout.read()
        self.assertEqual(process.wait(60), 130, rest)
        process.stdout.close()
        self.assert_no_secrets(rest)
        made = self.infrastructures()
        self.assertEqual(len(made), 1)
        self.set_parameters(", clean_infrastructures_after_testing: true")
        result = self.run_profile()
        self.assertEqual(result.returncode, 0, result.stdout + result.stderr)
        self.assertNotIn("Deploying functions...", result.stdout)
        self.assertEqual(len(self.table(1, "b")), 4)
        self.assertEqual(len(self.table(1, "c")), 4)
        self.assertEqual(self.infrastructures(), {})

    def test_functions_at_both_ends_and_others_stay(self):
        """Chains that begin and end with functions; what is not ours is not touched."""
        self.write_application((("filter_a", "F1"), ("b", "F1")))
        text = (self.app / "common_config/candidate_resources.yaml").read_text()
        self.write("common_config/candidate_resources.yaml",
                   text[:text.index("        computationalLayer1")] + LAYER.format(2))
        text = (self.app / "common_config/candidate_deployments.yaml").read_text()
        self.write("common_config/candidate_deployments.yaml",
                   text.replace("candidateExecutionLayers: [1]", "candidateExecutionLayers: [2]"))
        self.set_parameters(", clean_infrastructures_before_testing: true, "
                            "clean_infrastructures_after_testing: true")
        text = (self.app / "oscarp/run_parameters.yaml").read_text()
        self.write("oscarp/run_parameters.yaml",
                   text.replace("[2, 1]", "[1]").replace("  component3: {parallelism: [1]}\n", "")
                   .replace("repetitions: 1", "repetitions: 1, train_models: false"))
        self.s3.create_bucket(Bucket=BUCKET)
        self.s3.put_object(Bucket=BUCKET, Key="mine/x", Body=b"1")
        other = self.double.opener.open(campaign_case.urllib.request.Request(
            f"{self.double.facts['im']}/infrastructures",
            b"topology_template:\n  node_templates:\n    lambda_function_mine:\n"
            b"      properties: {name: mine, input: [{path: " + BUCKET.encode() +
            b"/mine-in, storage_provider: s3}], output: [{path: x, storage_provider: s3}]}\n",
            {"Authorization": "type = InfrastructureManager"}))
        other.close()
        result = self.run_profile()
        self.assertEqual(self.functions.errors, [])
        self.assertEqual(result.returncode, 0, result.stdout + result.stderr)
        self.assertIn("Uploading input file clip.mp4 to F1 storage bucket", result.stdout)
        self.assertEqual(len(self.table(1, "filter-a")), 4)
        self.assertEqual(len(self.table(1, "b")), 4)
        self.assertEqual([item["function"] for item in self.infrastructures().values()], ["mine"])
        self.assertEqual(self.keys(), ["mine/x", "storage/clip.mp4"])

    def test_a_failure_of_the_manager_is_told_and_cleaned_up(self):
        self.set_parameters(", clean_infrastructures_if_crash: true")
        self.double.ask("/faults", [{"on": "im", "cluster": "b", "method": "MAKE",
                                     "do": "failed"}])
        result = self.run_profile()
        self.assertEqual(result.returncode, 5, result.stdout + result.stderr)
        self.assertIn("The deployment of infrastructure b failed.", result.stderr)
        self.assertEqual(self.infrastructures(), {})
        for cluster in self.double.state().values():
            self.assertEqual(cluster["services"], {})

    def test_keys_that_aws_refuses_are_a_remote_failure(self):
        text = (self.app / "im/auth.dat").read_text()
        self.write("im/auth.dat", text.replace(self.moto.secret_key, "pw-wrong"))
        result = self.run_profile()
        self.assertEqual(result.returncode, 5, result.stdout + result.stderr)
        self.assertIn("PRF101", result.stderr)
        self.assertIn("on resource F1", result.stderr)
        self.assertNotIn("pw-wrong", result.stdout + result.stderr)

    def test_what_files_lack_is_told_before_anything_is_asked_of_functions(self):
        self.write_application(CHAIN, memory=4096)
        path = self.app / "common_config/candidate_deployments.yaml"
        result = self.run_profile()
        self.assertEqual(result.returncode, 3, result.stdout + result.stderr)
        self.assertIn("Memory for Lambda functions can't exceed 3008 MB", result.stderr)
        self.write_application(CHAIN)
        path.write_text(path.read_text().replace(".ecr.", ".registry."))
        result = self.run_profile()
        self.assertEqual(result.returncode, 3, result.stdout + result.stderr)
        self.assertIn("No docker image found for component C2@F1", result.stderr)
        self.write_application(CHAIN)
        self.write("im/auth.dat", "id = im; type = InfrastructureManager; username = ann; "
                                  "password = pw-of-im\n")
        result = self.run_profile()
        self.assertEqual(result.returncode, 3, result.stdout + result.stderr)
        self.assertIn("type Lambda with a role", result.stderr)
        self.assertEqual(self.s3.list_buckets()["Buckets"], [])

    def test_a_dry_run_sends_nothing_and_writes_nothing(self):
        self.assert_dry_run_does_nothing()


if __name__ == "__main__":
    unittest.main(argv=[sys.argv[0], *TESTS_WANTED])
