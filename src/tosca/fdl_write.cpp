// SPDX-License-Identifier: Apache-2.0
// The folder `oscar/` of a deployment.
#include "aisprint/base/files.hpp"
#include "aisprint/tosca/fdl.hpp"

#include "private_folder.hpp"

#include <filesystem>
#include <set>
#include <utility>

namespace aisprint::tosca {

namespace {

namespace fs = std::filesystem;

const char* const k_fdl = "fdl.yaml";

/// Scripts that an earlier run wrote beside its fdl.yaml.
std::set<std::string> scripts_of(const fs::path& fdl, const std::string& shown) {
    std::set<std::string> scripts;
    const auto source = load_source(fdl, shown);
    const auto content = source ? yaml::parse(*source) : Result<yaml::Node>(yaml::null());
    const yaml::Node* functions = content ? content->find("functions") : nullptr;
    const yaml::Node* services = functions == nullptr ? nullptr : functions->find("oscar");
    if (services == nullptr) {
        return scripts; // no file, or none of ours
    }
    for (const yaml::Node& item : services->items) {
        for (const yaml::Entry& service : item.entries) {
            const yaml::Node* name = service.value.find("name");
            const yaml::Node* script = service.value.find("script");
            if (name != nullptr && script != nullptr && script->scalar == name->scalar + ".sh" &&
                script->scalar.find('/') == std::string::npos) {
                scripts.insert(script->scalar);
            }
        }
    }
    return scripts;
}

} // namespace

Result<std::string>
write_fdl(const config::ApplicationFolder& folder, const DeploymentFiles& files, const Fdl& fdl) {
    const fs::path path = folder.path / files.oscar;
    const std::string shown = folder.shown(files.oscar) + "/" + k_fdl;
    AISPRINT_TRY(make_private_folder(path));
    const std::set<std::string> before = scripts_of(path / k_fdl, shown);
    std::vector<FileContent> staged;
    for (const auto& [name, text] : fdl.scripts) {
        staged.push_back({path / name, text, Access::owner_only});
    }
    staged.push_back({path / k_fdl, yaml::write(fdl.content), Access::owner_only});
    AISPRINT_TRY(write_files_together(staged));
    for (const std::string& name : before) {
        std::error_code ignored; // a file that cannot be asked for is left to remove_tree
        if (!fdl.scripts.contains(name) && (fs::exists(path / name, ignored) || ignored)) {
            AISPRINT_TRY(remove_tree(path / name));
        }
    }
    return shown;
}

} // namespace aisprint::tosca
