# SPDX-License-Identifier: Apache-2.0
"""What the drift detector found, for components that mark their output accordingly.

A state is 0 (no drift), 1 (drift, data are being collected) or 2 (collection finished). The
detector keeps the states in the object drift_state.yaml of the bucket DRIFT_DETECTOR_MINIO_BUCKET
at DRIFT_DETECTOR_MINIO_URL (keys: DRIFT_DETECTOR_MINIO_AK and _SK). A URL ``file:///folder`` stands
for a local folder that holds the file. DRIFT_DETECTOR_INSECURE_TLS=true accepts any certificate.
"""

import json
import os
import threading
import time
import urllib.parse
import urllib.request
from typing import Any, Dict, Optional, Tuple

__all__ = ["get_drift_state", "get_metric_drift_state"]

STATE_FILE = "drift_state.yaml"

_KEEP_S = 30.0  # a state that was read is not fetched again before this time

States = Dict[str, Dict[str, int]]

_lock = threading.Lock()
_kept: Dict[Tuple[str, str], Tuple[float, Optional[States]]] = {}


def get_metric_drift_state(metric: str, field: str) -> int:
    """Return the state of one field of a metric, 0 when the detector has not stored any yet.

    Raises OSError when the store does not answer, KeyError when its variables are not set.
    """
    states = _load_states() or {}
    return states.get(metric, {}).get(field, 0)


def get_drift_state() -> int:
    """Return 2 if the state of any field is 2, else 1 if any is 1, else 0.

    Raises FileNotFoundError when the detector has not stored its state yet, otherwise as above.
    """
    states = _load_states()
    if states is None:
        raise FileNotFoundError(
            "no {} in {} at {}: the drift detector has not run yet".format(
                STATE_FILE,
                os.environ.get("DRIFT_DETECTOR_MINIO_BUCKET", "the folder"),
                os.environ["DRIFT_DETECTOR_MINIO_URL"],
            )
        )
    return max([0] + [state for fields in states.values() for state in fields.values()])


def _load_states() -> Optional[States]:
    url = _variable("DRIFT_DETECTOR_MINIO_URL")
    key = (url, os.environ.get("DRIFT_DETECTOR_MINIO_BUCKET", ""))
    with _lock:
        now = time.monotonic()
        if key not in _kept or now - _kept[key][0] > _KEEP_S:
            data = _read_state_file(url)
            states = None if data is None else _parse_states(data.decode("utf-8"))
            _kept[key] = (now, states)
        return _kept[key][1]


def _read_state_file(url: str) -> Optional[bytes]:
    parts = urllib.parse.urlsplit(url)
    if parts.scheme == "file":
        folder = urllib.request.url2pathname(parts.path)
        try:
            with open(os.path.join(folder, STATE_FILE), "rb") as stream:
                return stream.read()
        except FileNotFoundError:
            return None
    from aisprint import s3

    insecure = os.environ.get("DRIFT_DETECTOR_INSECURE_TLS", "").lower() in ("1", "true", "yes")
    bucket = s3.Bucket(
        url,
        _variable("DRIFT_DETECTOR_MINIO_BUCKET"),
        _variable("DRIFT_DETECTOR_MINIO_AK"),
        _variable("DRIFT_DETECTOR_MINIO_SK"),
        check_certificate=not insecure,
    )
    return bucket.get(STATE_FILE)


def _variable(name: str) -> str:
    value = os.environ.get(name)
    if not value:
        raise KeyError(
            "environment variable {} is not set; it says where the drift detector "
            "keeps its state".format(name)
        )
    return value


def _parse_states(text: str) -> States:
    """Read the two levels ``metric: {field: state}`` in the block style of YAML, or as JSON."""
    if text.lstrip().startswith("{"):
        return _check_states(json.loads(text))
    states: States = {}
    fields: Optional[Dict[str, int]] = None
    for number, line in enumerate(text.splitlines(), 1):
        content = line.strip()
        if not content or content.startswith("#") or content == "---":
            continue
        key, colon, value = content.rpartition(":")
        value = value.strip()
        if not colon:
            raise ValueError("{}:{}: expected 'name: state'".format(STATE_FILE, number))
        if line[0] not in " \t":
            fields = states[_unquote(key)] = {}
            if value not in ("", "{}"):
                raise ValueError("{}:{}: expected a metric".format(STATE_FILE, number))
        elif fields is None:
            raise ValueError("{}:{}: field without a metric".format(STATE_FILE, number))
        else:
            fields[_unquote(key)] = int(value)
    return _check_states(states)


def _unquote(text: str) -> str:
    text = text.strip()
    if len(text) > 1 and text[0] == text[-1] == '"':
        return json.loads(text)
    if len(text) > 1 and text[0] == text[-1] == "'":
        return text[1:-1].replace("''", "'")
    return text


def _check_states(states: Any) -> States:
    for metric, fields in states.items():
        for field, state in fields.items():
            if state not in (0, 1, 2):
                raise ValueError(
                    "{}: state {!r} of {}.{} is none of 0, 1, 2".format(
                        STATE_FILE, state, metric, field
                    )
                )
    return states
