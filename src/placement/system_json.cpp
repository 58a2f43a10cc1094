// SPDX-License-Identifier: Apache-2.0
#include "aisprint/placement/system_json.hpp"
