# SPDX-License-Identifier: Apache-2.0
"""Run-time package of AI-SPRINT components: annotations, inference, segments, monitoring."""

__version__ = "0.1.0"
