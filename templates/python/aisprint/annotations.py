# SPDX-License-Identifier: Apache-2.0
"""The AI-SPRINT annotations, as decorators of the function ``main`` of a component.

The design tools read them from the source text. At run time they forward the call and its result;
only ``exec_time`` does more: it reports how long the function took.
"""

import calendar
import functools
import inspect
import json
import os
import re
import time
import warnings
from typing import Any, Callable, Dict, List, Optional, Sequence, Tuple, Union

from aisprint import monitoring

__all__ = [
    "annotation",
    "component_name",
    "detect_metric_drift",
    "device_constraints",
    "early_exits_model",
    "exec_time",
    "expected_throughput",
    "model_performance",
    "partitionable_model",
    "security",
]

Number = Union[int, float]
Decorator = Callable[[Callable], Callable]

# Arguments of every annotation, for the dictionary form.
_ARGUMENTS: Dict[str, Tuple[str, ...]] = {
    "component_name": ("name",),
    "exec_time": ("local_time_thr", "global_time_thr", "prev_components"),
    "expected_throughput": ("rate",),
    "partitionable_model": ("onnx_file", "num_partitions"),
    "early_exits_model": ("onnx_file", "condition_function", "transition_probabilities"),
    "model_performance": ("metric", "metric_thr", "filtered_class"),
    "detect_metric_drift": (
        "metric",
        "field",
        "statistical_test",
        "test_threshold",
        "detection_interval",
        "monitoring_period",
        "data_collection_period",
        "notification_endpoint",
    ),
    "device_constraints": ("ram", "vram", "use_gpu_for"),
    "security": (
        "trustedExecution",
        "networkShield",
        "filesystemShield",
        "confProc",
        "integrityProc",
        "confRest",
    ),
}

_EVENT_TIME = re.compile(
    r"(\d{4})-(\d\d)-(\d\d)[Tt ](\d\d):(\d\d):(\d\d)(?:[.,](\d+))?\s*([Zz]|[+-]\d\d:?\d\d)?"
)

_warned = set()


def component_name(name: str, **unknown: Any) -> Decorator:
    """Give the component its unique name."""
    return _annotate("component_name", {"name": name}, unknown)


def exec_time(
    local_time_thr: Optional[Number] = None,
    global_time_thr: Optional[Number] = None,
    prev_components: Optional[Sequence[str]] = None,
    **unknown: Any,
) -> Decorator:
    """Limit the time, in seconds, of this component and of the path that ends with it.

    Each call of the decorated function is reported to the monitoring system, also when it raises.
    """
    arguments = {
        "local_time_thr": local_time_thr,
        "global_time_thr": global_time_thr,
        "prev_components": prev_components,
    }
    return _annotate("exec_time", arguments, unknown)


def expected_throughput(rate: Number, **unknown: Any) -> Decorator:
    """State how many files per time unit enter the application at this component."""
    return _annotate("expected_throughput", {"rate": rate}, unknown)


def partitionable_model(onnx_file: str, num_partitions: int = 1, **unknown: Any) -> Decorator:
    """Name the ONNX file that may be cut in two, and how many different cuts are wanted."""
    arguments = {"onnx_file": onnx_file, "num_partitions": num_partitions}
    return _annotate("partitionable_model", arguments, unknown)


def early_exits_model(
    onnx_file: str,
    condition_function: str,
    transition_probabilities: Optional[Sequence[Number]] = None,
    **unknown: Any,
) -> Decorator:
    """Name the ONNX file with early exits and the function that decides to leave at an exit.

    ``transition_probabilities`` holds, per exit, the probability of going on.
    """
    arguments = {
        "onnx_file": onnx_file,
        "condition_function": condition_function,
        "transition_probabilities": transition_probabilities,
    }
    return _annotate("early_exits_model", arguments, unknown)


def model_performance(
    metric: Optional[str] = None,
    metric_thr: Optional[Number] = None,
    filtered_class: Optional[str] = None,
    **unknown: Any,
) -> Decorator:
    """Ask for a minimum quality (classifier) or name the class that is removed (filter)."""
    arguments = {"metric": metric, "metric_thr": metric_thr, "filtered_class": filtered_class}
    return _annotate("model_performance", arguments, unknown)


def detect_metric_drift(
    metric: Union[str, List[str]],
    field: Union[str, list],
    statistical_test: Union[str, list],
    test_threshold: Union[Number, list],
    detection_interval: Number,
    monitoring_period: Union[Number, list],
    data_collection_period: Number,
    notification_endpoint: Optional[str] = None,
    **unknown: Any,
) -> Decorator:
    """Watch metrics of the component for drift. All periods are hours."""
    arguments = {
        "metric": metric,
        "field": field,
        "statistical_test": statistical_test,
        "test_threshold": test_threshold,
        "detection_interval": detection_interval,
        "monitoring_period": monitoring_period,
        "data_collection_period": data_collection_period,
        "notification_endpoint": notification_endpoint,
    }
    return _annotate("detect_metric_drift", arguments, unknown)


def device_constraints(
    ram: Number = 0, vram: Number = 0, use_gpu_for: Sequence[str] = (), **unknown: Any
) -> Decorator:
    """State the memory (MB) of the device, and which of dnn, pre and post need its GPU."""
    arguments = {"ram": ram, "vram": vram, "use_gpu_for": use_gpu_for}
    return _annotate("device_constraints", arguments, unknown)


def security(
    trustedExecution: bool = False,
    networkShield: bool = False,
    filesystemShield: bool = False,
    confProc: bool = False,
    integrityProc: bool = False,
    confRest: bool = False,
    **unknown: Any,
) -> Decorator:
    """Ask for trusted execution and for the protections that go with it."""
    arguments = {
        "trustedExecution": trustedExecution,
        "networkShield": networkShield,
        "filesystemShield": filesystemShield,
        "confProc": confProc,
        "integrityProc": integrityProc,
        "confRest": confRest,
    }
    return _annotate("security", arguments, unknown)


def annotation(annotations: Dict[str, Dict[str, Any]]) -> Decorator:
    """All annotations in one dictionary: annotation name -> dictionary of its arguments."""
    if not isinstance(annotations, dict):
        raise TypeError(
            "annotation takes one dictionary of annotations, for example "
            "@annotation({{'component_name': {{'name': 'detector'}}}}); found {}".format(
                type(annotations).__name__
            )
        )
    known = {}
    for name, arguments in annotations.items():
        if name not in _ARGUMENTS:
            _warn_once("annotation: unknown annotation {!r} is ignored".format(name))
            continue
        arguments = dict(arguments or {})
        _warn_unknown(name, [key for key in arguments if key not in _ARGUMENTS[name]])
        known[name] = arguments

    def decorate(function: Callable) -> Callable:
        return _wrap("annotation", function, known)

    return decorate


def _annotate(name: str, arguments: Dict[str, Any], unknown: Dict[str, Any]) -> Decorator:
    if any(inspect.isfunction(value) for value in arguments.values()):
        raise TypeError("annotation {0!r} needs parentheses: write @{0}(...)".format(name))
    _warn_unknown(name, list(unknown))

    def decorate(function: Callable) -> Callable:
        return _wrap(name, function, {name: arguments})

    return decorate


def _wrap(label: str, function: Callable, added: Dict[str, Dict[str, Any]]) -> Callable:
    if not callable(function):
        raise TypeError(
            "annotation {!r} decorates a function, found {}".format(label, type(function).__name__)
        )
    notes = dict(getattr(function, "__aisprint__", {}))
    timed = "exec_time" in added and "exec_time" not in notes
    notes.update(added)
    wrapper = _wrapper(function, timed)
    wrapper.__aisprint__ = notes
    return wrapper


def _wrapper(function: Callable, timed: bool) -> Callable:
    if inspect.iscoroutinefunction(function):

        @functools.wraps(function)
        async def call_async(*args: Any, **kwargs: Any) -> Any:
            start = _begin() if timed else 0.0
            try:
                return await function(*args, **kwargs)
            finally:
                if timed:
                    _report(start)

        return call_async

    @functools.wraps(function)
    def call(*args: Any, **kwargs: Any) -> Any:
        start = _begin() if timed else 0.0
        try:
            return function(*args, **kwargs)
        finally:
            if timed:
                _report(start)

    return call


def _begin() -> float:
    monitoring.prepare()
    return time.time()


def _report(function_start: float) -> None:
    end = time.time()
    job_start = _event_time(os.environ.get("EVENT"))
    monitoring.report_execution_time(
        os.environ.get("UUID"),
        os.environ.get("KCI"),
        os.environ.get("RESOURCE_ID"),
        os.environ.get("COMPONENT_NAME"),
        function_start if job_start is None else job_start,
        function_start,
        end,
    )


def _event_time(event: Optional[str]) -> Optional[float]:
    """Return when the storage event happened (seconds since the epoch), None if it does not say."""
    if not event:
        return None
    try:
        text = json.loads(event)["Records"][0]["eventTime"]
        match = _EVENT_TIME.match(text.strip())
        if match is None:
            return None
        fields = [int(part) for part in match.groups()[:6]]
        seconds = float(calendar.timegm(tuple(fields) + (0, 0, 0)))
    except (ValueError, TypeError, LookupError, AttributeError, RecursionError):
        return None
    if match.group(7):
        seconds += float("0." + match.group(7))
    zone = match.group(8)
    if zone and zone not in "Zz":
        offset = int(zone[1:3]) * 3600 + int(zone[-2:]) * 60
        seconds -= offset if zone[0] == "+" else -offset
    return seconds


def _warn_unknown(name: str, unknown: Sequence[str]) -> None:
    for key in unknown:
        _warn_once("annotation {!r}: unknown argument {!r} is ignored".format(name, key))


def _warn_once(message: str) -> None:
    if message not in _warned:
        _warned.add(message)
        warnings.warn(message, stacklevel=4)
