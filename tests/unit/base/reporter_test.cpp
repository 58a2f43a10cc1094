// SPDX-License-Identifier: Apache-2.0
#include "aisprint/base/reporter.hpp"

#include <gtest/gtest.h>

namespace aisprint {
namespace {

TEST(FailOnErrors, HandsOnWarningsInTheirOrder) {
    CollectingReporter reporter;
    EXPECT_TRUE(fail_on_errors({}, reporter));
    EXPECT_TRUE(fail_on_errors({as_warning(make_error("CFG001", "one", "do this")),
                                as_warning(make_error("CFG002", "two", "do that"))},
                               reporter));
    ASSERT_EQ(reporter.diagnostics().size(), 2U);
    EXPECT_EQ(reporter.diagnostics()[0].code, "CFG001");
    EXPECT_EQ(reporter.diagnostics()[1].code, "CFG002");
}

TEST(FailOnErrors, FailsWithTheErrorsAndStillTellsTheWarnings) {
    CollectingReporter reporter;
    const Result<void> result = fail_on_errors({make_error("CFG003", "three", "do this"),
                                                as_warning(make_error("CFG001", "one", "do that")),
                                                make_error("CFG004", "four", "do this")},
                                               reporter);
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().kind, ErrorKind::input);
    ASSERT_EQ(result.error().diagnostics.size(), 2U);
    EXPECT_EQ(result.error().diagnostics[0].code, "CFG003");
    EXPECT_EQ(result.error().diagnostics[1].code, "CFG004");
    ASSERT_EQ(reporter.diagnostics().size(), 1U);
    EXPECT_EQ(reporter.diagnostics()[0].code, "CFG001");
}

} // namespace
} // namespace aisprint
