// SPDX-License-Identifier: Apache-2.0
#include "aisprint/deploy/plan.hpp"

namespace aisprint::deploy {

std::string to_string(ActionKind kind) {
    switch (kind) {
    case ActionKind::create:
        return "create";
    case ActionKind::adopt:
        return "adopt";
    case ActionKind::resume:
        return "resume";
    case ActionKind::keep:
        return "keep";
    case ActionKind::update:
        return "update";
    case ActionKind::replace:
        return "replace";
    case ActionKind::remove:
        return "delete";
    }
    return {};
}

} // namespace aisprint::deploy
