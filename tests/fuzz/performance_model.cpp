// SPDX-License-Identifier: Apache-2.0
// Performance models: whatever can be read predicts finite times above 0.
#include "aisprint/base/result.hpp"
#include "aisprint/perf/model.hpp"

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace aisprint;
    const auto model = perf::parse_model(SourceFile("model.json", std::string(data, data + size)));
    if (!model) {
        AISPRINT_ASSERT(!model.error().diagnostics.empty());
        return 0;
    }
    for (const double value : {-1.0, 0.0, 0.5, 4.0, 1e9}) {
        const std::vector<double> values((*model)->inputs().size(), value);
        const perf::Prediction prediction = (*model)->predict(values, 0.9);
        AISPRINT_ASSERT(std::isfinite(prediction.value) && prediction.value > 0);
        AISPRINT_ASSERT(!prediction.lower || *prediction.lower <= prediction.value);
        AISPRINT_ASSERT(!prediction.upper || *prediction.upper >= prediction.value);
    }
    return 0;
}
