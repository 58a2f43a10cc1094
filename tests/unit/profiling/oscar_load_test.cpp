// SPDX-License-Identifier: Apache-2.0
#include "oscar_load.hpp"

#include "oscar_fake.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace aisprint::profiling {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

Unit unit_on(const std::string& id, const std::string& resource) {
    Unit unit;
    unit.id = id;
    unit.component = "a";
    unit.partition = "a";
    unit.service = "a";
    unit.resource = resource;
    unit.cpu = 0.9;
    unit.memory_mb = 512;
    return unit;
}

TEST(OscarLoad, WorkflowsThatBeginWithFunctionsAreRefused) {
    Testbed testbed;
    ResourceFacts machine;
    machine.name = "VM1";
    ResourceFacts function;
    function.name = "F1";
    function.is_function = true;
    testbed.resources = {machine, function};
    testbed.units = {unit_on("C1@VM1", "VM1"), unit_on("C2@F1", "F1"), unit_on("C1@F1", "F1")};
    testbed.deployments = {{{0, 1}}};
    EXPECT_THAT(check_first_units(testbed), IsEmpty());
    testbed.deployments = {{{0, 1}}, {{2, 1}}, {{2, 1}}};
    const auto errors = check_first_units(testbed);
    ASSERT_THAT(errors, SizeIs(1));
    EXPECT_EQ(errors[0].code, "PRF085");
    EXPECT_THAT(errors[0].message, HasSubstr("C1@F1 is a cloud function"));
}

class CalledService : public ::testing::Test {
protected:
    CalledService() {
        clusters["VM1"] = test::fake_cluster("VM1", "v3.6.4");
        request.services.resize(2);
        request.services[0].unit = &unit;
        request.services[0].parallelism = 4;
        request.services[1].unit = &unit;
        request.services[1].position = 1;
        request.load = SynchronousLoad();
        request.load->pre_allocated = 3;
    }

    Unit unit = unit_on("C1@VM1", "VM1");
    OscarClusters clusters;
    RunRequest request;
    const std::map<std::string, std::string> images{{"C1@VM1", "reg/a:1"}};
};

TEST_F(CalledService, ReadsNoBucketAndHasPodsThatWait) {
    auto sites = make_sites(request, clusters, images);
    ASSERT_THAT(sites, SizeIs(2));
    clients::OscarService service = describe(sites[0], "owner");
    EXPECT_THAT(service.inputs, IsEmpty());
    EXPECT_THAT(service.outputs, SizeIs(1));
    EXPECT_EQ(service.min_scale, 3);
    EXPECT_EQ(service.max_scale, 4);
    service = describe(sites[1], "owner");
    EXPECT_THAT(service.inputs, SizeIs(1));
    EXPECT_EQ(service.min_scale, 0);
    EXPECT_EQ(service.max_scale, 0);

    request.load->pre_allocated = 9; // no bound may be below it
    sites = make_sites(request, clusters, images);
    EXPECT_EQ(describe(sites[0], "owner").max_scale, 9);
    request.load.reset();
    sites = make_sites(request, clusters, images);
    EXPECT_THAT(describe(sites[0], "owner").inputs, SizeIs(1));
    EXPECT_EQ(describe(sites[0], "owner").max_scale, 0);
}

TEST_F(CalledService, NeedsAClusterThatServesCalls) {
    const auto sites = make_sites(request, clusters, images); // the fake one tells of no backend
    const auto refused = check_calls_possible(sites);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().diagnostics[0].code, "PRF085");
    request.load.reset();
    EXPECT_TRUE(check_calls_possible(make_sites(request, clusters, images)));
}

} // namespace
} // namespace aisprint::profiling
