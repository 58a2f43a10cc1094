// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace aisprint::optimizer {

/// Mean response time in seconds of a serverless function under Poisson arrivals: warm instances
/// serve at once, otherwise a cold start adds one, and idle ones are stopped after `idle_time_s`.
/// `rate` in requests per second, at least 0; `warm_s`, `cold_s` above 0. Without arrivals every
/// request would start cold. The model is the birth-death chain over the number of warm instances
/// of Mahmoudi and Khazaei, "Performance Modeling of Serverless Computing Platforms", IEEE
/// Transactions on Cloud Computing 10(4), 2022, solved in product form.
[[nodiscard]] double
serverless_response_time(double rate, double warm_s, double cold_s, double idle_time_s);

} // namespace aisprint::optimizer
