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

/// Puts trials together that differ in the number of trees only, or, of techniques whose trees do
/// not depend on each other, in their depth; boosted trees are cut by their number alone, for the
/// next tree depends on the depth of the last one. Of SVR, those that differ in what their kernel
/// does not look at.
[[nodiscard]] std::vector<Family> families_of(Technique technique,
                                              const std::vector<Trial>& trials);

} // namespace aisprint::training
