# SPDX-License-Identifier: Apache-2.0
"""Files that carry data from one segment of a component to the next.

The container is a zip archive without code: ``segment.json`` holds plain values and refers to
``arrays/N.npy``, NumPy files without pickled objects. The same data give the same bytes. Python's
pickle is an option (``container="pickle"`` or AISPRINT_SEGMENT_CONTAINER=pickle) for components
that forward other objects; it is never read without that option, since reading it runs code.
"""

import base64
import errno
import json
import math
import os
import struct
import sys
import zipfile
import zlib
from typing import Any, Dict, IO, List, Optional

__all__ = ["SegmentError", "load_segment", "save_segment"]

CONTAINER_VARIABLE = "AISPRINT_SEGMENT_CONTAINER"

_FORMAT = "aisprint-segment"
_VERSION = 1
_INDEX = "segment.json"
_MAX_DEPTH = 100
_ZIP64_LIMIT = (1 << 31) - (1 << 20)

# What reading a damaged archive raises, besides OSError for a seek to nowhere.
_DAMAGE = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    LookupError,
    ValueError,
    TypeError,
    ArithmeticError,
    EOFError,
    MemoryError,
    RuntimeError,
)


class SegmentError(ValueError):
    """A file is not a segment, is damaged, or is a pickle that may not be read."""


def save_segment(path: str, data: Any, container: Optional[str] = None) -> None:
    """Write ``data`` to exactly ``path``; a reader sees the old file or the whole new one.

    ``data`` may nest dictionaries, lists and tuples of strings, numbers, booleans, None, bytes,
    NumPy arrays and NumPy scalars. Raises TypeError, naming the key, for anything else.
    ``container`` is "npz" or "pickle"; by default AISPRINT_SEGMENT_CONTAINER, then "npz".
    """
    path = os.fspath(path)
    if _container(container) == "pickle":
        _write_atomically(path, lambda stream: _write_pickle(stream, data))
        return
    writer = _Writer()
    document = {"format": _FORMAT, "version": _VERSION, "data": writer.encode(data, [])}
    _write_atomically(path, lambda stream: _write_zip(stream, document, writer.arrays))


def load_segment(path: str, container: Optional[str] = None) -> Any:
    """Return what ``save_segment`` wrote to ``path``.

    Raises SegmentError for other or damaged files, and for a pickle unless ``container`` or
    AISPRINT_SEGMENT_CONTAINER is "pickle"; OSError when the file cannot be read.
    """
    path = os.fspath(path)
    pickle_allowed = _container(container) == "pickle"
    with open(path, "rb") as stream:
        start = stream.read(4)
        stream.seek(0)
        if start == b"PK\x03\x04":
            return _read_zip(stream, path)
        if pickle_allowed:
            return _read_pickle(stream, path)
    if start[:1] == b"\x80":
        raise SegmentError(
            "{!r} is a Python pickle, and reading one runs whatever code its writer put in; "
            "write segments with save_segment, or, only if you trust everyone who can write to "
            "this folder or bucket, set {}=pickle".format(path, CONTAINER_VARIABLE)
        )
    raise SegmentError(
        "{!r} is not a segment: it starts with {!r}, expected a zip archive written by "
        "save_segment".format(path, start)
    )


def _container(container: Optional[str]) -> str:
    value = container
    if value is None:
        value = os.environ.get(CONTAINER_VARIABLE) or "npz"
    if value not in ("npz", "pickle"):
        raise ValueError(
            "segment container {!r} is unknown, allowed are 'npz' and 'pickle'{}".format(
                value, "" if container else " (from {})".format(CONTAINER_VARIABLE)
            )
        )
    return value


class _Writer:
    """Turns data into a JSON document and a list of arrays."""

    def __init__(self) -> None:
        self.arrays: List[Any] = []
        self._numbers: Dict[int, int] = {}
        self._numpy = sys.modules.get("numpy")  # not imported: no value can be of its types

    def encode(self, value: Any, where: List[Any]) -> Any:
        if len(where) > _MAX_DEPTH:
            raise TypeError(
                "segment value at {} is nested deeper than {} levels, or contains itself".format(
                    _name(where[:3]) + "...", _MAX_DEPTH
                )
            )
        numpy = self._numpy
        if numpy is not None and isinstance(value, (numpy.ndarray, numpy.generic)):
            return self._encode_array(value, where)
        if value is None or isinstance(value, (bool, str)):
            return str(value) if isinstance(value, str) else value
        if isinstance(value, int):
            return int(value)
        if isinstance(value, float):
            value = float(value)
            return value if math.isfinite(value) else {"$float": repr(value)}
        if isinstance(value, (bytes, bytearray)):
            return {"$bytes": base64.b64encode(bytes(value)).decode("ascii")}
        if isinstance(value, dict):
            return self._encode_dict(value, where)
        if isinstance(value, list):
            return [self.encode(item, where + [i]) for i, item in enumerate(value)]
        if isinstance(value, tuple):
            return {"$tuple": [self.encode(item, where + [i]) for i, item in enumerate(value)]}
        raise _unsupported(value, where)

    def _encode_dict(self, value: Dict[Any, Any], where: List[Any]) -> Any:
        plain = all(isinstance(key, str) and not key.startswith("$") for key in value)
        if plain:
            return {str(key): self.encode(item, where + [key]) for key, item in value.items()}
        pairs = []
        for key, item in value.items():
            if not (key is None or isinstance(key, (bool, int, float, str, bytes, tuple))):
                raise TypeError(
                    "segment key {!r} at {} has the type {}; use a string or a number".format(
                        key, _name(where), type(key).__name__
                    )
                )
            pairs.append([self.encode(key, where + [key]), self.encode(item, where + [key])])
        return {"$map": pairs}

    def _encode_array(self, value: Any, where: List[Any]) -> Any:
        numpy = self._numpy
        kind = "$scalar" if isinstance(value, numpy.generic) else "$array"
        if isinstance(value, numpy.ma.MaskedArray):
            raise _unsupported(value, where, "forward .filled() and the mask as two arrays")
        array = numpy.asarray(value)
        if array.dtype.hasobject:
            raise _unsupported(
                value, where, "its elements are Python objects; use a numeric dtype or a list"
            )
        if array.dtype.kind == "V" and array.dtype.names is None:
            raise _unsupported(
                value,
                where,
                "its dtype {} has no NumPy file form; use .astype('float32')".format(array.dtype),
            )
        number = self._numbers.get(id(value))
        if number is None:
            number = len(self.arrays)
            self._numbers[id(value)] = number
            self.arrays.append((value, array))  # keeps the value, and so its id, alive
        return {kind: number}


def _unsupported(value: Any, where: List[Any], hint: str = "") -> TypeError:
    return TypeError(
        "segment value at {} has the type {}.{}, which cannot be written; {}".format(
            _name(where),
            type(value).__module__,
            type(value).__qualname__,
            hint
            or "forward strings, numbers, booleans, None, bytes, NumPy arrays, or lists, tuples "
            "and dictionaries of them (or set {}=pickle on all segments)".format(
                CONTAINER_VARIABLE
            ),
        )
    )


def _name(where: List[Any]) -> str:
    return "data" + "".join("[{!r}]".format(key) for key in where)


def _write_zip(stream: IO[bytes], document: Dict[str, Any], arrays: List[Any]) -> None:
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_STORED) as archive:
        text = json.dumps(document, ensure_ascii=True, allow_nan=False, separators=(",", ":"))
        with archive.open(_member(_INDEX), "w") as member:
            member.write(text.encode("ascii"))
        for number, (_, array) in enumerate(arrays):
            from numpy.lib import format as npy

            large = array.nbytes > _ZIP64_LIMIT
            name = "arrays/{}.npy".format(number)
            with archive.open(_member(name), "w", force_zip64=large) as member:
                npy.write_array(member, array, allow_pickle=False)


def _member(name: str) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
    info.create_system = 3
    info.external_attr = 0o644 << 16
    return info


def _read_zip(stream: IO[bytes], path: str) -> Any:
    try:
        with zipfile.ZipFile(stream) as archive:
            document = json.loads(archive.read(_INDEX).decode("utf-8"))
            if not isinstance(document, dict) or document.get("format") != _FORMAT:
                raise SegmentError("{!r} is no segment: {} is foreign".format(path, _INDEX))
            if document.get("version") != _VERSION:
                raise SegmentError(
                    "{!r} has segment version {!r}, this package reads {}; use the same aisprint "
                    "package in all segments".format(path, document.get("version"), _VERSION)
                )
            return _Reader(archive).decode(document["data"])
    except SegmentError:
        raise
    except _DAMAGE as error:
        raise SegmentError("{!r} is no segment or is damaged: {}".format(path, error)) from error
    except OSError as error:
        if error.errno != errno.EINVAL:
            raise
        raise SegmentError("{!r} is damaged: {}".format(path, error)) from error


class _Reader:
    """Turns the JSON document back into data, reading the arrays it refers to."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self._archive = archive
        self._arrays: Dict[int, Any] = {}

    def decode(self, node: Any) -> Any:
        if isinstance(node, list):
            return [self.decode(item) for item in node]
        if not isinstance(node, dict):
            return node
        if len(node) == 1:
            tag, content = next(iter(node.items()))
            if tag.startswith("$"):
                return self._decode_tagged(tag, content)
        return {key: self.decode(item) for key, item in node.items()}

    def _decode_tagged(self, tag: str, content: Any) -> Any:
        if tag == "$array":
            return self._array(content)
        if tag == "$scalar":
            return self._array(content)[()]
        if tag == "$tuple":
            return tuple(self.decode(item) for item in content)
        if tag == "$map":
            return {self.decode(key): self.decode(item) for key, item in content}
        if tag == "$bytes":
            return base64.b64decode(content, validate=True)
        if tag == "$float" and content in ("nan", "inf", "-inf"):
            return float(content)
        raise SegmentError("unknown element {!r} in {}".format(tag, _INDEX))

    def _array(self, number: Any) -> Any:
        if number not in self._arrays:
            from numpy.lib import format as npy

            with self._archive.open("arrays/{:d}.npy".format(number)) as member:
                self._arrays[number] = npy.read_array(member, allow_pickle=False)
                if member.read(1):  # to the end, so that the checksum is compared
                    raise SegmentError("arrays/{}.npy is too long".format(number))
        return self._arrays[number]


def _write_pickle(stream: IO[bytes], data: Any) -> None:
    import pickle

    pickle.dump(data, stream, protocol=4)


def _read_pickle(stream: IO[bytes], path: str) -> Any:
    import pickle

    try:
        return pickle.load(stream)
    except (pickle.UnpicklingError, EOFError, AttributeError, ImportError, IndexError) as error:
        raise SegmentError("{!r} is no readable pickle: {}".format(path, error)) from error


def _write_atomically(path: str, write: Any) -> None:
    folder, name = os.path.split(path)
    temporary = os.path.join(folder, ".{}.{}.tmp".format(name, os.getpid()))
    try:
        with open(temporary, "wb") as stream:
            write(stream)
        os.replace(temporary, path)
    except BaseException:
        try:
            os.unlink(temporary)
        except FileNotFoundError:
            pass
        raise
