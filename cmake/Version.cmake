# SPDX-License-Identifier: Apache-2.0
# The one place that names the version.
set(AISPRINT_VERSION 0.1.0)
