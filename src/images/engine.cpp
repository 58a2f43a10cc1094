// SPDX-License-Identifier: Apache-2.0
#include "engine.hpp"

#include "aisprint/base/exec_arguments.hpp"
#include "aisprint/base/process.hpp"

#include <fmt/format.h>

#include <sys/utsname.h>

#include <algorithm>
#include <iterator>
#include <regex>

namespace aisprint::images {

namespace fs = std::filesystem;

namespace {

/// In the order in which they are looked for.
const std::vector<std::pair<std::string, EngineKind>> k_kinds{{"docker", EngineKind::docker},
                                                              {"podman", EngineKind::podman},
                                                              {"buildah", EngineKind::buildah}};

/// What became of one try.
struct Trial {
    bool answers = false;
    std::string reason;
};

/// The last line that is not blank.
std::string last_line(const std::string& text) {
    const std::size_t end = text.find_last_not_of(" \t\r\n");
    if (end == std::string::npos) {
        return {};
    }
    const std::size_t line = text.rfind('\n', end);
    const std::size_t begin = line == std::string::npos ? 0 : line + 1;
    return text.substr(begin, end + 1 - begin);
}

/// `docker version` asks its daemon, too; the others have none.
Result<Trial> try_program(const std::string& program) {
    ProcessRequest request;
    request.command = {program, "version"};
    AISPRINT_TRY_ASSIGN(const ProcessResult result, run_process(request));
    if (result.exit_code == 0) {
        return Trial{true, {}};
    }
    if (result.exit_code == k_program_not_found) {
        return Trial{false, "cannot be started"};
    }
    const std::string line = last_line(result.standard_error);
    return Trial{false, line.empty() ? fmt::format("exit code {}", result.exit_code) : line};
}

std::vector<std::string> start(const Engine& engine) {
    std::vector<std::string> command{engine.program};
    std::ranges::copy(engine.global_arguments, std::back_inserter(command));
    return command;
}

void append(std::vector<std::string>& to, const std::vector<std::string>& from) {
    std::ranges::copy(from, std::back_inserter(to));
}

} // namespace

Result<Engine> find_engine(const std::string& name, const std::string& search_path) {
    const std::string file = fs::path(name).filename().string();
    std::vector<std::string> tried;
    bool known = false;
    for (const auto& [word, kind] : k_kinds) {
        if (!name.empty() && file.find(word) == std::string::npos) {
            continue;
        }
        known = true;
        std::vector<fs::path> programs{name};
        if (name.find('/') == std::string::npos) {
            programs = programs_called(name.empty() ? word : name, search_path);
        }
        if (programs.empty()) {
            tried.push_back(fmt::format("{} is not installed", name.empty() ? word : name));
        }
        for (const fs::path& program : programs) {
            AISPRINT_TRY_ASSIGN(const Trial trial, try_program(program.string()));
            if (trial.answers) {
                Engine engine;
                engine.kind = kind;
                engine.program = program.string();
                return engine;
            }
            tried.push_back(fmt::format("{}: {}", program.string(), trial.reason));
        }
    }
    if (!known) {
        return fail(ErrorKind::usage,
                    make_error("IMG020", fmt::format("'{}' is no container engine we know", name),
                               "use docker, podman, buildah, or the path of one of them"));
    }
    return fail(ErrorKind::input,
                make_error("IMG021",
                           fmt::format("no container engine answers: {}", fmt::join(tried, "; ")),
                           "install buildah, or check that you may use docker (group docker); "
                           "--dry_run needs no engine"));
}

std::vector<std::string> build_command(const Engine& engine,
                                       const Image& image,
                                       const fs::path& context,
                                       const std::string& inputs) {
    std::vector<std::string> command = start(engine);
    const bool foreign = image.architecture != architecture_of_machine();
    if (engine.kind == EngineKind::docker && foreign) {
        append(command, {"buildx", "build", "--load"});
    } else {
        append(command, {"build"});
    }
    append(command, {"--pull", "--platform", "linux/" + image.architecture, "--label",
                     fmt::format("{}={}", k_inputs_label, inputs), "--file",
                     (context / image.dockerfile).string(), "--tag", image.reference});
    append(command, engine.build_arguments);
    command.push_back(context.string());
    return command;
}

std::vector<std::string>
push_command(const Engine& engine, const std::string& reference, const fs::path& digest_file) {
    std::vector<std::string> command = start(engine);
    command.emplace_back("push");
    if (engine.kind != EngineKind::docker) {
        append(command, {"--digestfile", digest_file.string()});
    }
    append(command, engine.push_arguments);
    command.push_back(reference);
    return command;
}

std::vector<std::string> label_command(const Engine& engine, const std::string& reference) {
    std::vector<std::string> command = start(engine);
    if (engine.kind == EngineKind::buildah) {
        append(command, {"inspect", "--type", "image", "--format",
                         fmt::format("{{{{index .OCIv1.Config.Labels \"{}\"}}}}", k_inputs_label)});
    } else {
        append(command, {"image", "inspect", "--format",
                         fmt::format("{{{{index .Config.Labels \"{}\"}}}}", k_inputs_label)});
    }
    command.push_back(reference);
    return command;
}

std::optional<std::string> find_digest(const std::string& output) {
    static const std::regex pattern("digest: (sha256:[0-9a-f]{64})");
    std::smatch match;
    return std::regex_search(output, match, pattern) ? std::optional(match[1].str()) : std::nullopt;
}

std::string architecture_of_machine() {
    utsname facts{};
    ::uname(&facts);
    const std::string machine = static_cast<const char*>(facts.machine);
    if (machine == "x86_64") {
        return "amd64";
    }
    return machine == "aarch64" ? "arm64" : machine;
}

} // namespace aisprint::images
