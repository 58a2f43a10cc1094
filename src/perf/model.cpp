// SPDX-License-Identifier: Apache-2.0
#include "aisprint/perf/model.hpp"
