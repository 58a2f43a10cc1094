// SPDX-License-Identifier: Apache-2.0
#include "aisprint/optimizer/predictor_inputs.hpp"

#include <cmath>

namespace aisprint::optimizer {

std::optional<double>
predictor_input(PredictorKind kind, const std::string& name, const PredictorQuery& query) {
    if (kind == PredictorKind::function_load) {
        if (name == "Lambda") {
            return query.load;
        }
        if (name == "warm_service_time") {
            return query.warm_s;
        }
        if (name == "cold_service_time") {
            return query.cold_s;
        }
        if (name == "expiration_time") {
            return query.idle_time_s;
        }
        return std::nullopt;
    }
    if (name == "cores" || name == "Parallelism") {
        return query.cores;
    }
    // the profiler's column is to base 10; log_cores of the trainer is a derived feature
    if (name == "log(cores)" || name == "log(Parallelism)") {
        return std::log10(query.cores);
    }
    if (name == "observed_throughput" && kind == PredictorKind::cores_and_load) {
        return query.load;
    }
    return std::nullopt;
}

} // namespace aisprint::optimizer
