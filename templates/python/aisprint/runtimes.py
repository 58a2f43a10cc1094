# SPDX-License-Identifier: Apache-2.0
"""The inference runtimes: ONNX Runtime if it is installed, else the dnn module of OpenCV.

AISPRINT_ONNX_RUNTIME=onnxruntime or =opencv asks for one of them.
"""

import os
import threading
from typing import Any, Dict, List

from aisprint import onnx_file

__all__ = ["open_session"]

# NumPy types of the ONNX element types.
_ELEMENT_TYPES = {
    1: "float32",
    2: "uint8",
    3: "int8",
    4: "uint16",
    5: "int16",
    6: "int32",
    7: "int64",
    9: "bool",
    10: "float16",
    11: "float64",
    12: "uint32",
    13: "uint64",
}


def open_session(path: str) -> Any:
    """Return a session for the model: ``input_names``, ``output_names`` and ``run(inputs)``.

    Raises ImportError when no runtime is installed, ValueError when the model cannot be loaded.
    """
    wanted = os.environ.get("AISPRINT_ONNX_RUNTIME") or "onnxruntime,opencv"
    reasons = []
    for name in wanted.split(","):
        name = name.strip().lower()
        if name not in _OPENERS:
            raise ValueError(
                "AISPRINT_ONNX_RUNTIME {!r} is unknown, allowed are onnxruntime and opencv".format(
                    name
                )
            )
        try:
            module = _OPENERS[name][0]()
        except ImportError as error:
            reasons.append("{}: {}".format(name, error))
            continue
        return _OPENERS[name][1](module, path)
    raise ImportError(
        "no runtime for ONNX models found ({}); install one of them: pip install onnxruntime, "
        "or pip install opencv-python-headless, or apt-get install python3-opencv".format(
            "; ".join(reasons)
        )
    )


class _Session:
    """What both runtimes share: the interface of the model, and checked inputs."""

    def __init__(self, path: str) -> None:
        interface = onnx_file.read_interface(path)
        self.path = path
        self.inputs = interface.inputs
        self.outputs = interface.outputs
        self.input_names = [value.name for value in interface.inputs]
        self.output_names = [value.name for value in interface.outputs]

    def _array(self, value: onnx_file.Value, given: Any) -> Any:
        """Return the input as an array of the model's type, or raise TypeError."""
        import numpy

        if isinstance(given, (list, tuple)) and value.element_type not in _ELEMENT_TYPES:
            return given  # a sequence, or text
        array = numpy.asarray(given)
        wanted = _ELEMENT_TYPES.get(value.element_type)
        if wanted is None or array.dtype == wanted:
            return array
        if isinstance(given, (bool, int, float, list, tuple)) or numpy.can_cast(
            array.dtype, wanted, "same_kind"
        ):
            return array.astype(wanted)
        raise TypeError(
            "input {!r} of {!r} has the type {}, the model takes {}; convert it with "
            ".astype('{}')".format(value.name, self.path, array.dtype, wanted, wanted)
        )


class _OnnxRuntimeSession(_Session):
    """A model in ONNX Runtime, on all execution providers that are available."""

    def __init__(self, module: Any, path: str) -> None:
        super().__init__(path)
        options = module.SessionOptions()
        options.log_severity_level = 3  # errors; one warning per old-style initializer is too much
        try:
            self._session = module.InferenceSession(
                path, options, providers=module.get_available_providers()
            )
        except Exception as error:  # the runtime has exception types of its own
            raise ValueError(
                "ONNX Runtime {} cannot load {!r}: {}".format(module.__version__, path, error)
            ) from error

    def run(self, inputs: Dict[str, Any]) -> List[Any]:
        """Return the outputs in the order of the graph."""
        feed = {value.name: self._array(value, inputs[value.name]) for value in self.inputs}
        return self._session.run(self.output_names, feed)


class _OpenCvSession(_Session):
    """A model in OpenCV's dnn module, which computes in 32 bit floating point."""

    def __init__(self, module: Any, path: str) -> None:
        super().__init__(path)
        self._lock = threading.Lock()  # a network of OpenCV is not safe for threads
        try:
            self._net = module.dnn.readNetFromONNX(path)
        except Exception as error:
            raise ValueError(
                "OpenCV {} cannot load {!r}: {}; ONNX Runtime knows more operators: "
                "pip install onnxruntime".format(module.__version__, path, error)
            ) from error

    def run(self, inputs: Dict[str, Any]) -> List[Any]:
        """Return the outputs in the order of the graph."""
        import numpy

        with self._lock:
            for value in self.inputs:
                array = self._array(value, inputs[value.name])
                if array.dtype != numpy.float32:
                    array = array.astype(numpy.float32)
                self._net.setInput(numpy.ascontiguousarray(array), value.name)
            found = self._net.forward(self.output_names)
            return [self._output(value, item) for value, item in zip(self.outputs, found)]

    @staticmethod
    def _output(value: onnx_file.Value, found: Any) -> Any:
        """Return a copy, with the number of dimensions and the type that the model states."""
        import numpy

        wanted = _ELEMENT_TYPES.get(value.element_type, "float32")
        array = numpy.array(found, dtype=wanted)
        shape = value.shape
        if shape is not None and len(shape) != array.ndim:
            open_dimensions = [size for size in shape if size is None]
            if len(open_dimensions) <= 1:
                array = array.reshape([-1 if size is None else size for size in shape])
        return array


def _import_onnxruntime() -> Any:
    import onnxruntime

    return onnxruntime


def _import_opencv() -> Any:
    import cv2

    if not hasattr(cv2, "dnn"):
        raise ImportError("this build of cv2 has no dnn module")
    return cv2


_OPENERS = {
    "onnxruntime": (_import_onnxruntime, _OnnxRuntimeSession),
    "opencv": (_import_opencv, _OpenCvSession),
}
