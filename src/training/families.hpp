// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "evaluator.hpp"

#include <cstddef>
#include <vector>

namespace aisprint::training {

/// A trial by its number, as a part of the largest trial of its family.
struct Member {
    std::size_t trial = 0;
    Part part;
};

/// Trials that one fit serves: each is a part of the largest one.
struct Family {
    Trial largest;
    std::vector<Member> members;
};

/// Puts trials together that differ in the number of trees only, or, where trees look at all
/// features and nothing is drawn while they grow, in their depth. Boosted trees are cut by their
/// number alone: the next tree depends on the depth of the last one.
[[nodiscard]] std::vector<Family> families_of(Technique technique,
                                              const std::vector<Trial>& trials);

} // namespace aisprint::training
