// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>

namespace aisprint {

/// Where random names and passwords come from, so that tests can say what is drawn.
class RandomSource {
public:
    RandomSource() = default;
    RandomSource(const RandomSource&) = delete;
    RandomSource& operator=(const RandomSource&) = delete;
    virtual ~RandomSource() = default;

    /// A text of `length` characters, each of a-z and 0-9 equally likely.
    [[nodiscard]] virtual std::string draw(std::size_t length) = 0;
};

/// Draws from the operating system's generator for secrets.
class SystemRandomSource final : public RandomSource {
public:
    [[nodiscard]] std::string draw(std::size_t length) override;
};

} // namespace aisprint
