// SPDX-License-Identifier: Apache-2.0
#include "aisprint/clients/im_auth.hpp"

#include "im_server_auth.hpp"

#include "aisprint/base/files.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <random>

namespace aisprint::clients {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

constexpr const char* k_manager = "id = im; type = InfrastructureManager; username = ann; "
                                  "password = pw1";

/// "CODE line:column" of each.
std::vector<std::string> places(const std::vector<Diagnostic>& diagnostics) {
    std::vector<std::string> result;
    for (const Diagnostic& item : diagnostics) {
        result.push_back(item.code + " " + std::to_string(item.span.line) + ":" +
                         std::to_string(item.span.column));
    }
    return result;
}

class ImAuthTest : public testing::Test {
protected:
    Result<ImAuth> parse(const std::string& text, AuthCommands commands = AuthCommands::refused) {
        return parse_im_auth(SourceFile("auth.dat", text), m_folder.path(), commands, m_reporter);
    }

    /// What a server makes of the header of a text that must be good.
    std::vector<std::map<std::string, std::string>>
    at_server(const std::string& text, AuthCommands commands = AuthCommands::refused) {
        const Result<ImAuth> auth = parse(text, commands);
        EXPECT_TRUE(auth.has_value()) << format_diagnostic(auth.error().diagnostics.front());
        return auth ? test::parse_authorization(auth->header_value().reveal())
                    : std::vector<std::map<std::string, std::string>>{};
    }

    /// Places of what is wrong with a text that must be bad.
    std::vector<std::string> errors(const std::string& text) {
        const Result<ImAuth> auth = parse(text);
        EXPECT_FALSE(auth.has_value());
        return auth ? std::vector<std::string>{} : places(auth.error().diagnostics);
    }

    std::vector<std::string> warnings(const std::string& text) {
        const std::size_t before = m_reporter.diagnostics().size();
        EXPECT_TRUE(parse(text).has_value());
        std::vector<Diagnostic> added(m_reporter.diagnostics().begin() +
                                          static_cast<std::ptrdiff_t>(before),
                                      m_reporter.diagnostics().end());
        return places(added);
    }

    ScratchDirectory m_folder;
    CollectingReporter m_reporter;
};

TEST_F(ImAuthTest, ReadsTheUsualForm) {
    const Result<ImAuth> auth = parse("# mine\r\n"
                                      "id = im; type = InfrastructureManager; username = ann; "
                                      "password = 'a;b=c'\r\n"
                                      "\r\n"
                                      "id=os1;type=OSCAR;host=https://oscar.example.org;"
                                      "username=oscar;password=\"p'w\";\r\n");
    ASSERT_TRUE(auth.has_value());
    ASSERT_EQ(auth->credentials().size(), 2U);
    const ImCredential& first = auth->credentials().front();
    EXPECT_EQ(first.id, "im");
    EXPECT_EQ(first.type, "InfrastructureManager");
    EXPECT_EQ(first.field("password"), "a;b=c");
    EXPECT_EQ(first.field("host"), "");
    EXPECT_EQ(first.span.line, 2U);
    EXPECT_EQ(auth->credentials().back().field("password"), "p'w");
    EXPECT_TRUE(auth->has_type("OSCAR"));
    EXPECT_FALSE(auth->has_type("EC2"));
    EXPECT_THAT(m_reporter.diagnostics(), IsEmpty());
}

TEST_F(ImAuthTest, HeaderIsReadBackByAServer) {
    const auto credentials =
        at_server("id = im; type = InfrastructureManager; username = ann; "
                  "password = 'a;b=c'\n"
                  "id = os1; type = OpenStack; host = h:1; username = \xc3\xa9; "
                  "password = -----BEGIN\\nx\\\\ny-----; tenant = t");
    ASSERT_EQ(credentials.size(), 2U);
    EXPECT_EQ(credentials[0].at("password"), "a;b=c");
    EXPECT_EQ(credentials[1].at("username"), "\xe9");
    EXPECT_EQ(credentials[1].at("password"), "-----BEGIN\nx\ny-----");
    EXPECT_EQ(credentials[1].at("id"), "os1");
}

TEST_F(ImAuthTest, HeaderOfAnyValueIsReadBackByAServer) {
    std::mt19937_64 random(7);
    const std::vector<std::string> pieces = {"a",     "B", "'",  "\"",   ";",        "=",
                                             "\\",    "#", " ",  "\t",   "\xc3\xa9", "n",
                                             "file(", ")", "\n", "\\\\", ",",        "${x}"};
    int tried = 0;
    for (int round = 0; round < 20000; ++round) {
        std::string value;
        std::string expected;
        for (std::size_t count = random() % 7; count > 0; --count) {
            const std::string& piece = pieces[random() % pieces.size()];
            value += piece;
            expected += piece == "\xc3\xa9" ? "\xe9" : piece;
        }
        std::string json;
        for (const char letter : value) {
            json += letter == '\n'                    ? "\\n"
                    : letter == '\t'                  ? "\\t"
                    : letter == '"' || letter == '\\' ? std::string("\\") + letter
                                                      : std::string(1, letter);
        }
        const Result<ImAuth> auth =
            parse(R"([{"type": "InfrastructureManager", "username": "u", "password": "p"},)"
                  R"({"id": "d", "type": "Dummy", "other": ")" +
                  json + R"(", "z": "last"}])");
        if (!auth) { // values that no header can hold, and files that are not there
            for (const Diagnostic& diagnostic : auth.error().diagnostics) {
                EXPECT_THAT(diagnostic.code, testing::AnyOf("IMC015", "IMC012"));
            }
            continue;
        }
        ++tried;
        const auto seen = test::parse_authorization(auth->header_value().reveal());
        ASSERT_EQ(seen.size(), 2U) << json;
        EXPECT_EQ(seen[1].at("other"), expected) << json;
        EXPECT_EQ(seen[1].at("z"), "last") << json;
        EXPECT_EQ(auth->header_value().reveal().find_first_of("\r\n"), std::string::npos);
    }
    EXPECT_GT(tried, 8000);
}

TEST_F(ImAuthTest, ReadsJson) {
    const auto credentials = at_server("\n[ {\"type\": \"InfrastructureManager\",\n"
                                       "    \"username\": \"a\\u00e9\\\"\", \"password\": 12},\n"
                                       "  {\"id\": \"x\", \"type\": \"Dummy\", \"host\": null}]\n");
    ASSERT_EQ(credentials.size(), 2U);
    EXPECT_EQ(credentials[0].at("username"), "a\xe9\"");
    EXPECT_EQ(credentials[0].at("password"), "12");
    EXPECT_EQ(credentials[1].count("host"), 0U);
}

TEST_F(ImAuthTest, JsonErrorsHavePlaces) {
    EXPECT_THAT(errors("[{\"type\": \"EC2\",\n  \"password\": [1]}]"), ElementsAre("IMC010 2:15"));
    EXPECT_THAT(errors("[{\"type\": \"EC2\""), ElementsAre("IMC010 1:15"));
    EXPECT_THAT(errors("[1]"), ElementsAre("IMC010 1:2"));
    EXPECT_THAT(errors("[] x"), ElementsAre("IMC025 0:0", "IMC010 1:4"));
    EXPECT_THAT(errors("[{\"ty\\qpe\": \"EC2\"}]"), ElementsAre("IMC010 1:3"));
}

TEST_F(ImAuthTest, ReadsABearerToken) {
    const Result<ImAuth> auth = parse("# token\nBearer abc.DEF-1_2~3+4/5=\n");
    ASSERT_TRUE(auth.has_value());
    EXPECT_EQ(auth->header_value().reveal(), "Bearer abc.DEF-1_2~3+4/5=");
    EXPECT_TRUE(auth->has_type("InfrastructureManager"));
    EXPECT_THAT(errors("Bearer abc def"), ElementsAre("IMC011 1:11"));
    EXPECT_THAT(errors(std::string("Bearer abc\n") + k_manager), ElementsAre("IMC011 1:1"));
}

TEST_F(ImAuthTest, AllErrorsComeAtOnceWithPlaces) {
    EXPECT_THAT(errors("type = InfrastructureManager; username = u; password = a=b\n"
                       "id = one; type = OpenNebula; host = h:1; username = u; password = 'p\n"
                       "id = two; type = EC2; username = u;; password =\n"
                       "id = 3x; type = Lambda; username = u; password = p\n"
                       "id = 4; id = 5; pass word = x; alone\n"),
                ElementsAre("IMC007 1:45", "IMC006 2:67", "IMC007 3:36", "IMC009 3:38",
                            "IMC022 4:1", "IMC023 4:6", "IMC023 5:6", "IMC008 5:9", "IMC008 5:17",
                            "IMC007 5:32"));
}

TEST_F(ImAuthTest, RefusesWhatNoHeaderCanHold) {
    const std::string line = std::string(k_manager) + "\nid = d; type = Dummy; x = ";
    EXPECT_THAT(errors(line + "a\x01z"), ElementsAre("IMC004 2:28"));
    EXPECT_THAT(errors(line + "a\xc2\x85z"), ElementsAre("IMC004 2:28"));
    EXPECT_THAT(errors(line + "a\xe2\x82\xac"
                              "b\xe2\x82\xac"),
                ElementsAre("IMC005 2:28", "IMC005 2:30"));
    EXPECT_THAT(errors(line + "a\xff"), ElementsAre("IMC003 2:28"));
    EXPECT_THAT(errors(line + "' a'"), ElementsAre("IMC015 2:27"));
    EXPECT_THAT(errors(line + "\"a \""), ElementsAre("IMC015 2:27"));
    EXPECT_THAT(errors(line + "'\xc2\xa0"
                              "a'"),
                ElementsAre("IMC015 2:27"));
}

TEST_F(ImAuthTest, CommentsMayHoldAnything) {
    EXPECT_TRUE(
        parse(std::string("\xEF\xBB\xBF# \xe2\x82\xac 'x\n  # a=b=c\n") + k_manager).has_value());
}

TEST_F(ImAuthTest, ReadsFilesBesideIt) {
    ASSERT_TRUE(write_file_atomic(m_folder.path() / "key.pem", "-----BEGIN\nabc\n-----END\n\n"));
    const auto credentials =
        at_server(std::string(k_manager) + "\nid = d; type = Dummy; x = file(key.pem); y = 'z'");
    ASSERT_EQ(credentials.size(), 2U);
    EXPECT_EQ(credentials[1].at("x"), "-----BEGIN\nabc\n-----END");
    const Result<ImAuth> absent =
        parse(std::string(k_manager) + "\nid = d; type = Dummy; x = file(no.pem)");
    ASSERT_FALSE(absent.has_value());
    EXPECT_THAT(places(absent.error().diagnostics), ElementsAre("IMC012 2:27"));
    EXPECT_THAT(absent.error().diagnostics[0].message, HasSubstr("no.pem"));
}

TEST_F(ImAuthTest, RunsCommandsOnlyWhenAllowed) {
    const std::string text =
        std::string(k_manager) + "\nid = d; type = Dummy; x = command(printf 'a b'); y = c";
    EXPECT_THAT(errors(text), ElementsAre("IMC013 2:27"));
    const std::string quoted =
        std::string(k_manager) + "\nid = d; type = Dummy; x = \"command(printf 'a b')\"; y = c";
    EXPECT_EQ(at_server(quoted, AuthCommands::allowed).at(1).at("x"), "a b");
    const Result<ImAuth> failing =
        parse(std::string(k_manager) + "\nid = d; type = Dummy; x = command(echo pw9 >&2; exit 3)",
              AuthCommands::allowed);
    ASSERT_FALSE(failing.has_value()); // the semicolon ends the value, as for a server
}

TEST_F(ImAuthTest, AFailingCommandShowsNothingOfItself) {
    const Result<ImAuth> auth = parse(
        std::string(k_manager) + "\nid = d; type = Dummy; x = 'command(echo hunter22 >&2; exit 3)'",
        AuthCommands::allowed);
    ASSERT_FALSE(auth.has_value());
    EXPECT_THAT(places(auth.error().diagnostics), ElementsAre("IMC014 2:27"));
    EXPECT_THAT(auth.error().diagnostics[0].message, HasSubstr("exit code 3"));
    EXPECT_THAT(format_diagnostic(auth.error().diagnostics[0]), Not(HasSubstr("hunter22")));
}

TEST_F(ImAuthTest, TypesNeedTheirFields) {
    const std::string start = std::string(k_manager) + "\n";
    EXPECT_THAT(errors(start + "id = a; type = EC2; username = u"), ElementsAre("IMC022 2:1"));
    EXPECT_THAT(errors(start + "id = a; type = OpenStack"),
                ElementsAre("IMC022 2:1", "IMC022 2:1", "IMC022 2:1", "IMC022 2:1"));
    EXPECT_THAT(errors(start + "id = a; type = OSCAR; host = h; username = ''; password = p"),
                ElementsAre("IMC022 2:1"));
    EXPECT_THAT(errors(start + "id = a; type = Lambda; username = u; password = p"),
                ElementsAre("IMC022 2:1"));
    EXPECT_THAT(errors(start + "type = DeployedNode"), ElementsAre("IMC022 2:1"));
    EXPECT_THAT(errors(start + "id = a; username = u"), ElementsAre("IMC020 2:1"));
    EXPECT_TRUE(parse(start + "id = a; type = OSCAR; host = h; token = t").has_value());
    EXPECT_TRUE(parse("type = InfrastructureManager; token = t").has_value());
    EXPECT_THAT(errors("# nothing\n"), ElementsAre("IMC025 0:0"));
    EXPECT_THAT(errors(start + "id = im; type = Dummy"), ElementsAre("IMC024 2:6"));
}

TEST_F(ImAuthTest, WarnsOfWhatIsProbablyWrong) {
    const std::string start = std::string(k_manager) + "\n";
    EXPECT_THAT(warnings(start + "id = a; type = ec2; username = u"), ElementsAre("IMC021 2:16"));
    EXPECT_EQ(m_reporter.diagnostics().back().hint, "did you mean EC2?");
    EXPECT_THAT(warnings(start + "type = Dummy"), ElementsAre("IMC028 2:1"));
    EXPECT_THAT(warnings("type = InfrastructureManager; token = t\n" + start),
                ElementsAre("IMC026 2:1"));
    EXPECT_THAT(warnings("id = e; type = EC2; username = u; password = p\n" + start +
                         "id = d; type = Dummy"),
                ElementsAre("IMC027 1:1"));
    EXPECT_THAT(warnings("id = e; type = EC2; username = u; password = p\n" + start), IsEmpty());
}

TEST_F(ImAuthTest, DiagnosticsNeverShowValues) {
    const std::vector<std::string> texts = {
        "id = im; type = InfrastructureManager; username = ann; password = hunter22=x",
        "id = im; type = InfrastructureManager; username = ann; password = a;hunter22",
        "id = im; type = InfrastructureManager; username = ann; password = 'hunter22",
        "id = im; type = InfrastructureManager; username = ann; hunter22 hunter22 = a",
        "id = hunter22; type = hunter22; x = ' hunter22'\nid = hunter22; type = EC2",
        "[{\"type\": \"hunter22\", \"x\": {\"hunter22\"}}]",
        "[{\"type\": \"hunter22\", \"hunter 22hunter22\": hunter22}]",
        "Bearer hunter22 hunter22",
        "Basic hunter22"};
    for (const std::string& text : texts) {
        const Result<ImAuth> auth = parse(text);
        ASSERT_FALSE(auth.has_value()) << text;
        for (const Diagnostic& diagnostic : auth.error().diagnostics) {
            EXPECT_THAT(format_diagnostic(diagnostic), Not(HasSubstr("hunter22")));
        }
    }
    for (const Diagnostic& diagnostic : m_reporter.diagnostics()) {
        EXPECT_THAT(format_diagnostic(diagnostic), Not(HasSubstr("hunter22")));
    }
}

TEST_F(ImAuthTest, TellsTheRedactorItsSecrets) {
    const Result<ImAuth> auth =
        parse(std::string(k_manager) +
              "\nid = o; type = OSCAR; host = cluster.example; username = oscar; password = pw22"
              "\nid = e; type = EC2; username = AKDUMMY; password = SKDUMMY"
              "\nid = k; type = Dummy; key = abcdefghijklmnopqr\\nline-of-twenty-chars\\nxy");
    ASSERT_TRUE(auth.has_value());
    Redactor redactor;
    auth->add_secrets(redactor);
    EXPECT_EQ(redactor.redact("ann@cluster.example pw22 AKDUMMY SKDUMMY oscar"),
              "ann@cluster.example *** *** *** oscar");
    EXPECT_EQ(redactor.redact("> line-of-twenty-chars"), "> ***");
}

TEST_F(ImAuthTest, LoadsFilesAndLooksAtTheirMode) {
    const std::filesystem::path path = m_folder.path() / "auth.dat";
    const auto load = [&] {
        return load_im_auth(path, "im/auth.dat", AuthCommands::refused, m_reporter);
    };
    const Result<ImAuth> absent = load();
    ASSERT_FALSE(absent.has_value());
    EXPECT_EQ(absent.error().kind, ErrorKind::input);
    EXPECT_EQ(absent.error().diagnostics[0].code, "IMC001");
    EXPECT_EQ(absent.error().diagnostics[0].message, "IM auth data does not exist: im/auth.dat");
    ASSERT_TRUE(write_file_atomic(path, k_manager, Access::owner_only).has_value());
    EXPECT_TRUE(load().has_value());
    EXPECT_THAT(m_reporter.diagnostics(), IsEmpty());
    std::filesystem::permissions(path, std::filesystem::perms{0640});
    EXPECT_TRUE(load().has_value());
    ASSERT_EQ(m_reporter.diagnostics().size(), 1U);
    EXPECT_EQ(m_reporter.diagnostics()[0].code, "IMC002");
    EXPECT_THAT(m_reporter.diagnostics()[0].message, HasSubstr("mode 0640"));
}

TEST_F(ImAuthTest, ReadsThePublishedFiles) {
    const std::filesystem::path data = AISPRINT_SHARED_DATA;
    const std::filesystem::path path = data / "toscarizer/app_demo/im/auth.dat";
    if (!std::filesystem::exists(path)) {
        GTEST_SKIP() << "no reference data";
    }
    const Result<ImAuth> auth = load_im_auth(path, "auth.dat", AuthCommands::refused, m_reporter);
    ASSERT_TRUE(auth.has_value());
    EXPECT_EQ(auth->credentials().size(), 4U);
    EXPECT_EQ(test::parse_authorization(auth->header_value().reveal()).at(0).at("host"),
              "server:2633");
}

} // namespace
} // namespace aisprint::clients
