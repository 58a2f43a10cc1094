#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Runs the Infrastructure Manager on loopback, with machines that exist in name only.

Usage: im_server.py IM_SOURCES FOLDER PORT

IM's Dummy cloud hands out machines that nobody can reach. So that contextualisation comes to an end,
this script stands in for the machines and for nothing else of IM:
- each machine gets a user and an address of its own, a public one if its network is public;
- SSH to a machine always works: files that are sent are dropped, commands do nothing;
- what IM's agent on a machine would report is made up: after `step_seconds` the step is done, or
  has failed if the name of the infrastructure is in `unconfigured`;
- machines of an infrastructure whose name is in `failed` cannot be made.
The rest is IM's own: REST interface, data base, TOSCA parser, recipes, inventories, order of steps,
states. The settings are read from FOLDER/control.json whenever they are needed.
"""
import functools
import itertools
import json
import logging
import os
import sqlite3
import sys
import time

import yaml

SOURCES, FOLDER, PORT = sys.argv[1], os.path.abspath(sys.argv[2]), int(sys.argv[3])
sys.path.insert(0, SOURCES)
os.chdir(FOLDER)

# The same reader and writer of YAML in C; IM writes whole documents at each step.
yaml.safe_dump = functools.partial(yaml.dump, Dumper=yaml.CSafeDumper)
yaml.safe_load = functools.partial(yaml.load, Loader=yaml.CSafeLoader)

from IM.config import Config  # noqa: E402  (before the modules that copy its values)

Config.DATA_DB = "sqlite://" + os.path.join(FOLDER, "im.db")
Config.LOG_FILE = os.path.join(FOLDER, "im.log")
Config.ACTIVATE_XMLRPC = False
Config.REST_ADDRESS = "127.0.0.1"
Config.REST_PORT = PORT
Config.CONTEXTUALIZATION_DIR = os.path.join(SOURCES, "contextualization")
Config.RECIPES_DIR = os.path.join(Config.CONTEXTUALIZATION_DIR, "AnsibleRecipes")
Config.RECIPES_DB_FILE = os.path.join(Config.CONTEXTUALIZATION_DIR, "recipes_ansible.db")
Config.REMOTE_CONF_DIR = "/nowhere"
Config.MAX_SIMULTANEOUS_LAUNCHES = 4
Config.CONFMAMAGER_CHECK_STATE_INTERVAL = 0.2
Config.CHECK_CTXT_PROCESS_INTERVAL = 0.2
Config.UPDATE_CTXT_LOG_INTERVAL = 0.2
Config.VM_INFO_UPDATE_FREQUENCY = 0.2

import IM.REST  # noqa: E402
from IM.ConfManager import ConfManager  # noqa: E402
from IM.InfrastructureList import InfrastructureList  # noqa: E402
from IM.VirtualMachine import VirtualMachine  # noqa: E402
from IM.connectors.Dummy import DummyCloudConnector  # noqa: E402

DEFAULTS = {"step_seconds": 0.1, "unconfigured": [], "failed": []}
PUBLIC_NETS = ["192.0.2", "198.51.100", "203.0.113"]  # reserved for documentation
numbers = itertools.count(1)


def connect(*arguments, **options):
    """IM saves often. What is written survives the end of this process, which is enough here."""
    connection = sqlite_connect(*arguments, **options)
    connection.execute("PRAGMA synchronous = OFF")
    return connection


def control():
    with open(os.path.join(FOLDER, "control.json"), encoding="utf-8") as file:
        return {**DEFAULTS, **json.load(file)}


def name_of(inf):
    """The `infra_name` of the document."""
    description = inf.radl.description
    return description.getValue("name") if description else ""


class Machine:
    """SSH to a machine that is always there and does nothing."""

    tty = False

    def test_connectivity(self, *_):
        return True

    def execute(self, *_, **__):
        return "1", "", 0

    def sftp_list(self, *_):
        # IM wants to see the files that it has sent before.
        return ["general_info.cfg", "ctxt_agent.py", "basic_task_all.yml", "etc_hosts"]

    def __getattr__(self, name):
        if not name.startswith("sftp_") and name != "close":
            raise AttributeError(name)
        return lambda *_, **__: True


def concrete_system(self, radl_system, auth_data):
    """Machines need a user, whom IM takes from the image otherwise."""
    systems = dummy_concrete_system(self, radl_system, auth_data)
    for system in systems:
        if not system.getValue("disk.0.os.credentials.username"):
            system.setValue("disk.0.os.credentials.username", "user")
        if not system.getValue("disk.0.os.credentials.password"):
            system.setValue("disk.0.os.credentials.password", "pw2")
    return systems


def launch(self, inf, radl, requested_radl, num_vm, auth_data):
    if name_of(inf) in control()["failed"]:
        return [(False, "the cloud has no room for this machine")] * num_vm
    machines = dummy_launch(self, inf, radl, requested_radl, num_vm, auth_data)
    for _, machine in machines:
        number = next(numbers)
        public = f"{PUBLIC_NETS[number // 250 % 3]}.{number % 250 + 1}"
        private = f"10.0.{number // 250 % 250}.{number % 250 + 1}"
        machine.setIps([public] if machine.hasPublicNet() else [], [private])
    return machines


def launch_ctxt_agent(self, vm, tasks):
    """IM starts this in a thread and notes only then that it runs: too late for machines as fast as
    ours, whose end would be overwritten."""
    deadline = time.monotonic() + 5
    while vm.ctxt_pid != VirtualMachine.WAIT_TO_PID and time.monotonic() < deadline:
        time.sleep(0.01)
    return im_launch_ctxt_agent(self, vm, tasks)


def check_ctxt_process(self):
    """Stands for the loop that asks the agent on the machine."""
    settings = control()
    time.sleep(settings["step_seconds"])
    if name_of(self.inf) in settings["unconfigured"]:
        self.cont_out += "TASK [simulated] failed: this infrastructure is to be unconfigured\n"
        self.configured = False
    else:
        self.cont_out += "TASK [simulated] ok\n"
        self.configured = True
    self.ctxt_pid = None
    return None


sqlite_connect = sqlite3.connect
sqlite3.connect = connect
dummy_concrete_system = DummyCloudConnector.concreteSystem
DummyCloudConnector.concreteSystem = concrete_system
dummy_launch = DummyCloudConnector.launch
DummyCloudConnector.launch = launch
VirtualMachine.get_ssh = lambda *_, **__: Machine()
VirtualMachine.get_ssh_ansible_master = lambda *_, **__: Machine()
VirtualMachine.check_ctxt_process = check_ctxt_process
im_launch_ctxt_agent = ConfManager.launch_ctxt_agent
ConfManager.launch_ctxt_agent = launch_ctxt_agent
ConfManager.wait_vm_ssh_acccess = lambda *_: (True, "")
ConfManager.change_master_credentials = lambda *_: True
ConfManager.configure_ansible = lambda *_: True


def main():
    logging.basicConfig(filename=Config.LOG_FILE, level=logging.WARNING,
                        format="%(asctime)s %(name)s %(levelname)s %(message)s")
    if not InfrastructureList.init_table():
        sys.exit("the data base cannot be opened")
    InfrastructureList.load_data()
    IM.REST.run(host=Config.REST_ADDRESS, port=Config.REST_PORT)


main()
