# SPDX-License-Identifier: Apache-2.0
"""For versions of pip and setuptools that need this file; everything is in setup.cfg."""

from setuptools import setup

setup()
