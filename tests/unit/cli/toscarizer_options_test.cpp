// SPDX-License-Identifier: Apache-2.0
#include "toscarizer_options.hpp"

#include "aisprint/base/files.hpp"

#include <gtest/gtest.h>

#include <sstream>

namespace aisprint::cli {
namespace {

/// The code of the only diagnostic of a failure, with its kind's exit code.
template <class T>
std::string code_of(const Result<T>& result) {
    if (result || result.error().diagnostics.size() != 1) {
        return "no single failure";
    }
    return result.error().diagnostics[0].code + " " +
           std::to_string(exit_code_of(result.error().kind));
}

class Registry : public testing::Test {
protected:
    Result<std::optional<tosca::RegistryAccess>> access(const RegistryArguments& arguments,
                                                        const std::string& input = "") {
        std::istringstream in(input);
        return to_registry_access(arguments, in);
    }

    std::string write(const std::string& text) {
        const auto path = m_scratch.path() / "config.json";
        EXPECT_TRUE(write_file_atomic(path, text));
        return path.string();
    }

    ScratchDirectory m_scratch;
};

TEST_F(Registry, NothingGivenIsNoRegistry) {
    const auto result = access({});
    ASSERT_TRUE(result);
    EXPECT_FALSE(result->has_value());
}

TEST_F(Registry, NeedsServerUserAndPassword) {
    EXPECT_EQ(code_of(access({"r.example.org", "", "", ""})), "CLI002 2");
    EXPECT_EQ(code_of(access({"r.example.org", "ann", "", ""})), "CLI002 2");
    EXPECT_EQ(code_of(access({"", "ann", "pw12", ""})), "CLI002 2");
    EXPECT_EQ(code_of(access({"", "", "", "config.json"})), "CLI002 2");
}

TEST_F(Registry, PasswordsCanComeFromStandardInput) {
    const auto typed = access({"r.example.org", "ann", "pw12", ""});
    ASSERT_TRUE(typed && *typed);
    EXPECT_EQ((*typed)->password.reveal(), "pw12");
    const auto read = access({"r.example.org", "ann", "-", ""}, "pw34\nmore\n");
    ASSERT_TRUE(read && *read);
    EXPECT_EQ((*read)->password.reveal(), "pw34");
    EXPECT_EQ((*read)->username, "ann");
}

TEST_F(Registry, PasswordsCanComeFromADockerConfiguration) {
    // "ann:p:w" in base 64
    const auto path = write(R"({"auths": {"r.example.org": {"auth": "YW5uOnA6dw=="}}})");
    const auto result = access({"r.example.org", "", "", path});
    ASSERT_TRUE(result && *result);
    EXPECT_EQ((*result)->username, "ann");
    EXPECT_EQ((*result)->password.reveal(), "p:w");
    EXPECT_EQ((*result)->server, "r.example.org");
}

TEST_F(Registry, OtherConfigurationsAreRefusedWithoutShowingThem) {
    for (const char* text :
         {"pw12", "[]", "{}", R"({"auths": 3})", R"({"auths": {}})",
          R"({"auths": {"r.example.org": 1}})", R"({"auths": {"r.example.org": {}}})",
          R"({"auths": {"r.example.org": {"auth": 5}}})",
          R"({"auths": {"r.example.org": {"auth": "?pw12"}}})",
          R"({"auths": {"r.example.org": {"auth": "YW5u"}}})"}) {
        const auto result = access({"r.example.org", "", "", write(text)});
        EXPECT_EQ(code_of(result), "CLI011 3") << text;
        EXPECT_EQ(result.error().diagnostics[0].message.find("pw12"), std::string::npos);
    }
    EXPECT_FALSE(access({"r.example.org", "", "", "/nowhere/config.json"}));
}

TEST(ChooseDeployment, ExactlyOne) {
    EXPECT_EQ(code_of(choose_deployment({"/tmp", false, false})), "CLI002 2");
    EXPECT_EQ(code_of(choose_deployment({"/tmp", true, true})), "CLI004 2");
    const auto chosen = choose_deployment({"/tmp", true, false});
    ASSERT_TRUE(chosen);
    EXPECT_EQ(chosen->kind, tosca::DeploymentKind::base);
    EXPECT_EQ(flag_of(chosen->kind), "--base");
    EXPECT_EQ(flag_of(tosca::DeploymentKind::optimal), "--optimal");
}

class Auth : public testing::Test {
protected:
    void put(const std::string& path) {
        std::filesystem::create_directories((m_scratch.path() / path).parent_path());
        ASSERT_TRUE(write_file_atomic(m_scratch.path() / path,
                                      "type = InfrastructureManager; username = ann; "
                                      "password = pw12\n",
                                      Access::owner_only));
    }

    [[nodiscard]] Result<LoadedAuth> load(const std::string& given = "") {
        const config::ApplicationFolder folder{m_scratch.path(), "app"};
        return load_auth({given, false}, &folder, "aisprint/deployments/base/im", m_reporter);
    }

    ScratchDirectory m_scratch;
    CollectingReporter m_reporter;
};

TEST_F(Auth, IsLookedForInTheApplicationAndThenInTheDeployment) {
    EXPECT_EQ(code_of(load()), "CLI010 3");
    put("aisprint/deployments/base/im/auth.dat");
    auto loaded = load();
    ASSERT_TRUE(loaded);
    EXPECT_EQ(loaded->shown_as, "app/aisprint/deployments/base/im/auth.dat");
    put("im/auth.dat");
    loaded = load();
    ASSERT_TRUE(loaded);
    EXPECT_EQ(loaded->shown_as, "app/im/auth.dat");
}

TEST_F(Auth, AFileThatIsNamedMustBeThere) {
    put("im/auth.dat");
    EXPECT_EQ(code_of(load("/nowhere/auth.dat")), "CLI010 3");
    put("mine.dat");
    const std::string mine = (m_scratch.path() / "mine.dat").string();
    const auto loaded = load(mine);
    ASSERT_TRUE(loaded);
    EXPECT_EQ(loaded->shown_as, mine);
}

TEST_F(Auth, WithoutAnApplicationItMustBeNamed) {
    EXPECT_EQ(code_of(load_auth({"", false}, nullptr, "", m_reporter)), "CLI010 3");
}

} // namespace
} // namespace aisprint::cli
