// SPDX-License-Identifier: Apache-2.0
// Secrets planted in answers of the server get into no event, no outcome and no file.
#include "deploy_bench.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace aisprint::deploy {
namespace {

using clients::ImStateName;
using clients::test::Fault;
using clients::test::FaultKind;
using clients::test::ImCall;
using clients::test::InfraScript;

const std::string k_password = "planted-Password-17";
const std::string k_key = "-----BEGIN RSA PRIVATE KEY-----\nMIIplantedkey\n"
                          "-----END RSA PRIVATE KEY-----";
const std::string k_leak =
    "TASK failed: password=" + k_password + "\n" + k_key + "\nAuthorization: Bearer plantedtoken\n";

/// Everything that a run shows or leaves.
std::string everything(const test::Bench& bench, const Result<RunSummary>& summary) {
    std::string text;
    for (const Event& event : bench.events()) {
        text += event.component + event.url + event.message + "\n";
    }
    if (summary) {
        for (const ComponentOutcome& outcome : summary->components) {
            text += outcome.message + outcome.url + outcome.log_path + "\n";
        }
    } else {
        for (const Diagnostic& diagnostic : summary.error().diagnostics) {
            text += format_diagnostic(diagnostic);
        }
    }
    for (const auto& entry : std::filesystem::recursive_directory_iterator(bench.folder())) {
        text += read_file(entry.path()).value() + "\n";
        EXPECT_EQ(entry.status().permissions(), std::filesystem::perms(0600)) << entry.path();
    }
    return text;
}

void expect_no_secret(const std::string& text) {
    for (const char* secret : {"planted-Password-17", "MIIplantedkey", "plantedtoken"}) {
        EXPECT_THAT(text, testing::Not(testing::HasSubstr(secret)));
    }
}

test::Bench& prepared(test::Bench& bench) {
    bench.redactor.add(Secret(k_password));
    bench.units = {test::unit_of("c", {}, test::document_of("c", 1, "'" + k_password + "'"))};
    return bench;
}

TEST(Secrets, OfContextualisationStayHidden) {
    test::Bench bench;
    InfraScript script;
    script.last = ImStateName::unconfigured;
    script.contmsg = k_leak;
    prepared(bench).im.script("c", script);
    const std::string text = everything(bench, bench.deploy());
    EXPECT_THAT(text, testing::HasSubstr("TASK failed"));
    EXPECT_THAT(read_file(bench.folder() / "c.log").value(), testing::HasSubstr("***"));
    expect_no_secret(text);
}

TEST(Secrets, OfRefusalsStayHidden) {
    test::Bench bench;
    InfraScript script;
    script.refusal = "Error Creating Inf.: " + k_leak;
    prepared(bench).im.script("c", script);
    const std::string text = everything(bench, bench.deploy());
    EXPECT_THAT(text, testing::HasSubstr("***"));
    expect_no_secret(text);
}

TEST(Secrets, OfOutputsAreNotWrittenDown) {
    test::Bench bench;
    InfraScript script;
    script.outputs = R"({"password": ")" + k_password + R"("})";
    prepared(bench).im.script("c", script);
    expect_no_secret(everything(bench, bench.deploy()));
}

TEST(Secrets, OfErrorsStayHidden) {
    for (const ImCall call : {ImCall::create, ImCall::state, ImCall::contmsg, ImCall::outputs,
                              ImCall::remove, ImCall::list}) {
        for (const int status : {400, 401, 404, 500}) {
            test::Bench bench;
            prepared(bench).im.add_fault(
                {.call = call,
                 .nth = 1,
                 .times = 100,
                 .fault = {.kind = FaultKind::status, .status = status, .text = k_leak}});
            if (call == ImCall::list) {
                bench.im.add_fault({.call = ImCall::create,
                                    .nth = 1,
                                    .times = 1,
                                    .fault = {.kind = FaultKind::reset_after_reading}});
            }
            expect_no_secret(everything(bench, bench.deploy()));
            expect_no_secret(everything(bench, bench.remove()));
        }
    }
}

TEST(Secrets, OfPagesAndGarbageStayHidden) {
    test::Bench bench;
    prepared(bench).im.add_fault(
        {.call = ImCall::create,
         .nth = 1,
         .times = 100,
         .fault = {.kind = FaultKind::wrong_content_type, .text = k_leak}});
    expect_no_secret(everything(bench, bench.deploy()));
}

} // namespace
} // namespace aisprint::deploy
