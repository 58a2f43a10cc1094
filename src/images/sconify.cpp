// SPDX-License-Identifier: Apache-2.0
#include "sconify.hpp"

#include "aisprint/base/files.hpp"
#include "aisprint/base/process.hpp"
#include "aisprint/base/yaml.hpp"

#include <fmt/format.h>

#include <regex>
#include <sstream>

namespace aisprint::images {

namespace {

const std::vector<std::string> k_top_fields{"name", "version", "services", "images", "security"};
const std::vector<std::string> k_service_fields{"name",     "image_name",  "mrenclaves",
                                                "command",  "environment", "pwd",
                                                "fspf_key", "fspf_tag",    "fspf_path"};

void collect_missing(const yaml::Node& policy, std::vector<std::string>& missing) {
    for (const std::string& field : k_top_fields) {
        if (policy.find(field) == nullptr) {
            missing.push_back(field);
        }
    }
    const yaml::Node* services = policy.find("services");
    if (services != nullptr && services->items.empty()) {
        missing.emplace_back("services[0]");
    }
    for (std::size_t i = 0; services != nullptr && i < services->items.size(); ++i) {
        for (const std::string& field : k_service_fields) {
            if (services->items[i].find(field) == nullptr) {
                missing.push_back(fmt::format("services[{}].{}", i, field));
            }
        }
    }
    const yaml::Node* security = policy.find("security");
    if (security != nullptr && security->find("attestation") == nullptr) {
        missing.emplace_back("security.attestation");
    }
}

/// Appends to a log that only its owner reads.
Result<void> append_to_log(const std::filesystem::path& log, const std::string& text) {
    std::string content;
    if (std::filesystem::exists(log)) {
        AISPRINT_TRY_ASSIGN(content, read_file(log));
    }
    return write_file_atomic(log, content + text, Access::owner_only);
}

} // namespace

SconePolicy read_scone_policy(const std::string& output) {
    static const std::regex progress("\\s*[0-9]{1,3}%.*");
    static const std::regex key("\\s*(- )?fspf_(key|tag):\\s*['\"]?([^\\s'\"]+).*");
    SconePolicy result;
    bool ended = false;
    std::istringstream stream(output);
    for (std::string line; std::getline(stream, line);) {
        std::smatch match;
        if (std::regex_match(line, match, key)) {
            result.secrets.emplace_back(match[3].str());
        }
        if (std::regex_match(line, progress)) {
            ended = !result.policy.empty();
        } else if (!ended && (!result.policy.empty() || line.starts_with("name:"))) {
            result.policy += line + '\n';
        }
    }
    if (result.policy.empty()) {
        return result;
    }
    const auto document = yaml::parse(SourceFile("policy", result.policy));
    if (document) {
        collect_missing(*document, result.missing);
    } else {
        result.missing.push_back("valid YAML: " + document.error().diagnostics.front().message);
    }
    return result;
}

Result<void> sconify(const config::ApplicationFolder& folder,
                     const std::string& command,
                     const Image& image,
                     const std::filesystem::path& log,
                     const Redactor& redactor,
                     const std::stop_token& stop) {
    ProcessRequest request;
    // The shell, so that a command may bring arguments of its own.
    request.command = {"/bin/sh",
                       "-c",
                       command + " \"$@\"",
                       "sconify",
                       "--from=" + image.reference,
                       "--to=" + image.protected_reference,
                       "--application_dir=" + folder.path.string()};
    AISPRINT_TRY_ASSIGN(const ProcessResult result, run_process(request, stop));
    const SconePolicy policy = read_scone_policy(result.standard_output);
    Redactor all = redactor;
    for (const Secret& secret : policy.secrets) {
        all.add(secret);
    }
    AISPRINT_TRY(append_to_log(log, all.redact(result.standard_output + result.standard_error)));
    if (result.stopped) {
        return fail(ErrorKind::cancelled,
                    make_error("IMG024", "the SCONE tool was interrupted", "run it again"));
    }
    if (result.exit_code != 0) {
        return fail(ErrorKind::input,
                    make_error("IMG024",
                               fmt::format("the SCONE tool failed on {} with exit code {}",
                                           image.name, result.exit_code),
                               fmt::format("look into {}", log.string())));
    }
    if (policy.policy.empty() || !policy.missing.empty()) {
        const std::string what =
            policy.policy.empty()
                ? "printed no session policy"
                : fmt::format("printed a session policy without {}",
                              all.redact(fmt::format("{}", fmt::join(policy.missing, ", "))));
        return fail(ErrorKind::input,
                    make_error("IMG025", fmt::format("the SCONE tool {} for {}", what, image.name),
                               "check its version and arguments"));
    }
    const std::filesystem::path file = folder.path / "scone" / (image.name + "-sgx.policy.yaml");
    AISPRINT_TRY(make_directories(file.parent_path()));
    return write_file_atomic(file, policy.policy, Access::owner_only);
}

} // namespace aisprint::images
