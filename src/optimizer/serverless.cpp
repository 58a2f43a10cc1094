// SPDX-License-Identifier: Apache-2.0
#include "aisprint/optimizer/serverless.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <vector>

namespace aisprint::optimizer {

namespace {

/// States looked at beyond the one where arrivals stop opening instances faster than they expire,
/// and the most of them; both as in the original tool.
constexpr std::size_t k_further_states = 30;
constexpr std::size_t k_most_states = 1000;

/// Rate at which the m-th instance expires, as the sum of what it adds goes: it serves the share
/// `overflow` of the arrivals that its predecessors do not take.
double expiry_rate(double overflow, double warm_s, double idle_time_s) {
    const double stays = std::exp(-idle_time_s * overflow);
    if (stays <= 0) {
        return 0;
    }
    double cycle_s = 0;
    if (overflow > 0) {
        const double span_s = idle_time_s + warm_s;
        const double passed = overflow * span_s;
        cycle_s = -std::expm1(-passed) / overflow - span_s * std::exp(-passed);
    }
    return 1.0 / (idle_time_s + (1.0 / stays - 1.0) * cycle_s);
}

/// Chain over the number of warm instances: per state the rates up and down, the response time.
struct Chain {
    std::vector<double> up;
    std::vector<double> down;
    std::vector<double> time_s;
};

Chain build_chain(double rate, double warm_s, double cold_s, double idle_time_s) {
    const double offered = rate * warm_s;
    const double open_rate = 1.0 / cold_s;
    const auto rate_up = [&](double blocked) {
        return rate * blocked * open_rate / (rate * blocked + open_rate);
    };
    Chain chain{{rate_up(1.0)}, {0.0}, {cold_s}};
    double blocked = 1.0;
    double expiry = 0.0;
    std::size_t last = k_further_states;
    for (std::size_t m = 1; m <= last; ++m) {
        const double before = blocked;
        // Erlang's loss formula, by its recursion over the number of servers
        blocked = 1.0 / (1.0 + static_cast<double>(m) / (offered * before));
        expiry += expiry_rate(rate * (before - blocked), warm_s, idle_time_s);
        if (rate * blocked > expiry) {
            last = std::min(m + k_further_states, k_most_states);
        }
        chain.up.push_back(rate_up(blocked));
        chain.down.push_back(expiry);
        chain.time_s.push_back(m == k_most_states ? warm_s
                                                  : blocked * cold_s + (1.0 - blocked) * warm_s);
    }
    return chain;
}

} // namespace

double serverless_response_time(double rate, double warm_s, double cold_s, double idle_time_s) {
    if (rate <= 0) {
        return cold_s;
    }
    const Chain chain = build_chain(rate, warm_s, cold_s, idle_time_s);
    const std::size_t states = chain.up.size();
    // states below the last one that is never left downwards are transient
    std::size_t first = 0;
    for (std::size_t m = 1; m < states; ++m) {
        if (chain.down[m] == 0) {
            first = m;
        }
    }
    std::vector<double> logs{0.0};
    for (std::size_t m = first + 1; m < states; ++m) {
        logs.push_back(logs.back() + std::log(chain.up[m - 1]) - std::log(chain.down[m]));
    }
    const double largest = *std::max_element(logs.begin(), logs.end());
    double weights = 0;
    double time_s = 0;
    for (std::size_t at = 0; at < logs.size(); ++at) {
        const double weight = std::exp(logs[at] - largest);
        weights += weight;
        time_s += weight * chain.time_s[first + at];
    }
    return time_s / weights;
}

} // namespace aisprint::optimizer
