// SPDX-License-Identifier: Apache-2.0
// The program in process, with streams of strings.
#include "aisprint/cli/run.hpp"

#include "command.hpp"

#include "aisprint/base/files.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <sstream>

namespace aisprint::cli {
namespace {

namespace fs = std::filesystem;

class Run : public testing::Test {
protected:
    void SetUp() override {
        m_previous = fs::current_path();
        fs::current_path(m_scratch.path());
        ::setenv("AISPRINT_TEMPLATES", AISPRINT_SOURCE_DIR "/templates", 1);
    }
    void TearDown() override { fs::current_path(m_previous); }

    int run(std::vector<std::string> arguments, const std::string& input = "") {
        arguments.insert(arguments.begin(), "aisprint");
        std::istringstream in(input);
        std::ostringstream out;
        std::ostringstream err;
        Environment environment{in, out, err};
        const int code = cli::run(arguments, environment);
        m_out = out.str();
        m_err = err.str();
        return code;
    }

    [[nodiscard]] bool says(const std::string& text) const {
        return m_err.find(text) != std::string::npos;
    }

    void copy_example(const std::string& name) {
        fs::copy(fs::path(AISPRINT_SOURCE_DIR) / "examples" / name, name,
                 fs::copy_options::recursive);
    }

    ScratchDirectory m_scratch;
    fs::path m_previous;
    std::string m_out;
    std::string m_err;
};

TEST_F(Run, HelpInEveryForm) {
    EXPECT_EQ(run({}), 0);
    const std::string general = m_out;
    EXPECT_NE(general.find("design"), std::string::npos);
    EXPECT_LT(general.find("design"), general.find("check")) << "the guide's commands come first";
    EXPECT_EQ(run({"--help"}), 0);
    EXPECT_EQ(run({"-h"}), 0);
    EXPECT_EQ(run({"help"}), 0);
    for (const Command& command : commands()) {
        EXPECT_EQ(run({command.name, "--help"}), 0) << command.name;
        const std::string text = m_out;
        EXPECT_NE(text.find(command.examples.at(0)), std::string::npos) << command.name;
        EXPECT_EQ(run({"help", command.name}), 0);
        EXPECT_EQ(m_out, text);
        EXPECT_EQ(run({command.name, "--no_such_option", "-h"}), 0) << "-h works anywhere";
        EXPECT_EQ(m_err, "");
    }
}

TEST_F(Run, HelpTopics) {
    for (const char* topic : {"environment", "exit-codes", "formats"}) {
        EXPECT_EQ(run({"help", topic}), 0) << topic;
        EXPECT_FALSE(m_out.empty());
    }
    EXPECT_EQ(run({"help", "nothing"}), 2);
    EXPECT_TRUE(says("[CLI001]"));
}

TEST_F(Run, Version) {
    EXPECT_EQ(run({"--version"}), 0);
    EXPECT_TRUE(m_out.starts_with("aisprint ")) << m_out;
}

TEST_F(Run, UnknownCommandsAreSuggested) {
    EXPECT_EQ(run({"desing"}), 2);
    EXPECT_TRUE(says("no such command 'desing' [CLI001]"));
    EXPECT_TRUE(says("did you mean 'design'?"));
    EXPECT_EQ(m_out, "");
    EXPECT_EQ(run({"--json", "desing"}), 2);
    EXPECT_NE(m_out.find("\"code\": \"CLI001\""), std::string::npos);
    EXPECT_EQ(m_err, "");
}

TEST_F(Run, UnknownOptionsAreSuggested) {
    EXPECT_EQ(run({"design", "--aplication_dir", "x"}), 2);
    EXPECT_TRUE(says("[CLI003]")) << m_err;
    EXPECT_TRUE(says("did you mean '--application_dir'?")) << m_err;
    EXPECT_EQ(run({"check", "surplus"}), 2);
    EXPECT_TRUE(says("unexpected argument 'surplus' [CLI003]")) << m_err;
}

TEST_F(Run, MissingAndWrongValues) {
    EXPECT_EQ(run({"design"}), 2);
    EXPECT_TRUE(says("missing option '--application_dir' [CLI002]")) << m_err;
    EXPECT_EQ(run({"partition"}), 2);
    EXPECT_TRUE(says("[CLI002]")) << m_err;
    EXPECT_EQ(run({"design", "--max_deployments", "many"}), 2);
    EXPECT_TRUE(says("[CLI004]")) << m_err;
    EXPECT_EQ(run({"design", "--application_dir"}), 2);
    EXPECT_EQ(run({"check", "--color", "pink"}), 2);
    EXPECT_EQ(run({"--chdir", "nowhere", "check"}), 2);
    EXPECT_TRUE(says("[CLI004]")) << m_err;
    EXPECT_EQ(run({"schema", "nothing"}), 2);
    EXPECT_EQ(run({"schema", "--all"}), 2);
    EXPECT_EQ(run({"completion", "tcsh"}), 2);
}

TEST_F(Run, ApplicationThatIsNotThere) {
    EXPECT_EQ(run({"check", "--application_dir", "nowhere"}), 3);
    EXPECT_TRUE(says("[DSN002]")) << m_err;
    EXPECT_EQ(run({"design", "--application-dir", "nowhere"}), 3) << "hyphens will do";
    EXPECT_FALSE(fs::exists("nowhere"));
}

TEST_F(Run, NewApplication) {
    EXPECT_EQ(run({"new-application", "--application_name", "my_app"}), 0);
    EXPECT_EQ(m_out, "\n\n[AI-SPRINT]: Done! New 'my_app' AI-SPRINT application created.\n");
    EXPECT_TRUE(fs::is_regular_file("my_app/common_config/application_dag.yaml"));
    EXPECT_NE(read_file("my_app/common_config/application_dag.yaml").value().find("name: my_app"),
              std::string::npos);
    EXPECT_EQ(run({"new-application", "--application_name", "my_app"}), 1);
    EXPECT_TRUE(says("directory already exists [DSN004]")) << m_err;
    for (const char* name : {"../x", "a b", "a/b", ".x", "-x"}) {
        EXPECT_EQ(run({"new-application", std::string("--application_name=") + name}), 2) << name;
        EXPECT_TRUE(says("[DSN003]")) << m_err;
    }
    EXPECT_EQ(std::distance(fs::directory_iterator("."), fs::directory_iterator()), 1)
        << "nothing half-made is left";
}

TEST_F(Run, NewApplicationAsksForTheName) {
    EXPECT_EQ(run({"new-application"}, "typed\n"), 0);
    EXPECT_TRUE(says("application_name [ai-sprint_example_app]: "));
    EXPECT_TRUE(fs::is_directory("typed"));
    EXPECT_EQ(run({"new-application"}, "\n"), 0);
    EXPECT_TRUE(fs::is_directory("ai-sprint_example_app"));
}

TEST_F(Run, NewApplicationAsksNothingWithoutInput) {
    EXPECT_EQ(run({"new-application", "--no_input"}, "typed\n"), 0);
    EXPECT_FALSE(says("application_name ["));
    EXPECT_TRUE(fs::is_directory("ai-sprint_example_app"));
}

TEST_F(Run, SkeletonGetsHelpfulErrors) {
    ASSERT_EQ(run({"new-application", "--application_name", "a"}), 0);
    EXPECT_EQ(run({"check", "--application_dir", "a"}), 3);
    EXPECT_TRUE(says("no components declared in application_dag.yaml [CFG010]")) << m_err;
    EXPECT_TRUE(says("candidate_deployments.yaml")) << m_err;
    EXPECT_TRUE(says("candidate_resources.yaml")) << m_err;
    EXPECT_TRUE(says("a/src")) << m_err;
}

TEST_F(Run, CheckWritesNothing) {
    copy_example("mask_detection");
    EXPECT_EQ(run({"check", "--application_dir", "mask_detection"}), 0) << m_err;
    EXPECT_NE(m_out.find("2 components, 2 deployments"), std::string::npos) << m_out;
    EXPECT_FALSE(fs::exists("mask_detection/aisprint"));
    EXPECT_EQ(run({"design", "--application_dir", "mask_detection", "--dry_run"}), 0) << m_err;
    EXPECT_FALSE(fs::exists("mask_detection/aisprint"));
}

TEST_F(Run, DesignFromInsideAndOutside) {
    copy_example("mask_detection");
    EXPECT_EQ(run({"design", "--application_dir", "mask_detection/"}), 0) << m_err;
    EXPECT_NE(m_out.find("application: mask_detection\n"), std::string::npos) << m_out;
    EXPECT_NE(m_out.find("Done! Application designs and base deployment ready."),
              std::string::npos);
    EXPECT_TRUE(fs::exists("mask_detection/aisprint/deployments/deployment1"));
    EXPECT_EQ(run({"--chdir", "mask_detection", "design", "--quiet"}), 0) << m_err;
    EXPECT_EQ(m_out, "");
}

TEST_F(Run, DesignAsJson) {
    copy_example("mask_detection");
    EXPECT_EQ(run({"design", "--application_dir", "mask_detection", "--json"}), 0);
    const auto document = nlohmann::json::parse(m_out);
    EXPECT_EQ(document["command"], "design");
    EXPECT_EQ(document["ok"], true);
    EXPECT_EQ(document["result"]["deployments"], (nlohmann::json{"base", "deployment1"}));
    EXPECT_EQ(document["result"]["partitioned"].size(), 1U);
    EXPECT_EQ(m_err, "");
}

TEST_F(Run, Schemas) {
    EXPECT_EQ(run({"schema"}), 0);
    EXPECT_NE(m_out.find("candidate_resources"), std::string::npos);
    EXPECT_EQ(run({"schema", "application_dag"}), 0);
    EXPECT_TRUE(nlohmann::json::parse(m_out).contains("properties"));
    EXPECT_EQ(run({"schema", "--all", "--out", "schemas"}), 0);
    EXPECT_TRUE(fs::is_regular_file("schemas/application_dag.schema.json"));
    EXPECT_EQ(run({"schema", "aplication_dag"}), 2);
    EXPECT_TRUE(says("did you mean 'application_dag'?")) << m_err;
}

TEST_F(Run, Completion) {
    for (const char* shell : {"bash", "zsh", "fish"}) {
        EXPECT_EQ(run({"completion", shell}), 0);
        EXPECT_NE(m_out.find("application_dir"), std::string::npos) << shell;
        EXPECT_NE(m_out.find("new-application"), std::string::npos) << shell;
    }
}

TEST_F(Run, CompletionKnowsSubcommandsAndHidesWhatIsHidden) {
    ASSERT_EQ(run({"completion", "bash"}), 0);
    EXPECT_NE(m_out.find("\"toscarizer fdl\") words=\"--help --application_dir"),
              std::string::npos);
    EXPECT_NE(m_out.find("complete -F _aisprint aisprint toscarizer\n"), std::string::npos);
    EXPECT_EQ(m_out.find("toska"), std::string::npos) << "aliases are understood, not shown";
    EXPECT_EQ(m_out.find("--resume"), std::string::npos);
    ASSERT_EQ(run({"completion", "fish"}), 0);
    EXPECT_NE(m_out.find("'__fish_seen_subcommand_from toscarizer' -a deploy"), std::string::npos);
}

TEST_F(Run, SubcommandsAreFoundByTheirWholeName) {
    ASSERT_NE(find_command("toscarizer deploy"), nullptr);
    EXPECT_EQ(find_command("toscarizer deploy")->name, "deploy");
    EXPECT_EQ(find_command("toscarizer toska"), find_command("toscarizer tosca"));
    EXPECT_EQ(find_command("deploy"), nullptr);
    EXPECT_EQ(find_command("toscarizer deploy now"), nullptr);
    EXPECT_EQ(find_command(""), nullptr);
}

TEST_F(Run, SubcommandsHaveHelpInEveryForm) {
    EXPECT_EQ(run({"toscarizer"}), 0);
    const std::string group = m_out;
    EXPECT_EQ(run({"toscarizer", "--help"}), 0);
    EXPECT_EQ(m_out, group);
    EXPECT_EQ(run({"help", "toscarizer"}), 0);
    EXPECT_EQ(m_out, group);
    EXPECT_EQ(group.find("toska"), std::string::npos);
    for (const Command& command : find_command("toscarizer")->subcommands) {
        EXPECT_NE(group.find("  " + command.name + " "), std::string::npos) << command.name;
        EXPECT_EQ(run({"toscarizer", command.name, "--help"}), 0) << command.name;
        const std::string text = m_out;
        EXPECT_GE(command.examples.size(), 2U) << command.name;
        EXPECT_NE(text.find(command.examples.at(0)), std::string::npos) << command.name;
        EXPECT_EQ(run({"help", "toscarizer", command.name}), 0) << command.name;
        EXPECT_EQ(m_out, text);
        EXPECT_EQ(run({"-h", "toscarizer", command.name}), 0) << command.name;
        EXPECT_EQ(m_out, text);
        EXPECT_EQ(m_err, "");
    }
    EXPECT_EQ(run({"toscarizer", "toska", "--help"}), 0);
    EXPECT_NE(m_out.find("Usage: aisprint toscarizer tosca "), std::string::npos) << m_out;
}

TEST_F(Run, UnknownSubcommandsAreSuggested) {
    EXPECT_EQ(run({"toscarizer", "delpoy"}), 2);
    EXPECT_TRUE(says("no such command 'toscarizer delpoy' [CLI001]")) << m_err;
    EXPECT_TRUE(says("did you mean 'deploy'?")) << m_err;
    EXPECT_EQ(run({"toscarizer", "anything"}), 2);
    EXPECT_TRUE(says("'aisprint toscarizer --help' lists the commands")) << m_err;
    EXPECT_EQ(run({"help", "toscarizer", "fld"}), 2);
    EXPECT_EQ(run({"fdl"}), 2) << "a subcommand needs its command";
    EXPECT_EQ(run({"toscarizer", "fdl", "--optimall"}), 2);
    EXPECT_TRUE(says("did you mean '--optimal'?")) << m_err;
}

TEST_F(Run, GlobalOptionsStandAnywhereAroundSubcommands) {
    for (const std::vector<std::string>& arguments :
         {std::vector<std::string>{"--json", "toscarizer", "fdl", "--base"},
          {"toscarizer", "--json", "fdl", "--base"},
          {"toscarizer", "fdl", "--base", "--json"},
          {"--color", "never", "toscarizer", "--max_errors", "2", "fdl", "--base", "--json"}}) {
        EXPECT_EQ(run(arguments), 2) << "no application here";
        const auto document = nlohmann::json::parse(m_out);
        EXPECT_EQ(document["command"], "toscarizer fdl");
        EXPECT_EQ(document["diagnostics"][0]["code"], "CLI002");
        EXPECT_EQ(m_err, "");
    }
}

TEST_F(Run, NumbersAreExplainedByTheirSign) {
    const std::vector<std::string> deploy{"toscarizer", "deploy", "--base"};
    const auto with = [&](const char* option, const char* value) {
        std::vector<std::string> arguments = deploy;
        arguments.insert(arguments.end(), {option, value});
        return arguments;
    };
    EXPECT_EQ(run(with("--parallel", "0")), 2);
    EXPECT_TRUE(says("--parallel is '0', must be more than 0 [CLI004]")) << m_err;
    EXPECT_EQ(run(with("--poll", "-1")), 2);
    EXPECT_TRUE(says("--poll is '-1', must not be negative [CLI004]")) << m_err;
    EXPECT_EQ(run(with("--timeout", "soon")), 2);
    EXPECT_TRUE(says("[CLI004]")) << m_err;
    EXPECT_EQ(run({"toscarizer", "docker"}), 2);
    EXPECT_TRUE(says("missing option '--registry' [CLI002]")) << m_err;
}

TEST_F(Run, OneDeploymentAtATime) {
    for (const char* command : {"tosca", "fdl", "validate", "deploy", "status", "outputs"}) {
        EXPECT_EQ(run({"toscarizer", command, "--application_dir", "."}), 2) << command;
        EXPECT_TRUE(says("--base or --optimal options must be set [CLI002]")) << m_err;
        EXPECT_EQ(run({"toscarizer", command, "--base", "--optimal"}), 2) << command;
        EXPECT_TRUE(says("--base and --optimal exclude each other [CLI004]")) << m_err;
    }
}

TEST_F(Run, ToscarizerIsAProgramOfItsOwn) {
    const auto run_as = [this](std::vector<std::string> arguments) {
        std::istringstream in;
        std::ostringstream out;
        std::ostringstream err;
        Environment environment{in, out, err};
        const int code = cli::run(arguments, environment);
        m_out = out.str();
        m_err = err.str();
        return code;
    };
    EXPECT_EQ(run({"toscarizer", "deploy", "--help"}), 0);
    const std::string text = m_out;
    EXPECT_EQ(run_as({"/usr/bin/toscarizer", "deploy", "--help"}), 0);
    EXPECT_EQ(m_out, text);
    EXPECT_EQ(run_as({"toscarizer"}), 0);
    EXPECT_NE(m_out.find("Usage: aisprint toscarizer "), std::string::npos) << m_out;
    EXPECT_EQ(run_as({"toscarizer", "check"}), 2) << "other commands are not part of it";
    EXPECT_EQ(run_as({"toscarizer", "fdl"}), 2);
    EXPECT_TRUE(says("[CLI002]")) << m_err;
}

} // namespace
} // namespace aisprint::cli
