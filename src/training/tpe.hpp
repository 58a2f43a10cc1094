// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "random.hpp"
#include "search.hpp"

#include <optional>
#include <vector>

namespace aisprint::training {

/// Where a search looked: one number for each prior. The logarithm, for priors of logarithms; the
/// number of the choice, for choices.
using Point = std::vector<double>;

/// The hyper-parameters at a point.
[[nodiscard]] Parameters with_point(const SearchSpace& space, const Point& point);

/// The point where these hyper-parameters lie; nothing if that is outside of the priors, or they
/// say nothing of one.
[[nodiscard]] std::optional<Point> point_of(const SearchSpace& space, const Parameters& parameters);

/// A point drawn from the priors.
[[nodiscard]] Point draw_point(const SearchSpace& space, Random& random);

/// The next point, from what was seen: that of 24 drawn near the good ones that is the least like
/// the bad ones, in each coordinate on its own.
[[nodiscard]] Point propose_point(const SearchSpace& space,
                                  const std::vector<Point>& points,
                                  const std::vector<Scored>& scored,
                                  Random& random);

} // namespace aisprint::training
