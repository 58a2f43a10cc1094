// SPDX-License-Identifier: Apache-2.0
#include "aisprint/placement/application.hpp"

#include "application_files.hpp"
#include "application_graph.hpp"
#include "application_layers.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace aisprint::placement {

namespace {

/// The directory as the user typed it, without a trailing slash.
std::string shown_as(const std::filesystem::path& directory) {
    std::string text = directory.string();
    while (text.size() > 1 && text.ends_with('/')) {
        text.pop_back();
    }
    return text;
}

/// The annotations of the component, or null.
const yaml::Entry* annotations_of(const Document& annotations, const std::string& component) {
    for (const yaml::Entry& script : annotations.root.entries) {
        const yaml::Node* naming = script.value.find("component_name");
        const yaml::Node* name = naming == nullptr ? nullptr : naming->find("name");
        if (name != nullptr && name->scalar == component) {
            return &script;
        }
    }
    return nullptr;
}

/// The rate of requests that the start component's annotation expects; 1 after an error.
double expected_rate(ApplicationFiles& files, const std::string& start) {
    const Document& annotations = *files.annotations;
    const yaml::Entry* script = annotations_of(annotations, start);
    const yaml::Node* throughput =
        script == nullptr ? nullptr : script->value.find("expected_throughput");
    const yaml::Node* rate = throughput == nullptr ? nullptr : throughput->find("rate");
    const std::optional<double> value = rate == nullptr ? std::nullopt : yaml::as_number(*rate);
    if (value && *value > 0) {
        return *value;
    }
    const Span span = rate != nullptr     ? rate->span
                      : script != nullptr ? script->key_span
                                          : Span{annotations.source.name(), 0, 0, 0};
    files.errors.push_back(make_error_at(
        annotations.source, span, "OPT230",
        rate == nullptr ? fmt::format("the start component '{}' has no expected_throughput", start)
                        : fmt::format("the rate of requests of '{}' is '{}'; it must be above 0 "
                                      "requests/s",
                                      start, rate->scalar),
        fmt::format("add @expected_throughput(rate=...), in requests/s, to its main.py and run "
                    "'aisprint design --application_dir {}' again",
                    files.folder.shown_as)));
    return 1;
}

/// Deployments of the design with their layers, in order.
std::vector<DesignDeployment> read_deployments(const Document& document) {
    std::vector<DesignDeployment> deployments;
    for (const yaml::Entry& entry : document.root.find("System")->find("Deployments")->entries) {
        DesignDeployment deployment;
        deployment.name = entry.key;
        if (const yaml::Node* layers = entry.value.find("ExecutionLayers")) {
            for (const yaml::Entry& layer : layers->entries) {
                std::vector<std::string>& names =
                    deployment.layers[yaml::as_integer(yaml::plain(layer.key)).value_or(0)];
                for (const yaml::Node& component : layer.value.find("components")->items) {
                    names.push_back(component.scalar);
                }
            }
        }
        deployments.push_back(std::move(deployment));
    }
    return deployments;
}

/// Indices of the components of the original problem that those of a version are or replace.
std::vector<std::size_t> indices_of_originals(const optimizer::Problem& version,
                                              const optimizer::Problem& original,
                                              const config::ApplicationDag& dag) {
    const std::map<std::string, std::string> originals = originals_of(dag);
    std::vector<std::size_t> indices;
    for (const optimizer::Component& component : version.components) {
        const auto found = std::ranges::find(original.components, originals.at(component.name),
                                             &optimizer::Component::name);
        indices.push_back(static_cast<std::size_t>(found - original.components.begin()));
    }
    return indices;
}

/// Builds the problem and its versions from files that were all read.
void build_problems(ApplicationFiles& files,
                    const optimizer::Problem& base,
                    const std::optional<double>& arrival_rate,
                    ApplicationProblem& application,
                    Reporter& reporter) {
    const config::ApplicationDag& dag = *files.common.dag;
    GraphBuilder builder(files, base, reporter);
    application.problem = builder.build(original_configuration(files));
    application.version_names = listed_versions(files);
    const std::size_t errors = files.errors.size();
    std::vector<Configuration> versions = admissible_configurations(files, reporter);
    if (files.errors.size() > errors) {
        versions.clear(); // their faults would bring more of them
    }
    for (const Configuration& version : versions) {
        application.versions.push_back(
            {version.name, version.metric_value, builder.build(version), {}});
    }
    builder.finish();
    const bool complete = application.problem.components.size() == dag.components.size();
    if (complete && arrival_rate) {
        application.problem.arrival_rate = *arrival_rate;
    } else if (complete && files.annotations) {
        const std::size_t start = optimizer::start_components(application.problem).front();
        application.problem.arrival_rate =
            expected_rate(files, application.problem.components[start].name);
    }
    if (!files.errors.empty()) {
        return;
    }
    for (PerformanceVersion& version : application.versions) {
        version.problem.arrival_rate = application.problem.arrival_rate;
        version.originals = indices_of_originals(version.problem, application.problem, dag);
    }
}

} // namespace

Result<ApplicationProblem> load_application_problem(const std::filesystem::path& directory,
                                                    Reporter& reporter,
                                                    std::optional<double> arrival_rate) {
    ApplicationFiles files = load_application_files({directory, shown_as(directory)}, reporter);
    ApplicationProblem application;
    application.directory = directory;
    application.is_degraded = files.is_degraded();
    optimizer::Problem base;
    if (files.methods) {
        base.horizon_h = files.methods->horizon_h;
    }
    if (files.common.resources) {
        add_layers(files, base, reporter);
    }
    if (files.common.resources && files.common.dag && files.common.deployments) {
        base.name = files.common.dag->name;
        build_problems(files, base, arrival_rate, application, reporter);
    }
    if (!files.errors.empty()) {
        sort_and_merge(files.errors);
        return fail(ErrorKind::input, std::move(files.errors));
    }
    application.config = std::move(*files.methods);
    application.deployments = read_deployments(*files.deployments);
    application.resources = std::move(*files.common.resources);
    application.candidates = std::move(*files.common.deployments);
    return application;
}

} // namespace aisprint::placement
