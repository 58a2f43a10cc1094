# SPDX-License-Identifier: Apache-2.0
"""Reads the inputs and outputs of an ONNX file, without the package ``onnx``.

Only the few fields that are needed are decoded; everything else, weights included, is skipped by
its length, so the time does not depend on the size of the weights.
"""

import mmap
from typing import Any, Iterator, List, NamedTuple, Optional, Tuple

__all__ = ["Interface", "Value", "read_interface"]

Value = NamedTuple(
    "Value",
    [("name", str), ("element_type", int), ("shape", Optional[Tuple[Optional[int], ...]])],
)
Value.__doc__ = """A graph input or output: its name, ONNX element type (0: not stated) and shape.

The shape is None when not stated; a dimension is None when it is not a fixed number.
"""

Interface = NamedTuple("Interface", [("inputs", List[Value]), ("outputs", List[Value])])
Interface.__doc__ = """The inputs of a model, initializers left out, and its outputs, in order."""


def read_interface(path: str) -> Interface:
    """Return inputs and outputs of the model in the file ``path``.

    Raises OSError when it cannot be read and ValueError when it is not an ONNX model.
    """
    with open(path, "rb") as stream:
        try:
            data = mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ)
        except ValueError:
            raise ValueError("{!r} is empty, expected an ONNX model".format(path)) from None
        with data:
            try:
                return _read_model(data)
            except (IndexError, UnicodeDecodeError, _WireError) as error:
                raise ValueError("{!r} is not an ONNX model: {}".format(path, error)) from error


class _WireError(Exception):
    """The bytes are not a protobuf message, or not the expected one."""


def _read_model(data: Any) -> Interface:
    graph = None
    for field, kind, begin, end in _fields(data, 0, len(data)):
        if field == 7 and kind == 2:
            graph = (begin, end)
    if graph is None:
        raise _WireError("it has no graph")
    inputs = []
    outputs = []
    initializers = set()
    for field, kind, begin, end in _fields(data, graph[0], graph[1]):
        if kind != 2:
            continue
        if field == 5:
            initializers.add(_name_of(data, begin, end, 8))
        elif field == 11:
            inputs.append(_read_value(data, begin, end))
        elif field == 12:
            outputs.append(_read_value(data, begin, end))
        elif field == 15:
            for inner, inner_kind, inner_begin, inner_end in _fields(data, begin, end):
                if inner == 1 and inner_kind == 2:
                    initializers.add(_name_of(data, inner_begin, inner_end, 8))
    if not outputs:
        raise _WireError("its graph has no outputs")
    return Interface([value for value in inputs if value.name not in initializers], outputs)


def _read_value(data: Any, begin: int, end: int) -> Value:
    name = ""
    element_type = 0
    shape = None
    for field, kind, first, last in _fields(data, begin, end):
        if field == 1 and kind == 2:
            name = data[first:last].decode("utf-8")
        elif field == 2 and kind == 2:  # TypeProto
            for inner, inner_kind, inner_first, inner_last in _fields(data, first, last):
                if inner == 1 and inner_kind == 2:  # TypeProto.Tensor
                    element_type, shape = _read_tensor_type(data, inner_first, inner_last)
    return Value(name, element_type, shape)


def _read_tensor_type(data: Any, begin: int, end: int) -> Tuple[int, Any]:
    element_type = 0
    shape = None
    for field, kind, first, last in _fields(data, begin, end):
        if field == 1 and kind == 0:
            element_type = first
        elif field == 2 and kind == 2:  # TensorShapeProto
            dimensions = []
            for inner, inner_kind, inner_first, inner_last in _fields(data, first, last):
                if inner == 1 and inner_kind == 2:
                    dimensions.append(_read_dimension(data, inner_first, inner_last))
            shape = tuple(dimensions)
    return element_type, shape


def _read_dimension(data: Any, begin: int, end: int) -> Optional[int]:
    for field, kind, first, _ in _fields(data, begin, end):
        if field == 1 and kind == 0:
            return first if first < 1 << 63 else None
    return None


def _name_of(data: Any, begin: int, end: int, number: int) -> str:
    for field, kind, first, last in _fields(data, begin, end):
        if field == number and kind == 2:
            return data[first:last].decode("utf-8")
    return ""


def _fields(data: Any, position: int, end: int) -> Iterator[Tuple[int, int, int, int]]:
    """Yield (field number, wire type, first, last) of a message.

    first and last bound the content of a length-delimited field; for a varint, first is its value.
    """
    while position < end:
        key, position = _varint(data, position, end)
        field, kind = key >> 3, key & 7
        if field == 0:
            raise _WireError("field number 0 at byte {}".format(position))
        if kind == 0:
            value, position = _varint(data, position, end)
            yield field, kind, value, position
            continue
        if kind == 2:
            length, position = _varint(data, position, end)
        elif kind == 1:
            length = 8
        elif kind == 5:
            length = 4
        else:
            raise _WireError("wire type {} at byte {}".format(kind, position))
        if position + length > end:
            raise _WireError("field {} at byte {} runs past its end".format(field, position))
        yield field, kind, position, position + length
        position += length


def _varint(data: Any, position: int, end: int) -> Tuple[int, int]:
    value = 0
    for shift in range(0, 70, 7):
        if position >= end:
            raise _WireError("truncated at byte {}".format(position))
        byte = data[position]
        position += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value, position
    raise _WireError("overlong number at byte {}".format(position))
