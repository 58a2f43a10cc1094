# SPDX-License-Identifier: Apache-2.0
"""Reads the text entry that mask-monitor puts into its PNG files."""

import struct


def text_of_png(data):
    """The text entry `aisprint` of a PNG file, or None."""
    at = 8
    while at + 12 <= len(data):
        length, kind = struct.unpack(">I4s", data[at:at + 8])
        body = data[at + 8:at + 8 + length]
        if kind == b"tEXt" and body.startswith(b"aisprint\0"):
            return body[9:].decode("latin-1")
        at += 12 + length
    return None
