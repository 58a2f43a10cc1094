// SPDX-License-Identifier: Apache-2.0
#include "aisprint/optimizer/serverless.hpp"

#include "naive_evaluator.hpp"
#include "random_problem.hpp"

#include <gtest/gtest.h>

#include <cmath>

namespace aisprint::optimizer {
namespace {

TEST(Serverless, AgreesWithTheDenseSolution) {
    test::Random random(3);
    for (int at = 0; at < 400; ++at) {
        // 1e-4 .. 200 requests per second, evenly on a logarithmic scale
        const double rate = std::pow(10.0, random.between(-4, std::log10(200.0)));
        const double warm_s = random.between(0.05, 6);
        const double cold_s = warm_s * random.between(1.01, 3);
        const double idle_s = random.between(60, 1200);
        const double dense = test::naive_function_time(rate, warm_s, cold_s, idle_s);
        EXPECT_NEAR(serverless_response_time(rate, warm_s, cold_s, idle_s), dense, 1e-9 * dense)
            << "rate " << rate << ", warm " << warm_s << ", cold " << cold_s << ", idle " << idle_s;
    }
}

TEST(Serverless, GivesTheWorkedValue) {
    EXPECT_NEAR(serverless_response_time(0.35, 1.5, 2.5, 600), 1.5021153511, 5e-11);
}

TEST(Serverless, StartsColdWithoutArrivals) {
    EXPECT_EQ(serverless_response_time(0, 2, 3, 600), 3);
    EXPECT_NEAR(serverless_response_time(1e-9, 2, 3, 600), 3, 1e-5);
}

TEST(Serverless, IsWarmUnderHighLoad) {
    EXPECT_NEAR(serverless_response_time(400, 2, 3, 600), 2, 0.01);
}

TEST(Serverless, LiesBetweenWarmAndColdForExtremeInputs) {
    for (const double rate : {1e-12, 1e-6, 1e-3, 1.0, 1e3, 1e6}) {
        for (const double warm_s : {1e-6, 1e-2, 1.0, 100.0}) {
            for (const double idle_s : {1e-3, 1.0, 600.0, 1e6}) {
                for (const double factor : {1.0, 1.5, 1000.0}) {
                    const double cold_s = warm_s * factor;
                    const double time = serverless_response_time(rate, warm_s, cold_s, idle_s);
                    EXPECT_GE(time, warm_s * (1 - 1e-12))
                        << rate << " " << warm_s << " " << cold_s << " " << idle_s;
                    EXPECT_LE(time, cold_s * (1 + 1e-12))
                        << rate << " " << warm_s << " " << cold_s << " " << idle_s;
                }
            }
        }
    }
}

} // namespace
} // namespace aisprint::optimizer
