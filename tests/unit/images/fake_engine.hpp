// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "aisprint/base/files.hpp"
#include "aisprint/images/build.hpp"

#include <cstddef>
#include <string>
#include <vector>

namespace aisprint::images {

/// A stand-in for a container engine: a shell script that writes down how it is called, keeps the
/// labels of what it "builds", and fails or waits when it is told to.
class FakeEngine {
public:
    explicit FakeEngine(EngineKind kind = EngineKind::docker);

    [[nodiscard]] Engine engine() const;
    [[nodiscard]] const std::filesystem::path& folder() const { return m_scratch.path(); }

    /// Its calls so far, one line each.
    [[nodiscard]] std::vector<std::string> calls() const;
    /// How many of them contain all of these texts.
    [[nodiscard]] std::size_t count(const std::string& a, const std::string& b = {}) const;
    void forget_calls() const;

    /// Calls that contain `pattern` print `text` and fail; an empty pattern ends that.
    void fail_on(const std::string& pattern, const std::string& text = "no luck") const;
    /// Call number `call` (from 1) waits until it is killed or wait_no_more() is called.
    void wait_at(std::size_t call) const;
    void wait_no_more() const;
    /// Returns when a call waits.
    void await_waiting() const;
    /// References that were pushed, sorted.
    [[nodiscard]] std::vector<std::string> pushed() const;
    /// Forgets the images, as after a clean-up of the machine.
    void remove_images() const;

private:
    ScratchDirectory m_scratch;
    EngineKind m_kind;
};

} // namespace aisprint::images
