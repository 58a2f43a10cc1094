# SPDX-License-Identifier: Apache-2.0
"""Drift detector: compares the newest values of metrics with a reference sample.

The settings are in drift_detector_config.yaml next to this file. Every detection_interval hours,
each metric field is tested on the values of its last monitoring_period hours; the first window
with enough values is the reference. After a drift, the detector waits data_collection_period
hours, notes that the collection is finished, and ends. The object drift_state.yaml holds the
states: 0 no drift, 1 drift, 2 collection finished. To begin anew, delete it.

Environment: DRIFT_DETECTOR_INFLUXDB_URL, DRIFT_DETECTOR_INFLUXDB_TOKEN, BUCKET_NAME (of InfluxDB),
DRIFT_DETECTOR_MINIO_URL, _BUCKET, _AK, _SK; DRIFT_DETECTOR_INSECURE_TLS=true accepts any
certificate.
"""

import argparse
import json
import logging
import math
import os
import signal
import sys
import threading
import time
from typing import Any, Callable, Dict, List, Optional

import yaml

import utils

CONFIG_FILE = "drift_detector_config.yaml"
STATE_FILE = "drift_state.yaml"
REFERENCE_FILE = "drift_reference.json"
LOG_FILE = "drift_detector_log.txt"

MINIMUM_VALUES = 8  # in each sample; a shorter window is left out
MAX_LOG_BYTES = 1 << 20

NO_DRIFT, DRIFT, COLLECTED = 0, 1, 2

log = logging.getLogger("drift_detector")


class ConfigError(ValueError):
    """The settings are incomplete or wrong."""


def load_config(path: str) -> Dict[str, Any]:
    """Return the checked settings; raises ConfigError naming the key, OSError."""
    with open(path, "r", encoding="utf-8") as stream:
        try:
            config = yaml.safe_load(stream)
        except yaml.YAMLError as error:
            raise ConfigError("{}: {}".format(path, error)) from error
    if not isinstance(config, dict):
        raise ConfigError("{}: expected a map of settings".format(path))
    for key in ("detection_interval", "data_collection_period"):
        _check_positive(path, key, config.get(key))
    metrics = config.get("metrics")
    if not isinstance(metrics, dict) or not metrics:
        raise ConfigError("{}: 'metrics' must map metrics to their fields".format(path))
    for metric, fields in metrics.items():
        if not isinstance(fields, dict) or not fields:
            raise ConfigError("{}: metric {!r} must map fields to tests".format(path, metric))
        for field, settings in fields.items():
            _check_field(path, "metrics.{}.{}".format(metric, field), settings)
    return config


def _check_field(path: str, where: str, settings: Any) -> None:
    if not isinstance(settings, dict):
        raise ConfigError("{}: {} must be a map".format(path, where))
    test = settings.get("statistical_test")
    if test not in utils.TESTS:
        raise ConfigError(
            "{}: {}.statistical_test {!r} is unknown, allowed are {}".format(
                path, where, test, ", ".join(sorted(utils.TESTS))
            )
        )
    _check_positive(path, where + ".monitoring_period", settings.get("monitoring_period"))
    threshold = settings.get("test_threshold")
    _check_positive(path, where + ".test_threshold", threshold)
    if threshold >= 1:
        raise ConfigError(
            "{}: {}.test_threshold {!r} must be below 1".format(path, where, threshold)
        )


def _check_positive(path: str, where: str, value: Any) -> None:
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not value > 0:
        raise ConfigError("{}: {} {!r} must be a number above 0".format(path, where, value))


class Detector:
    """The loop, with everything that it touches given from outside."""

    def __init__(
        self,
        config: Dict[str, Any],
        influx: Any,
        store: Any,
        sleep: Callable[[float], None],
        now: Callable[[], float] = time.time,
        journal: Optional["Journal"] = None,
    ) -> None:
        self._config = config
        self._influx = influx
        self._store = store
        self._sleep = sleep
        self._now = now
        self._journal = journal
        self.states: Dict[str, Dict[str, int]] = {}
        self._references: Dict[str, Dict[str, Dict[str, Any]]] = {}
        self._drift_at: Optional[float] = None

    def run(self) -> None:
        """Watch until a drift has been found and the data were collected."""
        self.warn_overlap()
        self.load()
        while self._any(COLLECTED) and not self._any(DRIFT):
            log.info("collection has finished before; delete %s to begin anew", STATE_FILE)
            self._sleep(3600 * self._config["detection_interval"])
            self.load()
        while not self._any(DRIFT):
            self._sleep(3600 * self._config["detection_interval"])
            self.check()
        self.collect()

    def warn_overlap(self) -> None:
        """Warn about fields whose windows are longer than the time between two tests."""
        interval = self._config["detection_interval"]
        for metric, field, settings in self._fields():
            if settings["monitoring_period"] > interval:
                log.warning(
                    "%s.%s: monitoring_period %s h is longer than detection_interval %s h, so "
                    "windows share values and p-values mean less; values of the reference are "
                    "not tested again",
                    metric,
                    field,
                    settings["monitoring_period"],
                    interval,
                )

    def load(self) -> None:
        """Take up the states and reference samples of an earlier run, if there are any."""
        data = self._retry(lambda: self._store.get(STATE_FILE))
        stored = parse_states(data) if data is not None else {}
        kept = self._retry(lambda: self._store.get(REFERENCE_FILE)) if stored else None
        saved = json.loads(kept.decode("utf-8")) if kept else {}
        self._references = saved.get("references", {})
        self._drift_at = saved.get("drift_at")
        self.states = {}
        for metric, field, _ in self._fields():
            state = stored.get(metric, {}).get(field, NO_DRIFT)
            self.states.setdefault(metric, {})[field] = state
        if data is None:
            self._save()
        else:
            log.info("going on with the states %s", json.dumps(self.states, sort_keys=True))

    def check(self) -> None:
        """Test all fields once and store the states."""
        for metric, field, settings in self._fields():
            try:
                self._check_field(metric, field, settings)
            except (OSError, ValueError) as error:
                log.error("%s.%s: not tested: %s", metric, field, error)
        self._save()

    def collect(self) -> None:
        """Wait until the data are collected, then turn every drift into finished."""
        end = (self._drift_at or self._now()) + 3600 * self._config["data_collection_period"]
        remaining = max(0.0, end - self._now())
        log.info("collecting data for %.2f more hours", remaining / 3600)
        self._save()
        self._sleep(remaining)
        for fields in self.states.values():
            for field, state in fields.items():
                if state == DRIFT:
                    fields[field] = COLLECTED
        log.info("collection finished")
        self._retry(self._store_all)

    def _check_field(self, metric: str, field: str, settings: Dict[str, Any]) -> None:
        reference = self._references.get(metric, {}).get(field)
        minutes = int(math.ceil(60 * settings["monitoring_period"]))
        now = self._now()
        if reference is not None:  # not back into the reference sample
            minutes = min(minutes, int((now - reference["time"]) // 60))
        values = self._influx.values(metric, field, minutes) if minutes > 0 else []
        if len(values) < MINIMUM_VALUES:
            log.info(
                "%s.%s: %d values in the last %d minutes, at least %d are needed; left out",
                metric,
                field,
                len(values),
                minutes,
                MINIMUM_VALUES,
            )
            return
        if reference is None:
            sample = {"time": now, "values": values}
            self._references.setdefault(metric, {})[field] = sample
            log.info("%s.%s: reference sample of %d values", metric, field, len(values))
            return
        test = settings["statistical_test"]
        statistic, p_value = utils.TESTS[test](reference["values"], values)
        drift = p_value < settings["test_threshold"]
        log.info(
            "%s.%s: %s of %d values, statistic %.7g, p-value %.7g, threshold %g: %s",
            metric,
            field,
            test,
            len(values),
            statistic,
            p_value,
            settings["test_threshold"],
            "drift" if drift else "no drift",
        )
        if drift:
            self.states[metric][field] = DRIFT
            self._drift_at = self._drift_at or now
            self._notify(metric, field, p_value, now)

    def _notify(self, metric: str, field: str, p_value: float, now: float) -> None:
        endpoint = self._config.get("notification_endpoint")
        if not endpoint:
            return
        stamp = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(now))
        body = {"metric": metric, "field": field, "state": DRIFT, "p_value": p_value, "time": stamp}
        headers = {"Content-Type": "application/json"}
        try:
            utils.request("POST", endpoint, headers, json.dumps(body).encode("utf-8"))
        except (OSError, ValueError) as error:
            log.error("%s.%s: notification failed: %s", metric, field, error)

    def _fields(self) -> List[Any]:
        return [
            (str(metric), str(field), settings)
            for metric, fields in sorted(self._config["metrics"].items(), key=str)
            for field, settings in sorted(fields.items(), key=str)
        ]

    def _any(self, wanted: int) -> bool:
        return any(wanted in fields.values() for fields in self.states.values())

    def _save(self) -> None:
        try:
            self._store_all()
        except OSError as error:
            log.error("state not stored, the next pass tries again: %s", error)

    def _store_all(self) -> None:
        """Store references before states, so that a state never lacks its reference."""
        saved = {"references": self._references, "drift_at": self._drift_at}
        self._store.put(REFERENCE_FILE, json.dumps(saved, sort_keys=True).encode("utf-8"))
        self._store.put(STATE_FILE, format_states(self.states).encode("utf-8"))
        if self._journal is not None:
            self._store.put(LOG_FILE, self._journal.content())

    def _retry(self, call: Callable[[], Any]) -> Any:
        """Call until the store answers: without its answer an earlier drift could be lost."""
        delay = 10.0
        while True:
            try:
                return call()
            except OSError as error:
                log.error("no answer from the store, trying again in %.0f s: %s", delay, error)
                self._sleep(delay)
                delay = min(600.0, 2 * delay)


class Journal(logging.Handler):
    """Keeps the end of the log as text, to be stored next to the state."""

    def __init__(self, start: bytes = b"") -> None:
        super().__init__()
        self._data = bytearray(start)

    def emit(self, record: logging.LogRecord) -> None:
        """Append one line."""
        self._data += (self.format(record) + "\n").encode("utf-8", "replace")
        if len(self._data) > MAX_LOG_BYTES:
            cut = self._data.find(b"\n", len(self._data) - MAX_LOG_BYTES // 2)
            del self._data[: cut + 1]

    def content(self) -> bytes:
        """Return the text so far."""
        return bytes(self._data)


def format_states(states: Dict[str, Dict[str, int]]) -> str:
    """Return the states as YAML: metric, field, state."""
    return yaml.safe_dump(states, default_flow_style=False, allow_unicode=True, width=10000)


def parse_states(data: bytes) -> Dict[str, Dict[str, int]]:
    """Return the states of a state file; raises ConfigError when it is none."""
    try:
        states = yaml.safe_load(data.decode("utf-8")) or {}
        for fields in states.values():
            for state in fields.values():
                if state not in (NO_DRIFT, DRIFT, COLLECTED):
                    raise ValueError("state {!r} is none of 0, 1, 2".format(state))
    except (yaml.YAMLError, AttributeError, ValueError) as error:
        raise ConfigError("{}: {}".format(STATE_FILE, error)) from error
    return states


def main(arguments: Optional[List[str]] = None) -> int:
    """Run the detector; returns the exit code: 0 done or ended by a signal, 3 wrong settings."""
    here = os.path.dirname(os.path.abspath(__file__))
    parser = argparse.ArgumentParser(description="Watches metrics for drift.")
    parser.add_argument("--config", default=os.path.join(here, CONFIG_FILE))
    parser.add_argument("--once", action="store_true", help="test once, without waiting, and end")
    options = parser.parse_args(arguments)
    logging.basicConfig(format="%(asctime)s %(levelname)s %(message)s", level=logging.INFO)
    try:
        config = load_config(options.config)
        store = utils.make_store(os.environ)
        influx = utils.Influx(
            os.environ["DRIFT_DETECTOR_INFLUXDB_URL"],
            os.environ["DRIFT_DETECTOR_INFLUXDB_TOKEN"],
            os.environ["BUCKET_NAME"],
        )
        stop = threading.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: stop.set())
        detector = Detector(config, influx, store, _sleeper(stop), journal=_open_journal(store))
        if options.once:
            detector.warn_overlap()
            detector.load()
            detector.check()
        else:
            detector.run()
    except KeyError as error:
        print("error: environment variable {} is not set".format(error.args[0]), file=sys.stderr)
        return 3
    except (ConfigError, FileNotFoundError) as error:
        print("error: {}".format(error), file=sys.stderr)
        return 3
    except Stopped:
        log.info("ended by a signal; the state is stored")
    return 0


class Stopped(Exception):
    """A signal asked the detector to end."""


def _sleeper(stop: threading.Event) -> Callable[[float], None]:
    def sleep(seconds: float) -> None:
        if stop.wait(seconds):
            raise Stopped()

    return sleep


def _open_journal(store: Any) -> Journal:
    try:
        start = store.get(LOG_FILE) or b""
    except OSError as error:
        log.warning("the earlier log cannot be read: %s", error)
        start = b""
    journal = Journal(start)
    journal.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(message)s"))
    log.addHandler(journal)
    return journal


if __name__ == "__main__":
    sys.exit(main())
