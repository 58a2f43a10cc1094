// SPDX-License-Identifier: Apache-2.0
#include "aisprint/images/build.hpp"

#include "application.hpp"
#include "engine.hpp"
#include "fake_engine.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>
#include <sys/stat.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

namespace aisprint::images {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

const char* const k_containers = "aisprint/designs/containers.yaml";
const char* const k_lock = "aisprint/designs/containers.lock.yaml";
const std::vector<std::string> k_references{
    "ecr.io/repo:writer_base_amd64",         "r.io/reader_base_amd64:latest",
    "r.io/reader_base_arm64:latest",         "r.io/reader_partition1_1_arm64:latest",
    "r.io/reader_partition1_2_amd64:latest", "r.io/writer_base_amd64:latest"};

class Build : public testing::Test {
protected:
    BuildPlan plan() {
        PlanOptions options;
        options.registry = "r.io";
        options.ecr = "ecr.io/repo";
        options.sconify = m_sconify;
        auto result = make_build_plan(m_application.folder(), options, m_application.reporter);
        EXPECT_TRUE(result.has_value());
        return result.value_or(BuildPlan{});
    }

    BuildOptions options() {
        BuildOptions result;
        result.engine = m_fake.engine();
        result.parallel = 1;
        result.log_folder = m_application.path("logs");
        return result;
    }

    BuildSummary run(const BuildOptions& chosen, const std::stop_token& stop = {}) {
        m_events.clear();
        auto summary = build_images(
            m_application.folder(), plan(), chosen,
            [this](const ImageEvent& event) { m_events.push_back(event); }, stop);
        EXPECT_TRUE(summary.has_value());
        return summary.value_or(BuildSummary{});
    }

    [[nodiscard]] std::size_t events(ImageEventKind kind) const {
        return static_cast<std::size_t>(std::ranges::count_if(
            m_events, [kind](const ImageEvent& event) { return event.kind == kind; }));
    }

    Application m_application;
    FakeEngine m_fake;
    std::vector<ImageEvent> m_events;
    std::string m_sconify;
};

TEST_F(Build, BuildsAndPushesInOrder) {
    const BuildSummary summary = run(options());
    EXPECT_THAT(summary.errors, IsEmpty());
    EXPECT_FALSE(summary.interrupted);
    ASSERT_EQ(summary.images.size(), 6U);
    EXPECT_EQ(summary.images[0].image.name, "reader_base_arm64");
    EXPECT_THAT(summary.images[0].digest, testing::StartsWith("sha256:"));
    EXPECT_EQ(m_fake.pushed(), k_references);
    std::vector<std::string> kinds;
    for (const std::string& call : m_fake.calls()) {
        kinds.push_back(call.substr(0, call.find(' ')));
    }
    ASSERT_GE(kinds.size(), 3U);
    EXPECT_EQ(kinds[0], "image"); // is it there?
    EXPECT_EQ(kinds[1], architecture_of_machine() == "arm64" ? "build" : "buildx");
    EXPECT_EQ(kinds[2], "push");
    EXPECT_EQ(kinds.size(), 18U);
    EXPECT_THAT(m_application.read(k_containers),
                HasSubstr("    - r.io/writer_base_amd64:latest\n"
                          "    - ecr.io/repo:writer_base_amd64\n"));
    EXPECT_THAT(m_application.read(k_lock), HasSubstr("digest: " + summary.images[0].digest));
    EXPECT_EQ(events(ImageEventKind::building), 6U);
    EXPECT_EQ(events(ImageEventKind::pushing), 6U);
    EXPECT_EQ(events(ImageEventKind::done), 6U);
}

TEST_F(Build, LeavesNoRecipesBehindUnlessAsked) {
    BuildOptions chosen = options();
    run(chosen);
    EXPECT_FALSE(m_application.has("aisprint/designs/writer/base/Dockerfile"));
    EXPECT_FALSE(m_application.has("aisprint/designs/writer/base/Dockerfile.aws"));
    EXPECT_TRUE(m_application.has("aisprint/designs/writer/base/script.sh"));
    chosen.keep = KeepContexts::yes;
    run(chosen);
    EXPECT_TRUE(m_application.has("aisprint/designs/writer/base/Dockerfile.aws"));
}

TEST_F(Build, GivesScriptsTheRightToRunAndKeepsFilesOfTheUser) {
    m_application.write("aisprint/designs/writer/base/requirements.txt", "numpy\n");
    m_application.write("aisprint/designs/writer/base/.dockerignore", "data\n");
    run(options());
    EXPECT_EQ(m_application.read("aisprint/designs/writer/base/requirements.txt"), "numpy\n");
    EXPECT_EQ(m_application.read("aisprint/designs/writer/base/.dockerignore"), "data\n");
    EXPECT_EQ(m_application.read("aisprint/designs/writer/base/requirements.sys"), "");
    const auto mode =
        fs::status(m_application.path("aisprint/designs/writer/base/start.sh")).permissions();
    EXPECT_NE(mode & fs::perms::others_exec, fs::perms::none);
}

TEST_F(Build, SkipsWhatDidNotChange) {
    run(options());
    m_fake.forget_calls();
    const std::string lock = m_application.read(k_lock);
    EXPECT_EQ(run(options()).images.size(), 6U);
    EXPECT_THAT(m_fake.calls(), IsEmpty());
    EXPECT_EQ(events(ImageEventKind::unchanged), 6U);
    EXPECT_EQ(m_application.read(k_lock), lock);

    m_application.write("aisprint/designs/reader/base/main.py", "print('new')\n");
    m_application.write("aisprint/designs/writer/base/__pycache__/main.pyc", "x");
    run(options());
    EXPECT_EQ(m_fake.count("push"), 2U);
    EXPECT_EQ(m_fake.count("push r.io/reader_base_"), 2U);

    m_fake.forget_calls();
    BuildOptions chosen = options();
    chosen.skip = SkipUnchanged::no;
    run(chosen);
    EXPECT_EQ(m_fake.count("--tag"), 6U);
}

TEST_F(Build, WithoutTheLockImagesOfTheEngineAreTakenByTheirLabel) {
    run(options());
    ASSERT_TRUE(remove_tree(m_application.path(k_lock)).has_value());
    m_fake.forget_calls();
    run(options());
    EXPECT_EQ(m_fake.count("--tag"), 0U);
    EXPECT_EQ(m_fake.count("push"), 6U);
}

TEST_F(Build, WithoutPushImagesHaveToBeHere) {
    BuildOptions chosen = options();
    chosen.push = Push::no;
    EXPECT_EQ(run(chosen).images.size(), 6U);
    EXPECT_THAT(m_fake.pushed(), IsEmpty());
    run(chosen);
    EXPECT_EQ(events(ImageEventKind::unchanged), 6U);
    m_fake.remove_images();
    run(chosen);
    EXPECT_EQ(events(ImageEventKind::building), 6U);
    // What is only here is not in the registry yet.
    run(options());
    EXPECT_EQ(m_fake.pushed(), k_references);
    EXPECT_EQ(events(ImageEventKind::building), 0U);
}

TEST_F(Build, AFailureDoesNotStopTheOthersAndIsGoneOnFrom) {
    m_fake.fail_on("--tag r.io/reader_partition1_1", "step one\nstep two: exec format error");
    BuildSummary summary = run(options());
    ASSERT_THAT(codes(summary.errors), ElementsAre("IMG022"));
    EXPECT_EQ(summary.errors.front().message,
              "cannot build image reader_partition1_1_arm64: step two: exec format error");
    EXPECT_THAT(summary.errors.front().hint, HasSubstr("QEMU"));
    EXPECT_EQ(summary.images.size(), 5U);
    EXPECT_THAT(m_application.read(k_containers), Not(HasSubstr("partition1_1")));
    EXPECT_TRUE(m_application.has("aisprint/designs/reader/partition1_1/Dockerfile"));
    EXPECT_FALSE(m_application.has("aisprint/designs/reader/base/Dockerfile"));
    EXPECT_EQ(events(ImageEventKind::failed), 1U);

    m_fake.fail_on("");
    m_fake.forget_calls();
    summary = run(options());
    EXPECT_THAT(summary.errors, IsEmpty());
    EXPECT_EQ(m_fake.count("--tag"), 1U);
    EXPECT_THAT(m_application.read(k_containers), HasSubstr("partition1_1"));
}

TEST_F(Build, APushThatFailsIsTriedAgainWithoutABuild) {
    m_fake.fail_on("push ecr.io", "unexpected EOF");
    const BuildSummary summary = run(options());
    ASSERT_THAT(codes(summary.errors), ElementsAre("IMG023"));
    EXPECT_EQ(summary.errors.front().hint, "check if the ECR repository exists");
    m_fake.fail_on("push r.io/reader_base_arm64", "denied: requested access");
    m_fake.forget_calls();
    run(options());
    EXPECT_EQ(m_fake.count("--tag"), 0U);
    EXPECT_EQ(m_fake.count("push"), 1U);
}

TEST_F(Build, APushWithoutDigestIsAFailure) {
    const fs::path program = m_fake.engine().program;
    auto script = read_file(program).value();
    const std::string line = "else echo \"latest: digest: $digest size: 1\"; fi";
    script.replace(script.find(line), line.size(), "fi");
    ASSERT_TRUE(write_file_atomic(program, script).has_value());
    EXPECT_THAT(codes(run(options()).errors),
                ElementsAre("IMG026", "IMG026", "IMG026", "IMG026", "IMG026", "IMG026"));
}

TEST_F(Build, ADesignWithoutProgramIsToldOf) {
    ASSERT_TRUE(remove_tree(m_application.path("aisprint/designs/reader/partition1_2/main.py"))
                    .has_value());
    const BuildSummary summary = run(options());
    ASSERT_THAT(codes(summary.errors), ElementsAre("IMG008"));
    EXPECT_EQ(summary.images.size(), 5U);
}

TEST_F(Build, LogsHaveNoSecretsAndAreTheOwners) {
    m_application.write("src/writer/env.yaml", "DB_PASSWORD: \"pw$1234\"\nOTHER: plain\n");
    BuildOptions chosen = options();
    chosen.redactor.add(Secret("plain"));
    run(chosen);
    const std::string log = m_application.read("logs/writer_base_amd64.log");
    EXPECT_THAT(log, testing::AllOf(HasSubstr("ENV DB_PASSWORD=***"), Not(HasSubstr("1234")),
                                    Not(HasSubstr("plain"))));
    EXPECT_TRUE(m_application.has("logs/writer_base_amd64-aws.log"));
    struct stat facts {};
    ASSERT_EQ(::stat(m_application.path("logs/writer_base_amd64.log").c_str(), &facts), 0);
    EXPECT_EQ(facts.st_mode & 0777U, 0600U);
}

TEST_F(Build, ADryRunAsksNoEngine) {
    BuildOptions chosen = options();
    chosen.dry_run = DryRun::yes;
    chosen.engine = {};
    EXPECT_EQ(run(chosen).images.size(), 6U);
    EXPECT_THAT(m_fake.calls(), IsEmpty());
    EXPECT_TRUE(m_application.has("aisprint/designs/writer/base/Dockerfile.aws"));
    EXPECT_THAT(m_application.read(k_containers), HasSubstr("ecr.io/repo:writer_base_amd64"));
    EXPECT_FALSE(m_application.has(k_lock));
}

TEST_F(Build, SeveralAtATimeGiveTheSame) {
    BuildOptions chosen = options();
    chosen.parallel = 4;
    const BuildSummary summary = run(chosen);
    EXPECT_EQ(m_fake.pushed(), k_references);
    const std::string lock = m_application.read(k_lock);
    ASSERT_TRUE(remove_tree(m_application.path(k_lock)).has_value());
    m_fake.remove_images();
    EXPECT_EQ(run(options()).images.size(), summary.images.size());
    EXPECT_EQ(m_application.read(k_lock), lock);
}

TEST_F(Build, AStopLeavesWhatIsReady) {
    m_fake.wait_at(5); // the second build
    std::stop_source stop;
    std::jthread stopper([&] {
        m_fake.await_waiting();
        stop.request_stop();
    });
    const BuildSummary summary = run(options(), stop.get_token());
    EXPECT_TRUE(summary.interrupted);
    EXPECT_THAT(summary.errors, IsEmpty());
    EXPECT_EQ(summary.images.size(), 1U);
    EXPECT_EQ(events(ImageEventKind::failed), 0U);
    m_fake.wait_no_more();
    EXPECT_EQ(run(options()).images.size(), 6U);
    EXPECT_EQ(events(ImageEventKind::unchanged), 1U);
}

/// Killed at each of its 18 calls of the engine, and gone on with.
TEST_F(Build, IsGoneOnWithAfterAKill) {
    for (std::size_t call = 1; call <= 18; ++call) {
        SCOPED_TRACE(call);
        ASSERT_TRUE(remove_tree(m_application.path(k_lock)).has_value());
        ASSERT_TRUE(remove_tree(m_application.path(k_containers)).has_value());
        ASSERT_TRUE(remove_tree(m_fake.folder() / "pushed").has_value());
        m_fake.remove_images();
        m_fake.forget_calls();
        m_fake.wait_at(call);
        const pid_t child = ::fork();
        if (child == 0) {
            run(options());
            ::_exit(0);
        }
        m_fake.await_waiting();
        ASSERT_EQ(::kill(child, SIGKILL), 0);
        int status = 0;
        ASSERT_EQ(::waitpid(child, &status, 0), child);
        m_fake.wait_no_more();
        const std::size_t before = m_fake.count("--tag");
        EXPECT_EQ(run(options()).images.size(), 6U);
        EXPECT_EQ(m_fake.pushed(), k_references);
        // Only a build that was interrupted is done again.
        EXPECT_LE(m_fake.count("--tag"), 7U) << before;
        EXPECT_EQ(m_fake.count("--tag") == 7U, call % 3 == 2);
        EXPECT_EQ(events(ImageEventKind::unchanged), (call - 1) / 3);
        EXPECT_THAT(m_application.read(k_containers), HasSubstr("ecr.io/repo:writer_base_amd64"));
    }
}

const char* const k_tool = "#!/bin/sh\n"
                           "echo \"$*\" >>'@'/tool_calls\n"
                           "[ ! -f '@'/tool_fails ] || { echo fspf_key: topsecret; exit 4; }\n"
                           "echo '50%: working'\n"
                           "cat '@'/policy\n"
                           "echo '100%: Finished sconification'\n";

const char* const k_policy = "name: n-1234/r.io-writer-sgx\n"
                             "version: \"0.3\"\n"
                             "services:\n"
                             "- {name: service, image_name: service_image, mrenclaves: [a],\n"
                             "   command: python3, environment: {}, pwd: /, fspf_tag: abc,\n"
                             "   fspf_path: /fspf/fs.fspf,\n"
                             "   fspf_key: topsecret}\n"
                             "images: [{name: service_image}]\n"
                             "security: {attestation: {tolerate: []}}\n";

class Sconify : public Build {
protected:
    void SetUp() override {
        m_application.replace("common_config/candidate_deployments.yaml", "trustedExecution: False",
                              "trustedExecution: True");
        std::string tool = k_tool;
        const std::string folder = m_fake.folder().string();
        for (std::size_t at = tool.find("'@'"); at != std::string::npos; at = tool.find("'@'")) {
            tool.replace(at, 3, folder);
        }
        const fs::path program = m_fake.folder() / "tool";
        ASSERT_TRUE(write_new_file(program, tool).has_value());
        fs::permissions(program, fs::perms::owner_all);
        write_policy(k_policy);
        m_sconify = program.string() + " --cas=local";
    }

    void write_policy(const std::string& text) const {
        ASSERT_TRUE(write_file_atomic(m_fake.folder() / "policy", text).has_value());
    }
};

TEST_F(Sconify, MakesAndPushesAProtectedImage) {
    const BuildSummary summary = run(options());
    EXPECT_THAT(summary.errors, IsEmpty());
    EXPECT_THAT(m_fake.pushed(), testing::Contains("r.io/writer_base_amd64-sgx:latest"));
    EXPECT_EQ(read_file(m_fake.folder() / "tool_calls").value(),
              "--cas=local --from=r.io/writer_base_amd64:latest "
              "--to=r.io/writer_base_amd64-sgx:latest --application_dir=" +
                  m_application.folder().path.string() + "\n");
    EXPECT_EQ(m_application.read("scone/writer_base_amd64-sgx.policy.yaml"), k_policy);
    struct stat facts {};
    ASSERT_EQ(::stat(m_application.path("scone/writer_base_amd64-sgx.policy.yaml").c_str(), &facts),
              0);
    EXPECT_EQ(facts.st_mode & 0777U, 0600U);
    EXPECT_THAT(m_application.read("logs/writer_base_amd64.log"),
                testing::AllOf(HasSubstr("100%: Finished"), Not(HasSubstr("topsecret"))));
    EXPECT_THAT(m_application.read(k_containers),
                HasSubstr("    - r.io/writer_base_amd64:latest\n"
                          "    - r.io/writer_base_amd64-sgx:latest\n"
                          "    - ecr.io/repo:writer_base_amd64\n"));
    EXPECT_EQ(events(ImageEventKind::sconifying), 1U);
    m_fake.forget_calls();
    run(options());
    EXPECT_THAT(m_fake.calls(), IsEmpty());
}

TEST_F(Sconify, AToolThatFailsPushesNothing) {
    ASSERT_TRUE(write_new_file(m_fake.folder() / "tool_fails", "").has_value());
    const BuildSummary summary = run(options());
    ASSERT_THAT(codes(summary.errors), ElementsAre("IMG024"));
    EXPECT_EQ(m_fake.count("push r.io/writer_base_amd64"), 0U);
    EXPECT_FALSE(m_application.has("scone/writer_base_amd64-sgx.policy.yaml"));
    EXPECT_THAT(m_application.read("logs/writer_base_amd64.log"), Not(HasSubstr("topsecret")));
}

TEST_F(Sconify, AnIncompletePolicyPushesNothing) {
    write_policy("name: n\n");
    const BuildSummary summary = run(options());
    ASSERT_THAT(codes(summary.errors), ElementsAre("IMG025"));
    EXPECT_THAT(summary.errors.front().message, HasSubstr("without version, services, images"));
    EXPECT_EQ(m_fake.count("push r.io/writer_base_amd64"), 0U);
    write_policy("");
    EXPECT_THAT(run(options()).errors.front().message, HasSubstr("printed no session policy"));
}

Image sample(const std::string& architecture) {
    Image image;
    image.architecture = architecture;
    image.reference = "r.io/n:latest";
    image.dockerfile = "Dockerfile.aws";
    return image;
}

TEST(EngineCommands, PutArgumentsWhereTheyBelong) {
    Engine engine;
    engine.kind = EngineKind::buildah;
    engine.program = "buildah";
    engine.global_arguments = {"--storage-driver", "vfs"};
    engine.build_arguments = {"--isolation=chroot"};
    engine.push_arguments = {"--tls-verify=false"};
    EXPECT_THAT(build_command(engine, sample("arm64"), "/c", "sha256:1"),
                ElementsAre("buildah", "--storage-driver", "vfs", "build", "--pull", "--platform",
                            "linux/arm64", "--label", "aisprint.inputs=sha256:1", "--file",
                            "/c/Dockerfile.aws", "--tag", "r.io/n:latest", "--isolation=chroot",
                            "/c"));
    EXPECT_THAT(push_command(engine, "r.io/n:latest", "/d"),
                ElementsAre("buildah", "--storage-driver", "vfs", "push", "--digestfile", "/d",
                            "--tls-verify=false", "r.io/n:latest"));
    EXPECT_THAT(label_command(engine, "n"),
                ElementsAre("buildah", "--storage-driver", "vfs", "inspect", "--type", "image",
                            "--format", "{{index .OCIv1.Config.Labels \"aisprint.inputs\"}}", "n"));
    engine.kind = EngineKind::podman;
    EXPECT_EQ(label_command(engine, "n")[3], "image");
}

TEST(EngineCommands, DockerTakesBuildxForOtherMachines) {
    Engine engine;
    engine.program = "docker";
    const std::string here = architecture_of_machine();
    const std::string other = here == "amd64" ? "arm64" : "amd64";
    EXPECT_EQ(build_command(engine, sample(here), "/c", "")[1], "build");
    EXPECT_EQ(build_command(engine, sample(other), "/c", "")[1], "buildx");
    EXPECT_EQ(push_command(engine, "n", "/d"), (std::vector<std::string>{"docker", "push", "n"}));
}

TEST(FindEngine, TakesTheFirstThatAnswers) {
    const FakeEngine docker(EngineKind::docker);
    const FakeEngine buildah(EngineKind::buildah);
    const std::string path = docker.folder().string() + ":" + buildah.folder().string();
    auto found = find_engine("", path);
    ASSERT_TRUE(found.has_value());
    EXPECT_EQ(found->program, docker.engine().program);
    ASSERT_TRUE(write_new_file(docker.folder() / "dumb", "").has_value());
    found = find_engine("", path);
    ASSERT_TRUE(found.has_value());
    EXPECT_EQ(found->kind, EngineKind::buildah);
    EXPECT_EQ(find_engine("buildah", path)->program, buildah.engine().program);
    EXPECT_EQ(find_engine(buildah.engine().program, "")->kind, EngineKind::buildah);
}

TEST(FindEngine, TellsWhatItTried) {
    const FakeEngine docker(EngineKind::docker);
    ASSERT_TRUE(write_new_file(docker.folder() / "dumb", "").has_value());
    auto found = find_engine("", docker.folder().string());
    ASSERT_FALSE(found.has_value());
    EXPECT_EQ(found.error().diagnostics.front().code, "IMG021");
    EXPECT_EQ(found.error().diagnostics.front().message,
              "no container engine answers: " + docker.engine().program +
                  ": no daemon; podman is not installed; buildah is not installed");
    found = find_engine("rocket", docker.folder().string());
    ASSERT_FALSE(found.has_value());
    EXPECT_EQ(found.error().kind, ErrorKind::usage);
    EXPECT_EQ(found.error().diagnostics.front().code, "IMG020");
}

TEST(FindDigest, ReadsWhatDockerPrints) {
    const std::string digest = "sha256:" + std::string(64, 'a');
    EXPECT_EQ(find_digest("x: Pushed\nlatest: digest: " + digest + " size: 528\n"), digest);
    EXPECT_EQ(find_digest("latest: digest: sha256:12 size: 1\n"), std::nullopt);
}

} // namespace
} // namespace aisprint::images
