// SPDX-License-Identifier: Apache-2.0
// Any bytes as a model file: reading, searching cuts and writing the best one never crashes.
#include "aisprint/base/files.hpp"
#include "aisprint/partition/cuts.hpp"
#include "aisprint/partition/write.hpp"

#include <cstddef>
#include <cstdint>
#include <string>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace aisprint;
    static const ScratchDirectory folder;
    const std::filesystem::path file = folder.path() / "model.onnx";
    const std::string bytes(data, data + size);
    AISPRINT_ASSERT(write_new_file(file, bytes).has_value());
    CollectingReporter reporter;
    const Result<partition::Model> model = partition::load_model(file, "model.onnx", {}, reporter);
    if (model) {
        partition::CutOptions options;
        options.max_tensors = 3;
        const auto search = partition::find_cuts(*model, options, reporter);
        AISPRINT_ASSERT(search.has_value());
        if (!search->cuts.empty()) {
            // A refusal is fine, a crash is not.
            const auto halves =
                partition::write_halves(*model, search->cuts.front(), folder.path() / "first.onnx",
                                        folder.path() / "second.onnx");
            AISPRINT_ASSERT(halves || !halves.error().diagnostics.empty());
        }
    }
    return 0;
}
