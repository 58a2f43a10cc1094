// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "aisprint/profiling/backend.hpp"

#include <filesystem>
#include <string>
#include <vector>

namespace aisprint::profiling {

/// An upload that is to be made.
struct UploadStep {
    double seconds = 0; ///< after the beginning of the run
    std::filesystem::path file;
    std::string key;
};

/// When which input goes up under which name. One file is uploaded in every place of every batch,
/// as STEM_NUMBER.EXTENSION; several files once each, under their own names, in batches. A wait
/// lies between batches, drawn from the request's seed. Single inputs are numbered through.
[[nodiscard]] std::vector<UploadStep> plan_uploads(const RunRequest& request);

/// The same for objects that go through a single service again: each once, under its own name,
/// in as many batches as the request says (one object each if there are fewer objects). After a
/// synchronous test they go up interval by interval, at its rate; a rest of objects does not.
[[nodiscard]] std::vector<UploadStep>
plan_replay(const RunRequest& request, const std::vector<std::filesystem::path>& objects);

/// The name of an input that is uploaded several times: STEM_NUMBER.EXTENSION.
[[nodiscard]] std::string numbered(const std::filesystem::path& file, std::size_t number);

} // namespace aisprint::profiling
