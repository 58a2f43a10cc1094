// SPDX-License-Identifier: Apache-2.0
#include "compss_files.hpp"

#include "aisprint/annotations/compss.hpp"
#include "aisprint/base/files.hpp"
#include "aisprint/base/yaml.hpp"

#include <algorithm>
#include <filesystem>

namespace aisprint::design {

namespace {

yaml::Node text_or_null(const std::optional<std::string>& value) {
    return value ? yaml::text(*value) : yaml::null();
}

/// Task functions of main.py and of the task module beside it.
Result<std::vector<std::string>> task_functions(const ApplicationModel& model,
                                                const Component& component,
                                                const annotations::CompssUse& use) {
    std::vector<std::string> functions = use.task_functions;
    const std::string relative =
        "src/" + component.folder + "/" + use.module.value_or("main") + ".py";
    if (use.module && std::filesystem::is_regular_file(model.folder.path / relative)) {
        AISPRINT_TRY_ASSIGN(const SourceFile source, load_source(model.folder.path / relative,
                                                                 model.folder.shown(relative)));
        AISPRINT_TRY_ASSIGN(const auto more, annotations::read_task_functions(source));
        std::ranges::copy(more, std::back_inserter(functions));
    }
    return functions;
}

} // namespace

Result<std::map<std::string, std::string>> compss_files(const ApplicationModel& model) {
    std::map<std::string, std::string> files;
    for (const Component& component : model.components) {
        const annotations::ComponentScript& script = model.script_of(component);
        if (!script.compss) {
            continue;
        }
        const annotations::CompssUse& use = *script.compss;
        AISPRINT_TRY_ASSIGN(const auto functions, task_functions(model, component, use));
        yaml::Node document = yaml::mapping();
        document.add("component", yaml::text(component.name));
        document.add("module", text_or_null(use.module));
        document.add("method", text_or_null(use.method));
        yaml::Node& agent = document.add("agent", yaml::mapping());
        agent.add("host", text_or_null(use.host));
        agent.add("port", use.port ? yaml::integer(*use.port) : yaml::null());
        document.add("task_functions", yaml::texts(functions));
        files.emplace(component.name + ".yaml", yaml::write(document));
    }
    return files;
}

} // namespace aisprint::design
