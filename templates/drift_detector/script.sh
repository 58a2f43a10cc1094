#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Starts the drift detector; its settings come from the environment, see main.py.
cd "$(dirname "$0")" && exec python main.py "$@"
