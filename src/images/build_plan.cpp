// SPDX-License-Identifier: Apache-2.0
#include "aisprint/images/build_plan.hpp"

#include "recipe.hpp"
#include "reference.hpp"
#include "sources.hpp"

#include "aisprint/base/files.hpp"
#include "aisprint/base/yaml.hpp"
#include "aisprint/config/partition_name.hpp"
#include "aisprint/config/schema.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <set>

namespace aisprint::images {

namespace fs = std::filesystem;

namespace {

const char* const k_partitions = "aisprint/designs/component_partitions.yaml";
const char* const k_designs = "aisprint/designs/";
const char* const k_detector_folder = "common_config/drift_detector";
const char* const k_detector = "drift-detector";
const char* const k_amd64 = "amd64";
const char* const k_base = "base";

void add_once(std::vector<std::string>& list, const std::string& value) {
    if (std::ranges::find(list, value) == list.end()) {
        list.push_back(value);
    }
}

/// component_partitions.yaml with its places.
struct Partitions {
    SourceFile source;
    yaml::Node components;
};

Result<Partitions> load_partitions(const config::ApplicationFolder& folder, Reporter& reporter) {
    if (!fs::exists(folder.path / k_partitions)) {
        return fail(ErrorKind::input, make_error_in(folder.shown(k_partitions), "IMG001",
                                                    "the designs of the components are missing",
                                                    "run 'aisprint design' first"));
    }
    Partitions partitions;
    AISPRINT_TRY_ASSIGN(partitions.source,
                        load_source(folder.path / k_partitions, folder.shown(k_partitions)));
    AISPRINT_TRY_ASSIGN(
        yaml::Node document,
        config::parse_document(partitions.source, "component_partitions", reporter));
    partitions.components = std::move(*document.find("components"));
    return partitions;
}

/// Where a design may run.
struct Platforms {
    std::vector<std::string> architectures; ///< in order of layers, then resources
    std::set<std::string> lambda;           ///< of cloud functions
};

class PlanMaker {
public:
    PlanMaker(const config::ApplicationFolder& folder,
              const PlanOptions& options,
              Reporter& reporter)
        : m_folder(folder), m_options(options), m_reporter(reporter) {}

    Result<BuildPlan> make() {
        config::ApplicationConfig application =
            config::load_application_config(m_folder, m_reporter);
        append(m_errors, std::move(application.errors));
        auto partitions = load_partitions(m_folder, m_reporter);
        if (!partitions) {
            append(m_errors, std::move(partitions.error().diagnostics));
        }
        m_annotated = load_annotated_components(m_folder, m_errors);
        if (partitions && application.resources && application.deployments) {
            m_resources = &*application.resources;
            m_deployments = &*application.deployments;
            m_partitions = &*partitions;
            for (const yaml::Entry& component : partitions->components.entries) {
                add_component(component);
            }
            check_base_images();
        }
        add_drift_detector();
        if (!m_errors.empty()) {
            return fail(ErrorKind::input, std::move(m_errors));
        }
        m_plan.sconify = m_options.sconify;
        return std::move(m_plan);
    }

private:
    void add_error(const SourceFile& source,
                   const Span& span,
                   std::string code,
                   std::string message,
                   std::string hint) {
        m_errors.push_back(
            make_error_at(source, span, std::move(code), std::move(message), std::move(hint)));
    }

    void add_component(const yaml::Entry& component) {
        const std::string& name = component.key;
        const auto annotated = m_annotated.find(name);
        const std::string folder =
            annotated == m_annotated.end() ? name : annotated->second.source_folder;
        const ComponentSource source =
            load_component_source(m_folder, name, folder, m_reporter, m_errors);
        for (const Secret& secret : source.secrets) {
            m_plan.secrets.push_back(secret);
            m_plan.secrets.emplace_back(quote_environment(secret.reveal()));
        }
        Recipe recipe;
        recipe.component = name;
        recipe.base_image = choose_base_image(component, source);
        recipe.environment = source.environment;
        recipe.needs_compss = source.uses_compss;
        recipe.telegraf_version = m_options.telegraf_version;
        recipe.supervisor_version = m_options.supervisor_version;
        for (const yaml::Node& partition : component.value.find("partitions")->items) {
            recipe.partition = partition.scalar;
            add_design(recipe, partition);
        }
    }

    std::string choose_base_image(const yaml::Entry& component, const ComponentSource& source) {
        const auto told = m_options.base_image_of.find(component.key);
        if (told != m_options.base_image_of.end()) {
            return told->second;
        }
        if (source.base_image) {
            return *source.base_image;
        }
        if (source.uses_compss) {
            m_reporter.report(as_warning(make_error_at(
                m_partitions->source, component.key_span, "IMG009",
                fmt::format("component '{}' uses COMPSs; nothing tells that the base image {} has "
                            "/opt/COMPSs",
                            component.key, m_options.base_image),
                fmt::format("name one with --component_base_image {0}=IMAGE, or as base_image in "
                            "src/{0}/build.yaml",
                            component.key))));
        }
        return m_options.base_image;
    }

    void check_base_images() {
        std::vector<std::string> names;
        for (const yaml::Entry& component : m_partitions->components.entries) {
            names.push_back(component.key);
        }
        for (const auto& [component, image] : m_options.base_image_of) {
            if (std::ranges::find(names, component) != names.end()) {
                continue;
            }
            const auto close = closest_name(component, names);
            m_errors.push_back(make_error(
                "IMG007",
                fmt::format("--component_base_image: there is no component '{}'", component),
                close ? fmt::format("did you mean '{}'?", *close)
                      : fmt::format("use one of {}", fmt::join(names, ", "))));
        }
    }

    /// The entry of a design: its own, that of the segment in any cut, or that of the component.
    const config::CandidateEntry* find_entry(const std::string& component,
                                             const std::string& partition) const {
        if (partition == k_base) {
            return m_deployments->find(component);
        }
        if (const auto* own = m_deployments->find(component + "_" + partition)) {
            return own;
        }
        const auto id = config::parse_partition_id(partition);
        return id ? m_deployments->find(config::candidate_name(component, id->segment)) : nullptr;
    }

    void add_design(const Recipe& recipe, const yaml::Node& partition) {
        const config::CandidateEntry* entry = find_entry(recipe.component, recipe.partition);
        if (entry == nullptr) {
            add_error(m_partitions->source, partition.span, "IMG002",
                      fmt::format("candidate_deployments.yaml has no entry for design '{}' of "
                                  "component '{}'",
                                  recipe.partition, recipe.component),
                      "add one with that name, or run 'aisprint design' again");
            return;
        }
        const Platforms platforms = platforms_of(*entry);
        if (!platforms.lambda.empty() && m_options.ecr.empty()) {
            add_error(m_deployments->source, entry->span, "IMG004",
                      fmt::format("AWS ECR repository URL parameter not set, and '{}' may run on "
                                  "AWS Lambda",
                                  entry->name),
                      "name the repository with --ecr, or take the layer of functions out of the "
                      "candidates");
        }
        const bool trusted = wants_enclave(recipe, *entry, platforms);
        for (const std::string& architecture : platforms.architectures) {
            add_image(recipe, architecture, ImageKind::oscar, trusted, partition.span);
            if (platforms.lambda.contains(architecture)) {
                add_image(recipe, architecture, ImageKind::lambda, trusted, partition.span);
            }
        }
        add_files(recipe, !platforms.lambda.empty());
    }

    Platforms platforms_of(const config::CandidateEntry& entry) {
        std::set<std::string> candidates;
        for (const config::Container& container : entry.containers) {
            for (const config::Placed<std::string>& name : container.resources) {
                candidates.insert(name.value);
            }
        }
        Platforms platforms;
        for (const config::Placed<std::int64_t>& number : entry.layers) {
            // A layer that is not there was told by load_application_config().
            const config::ComputationalLayer* layer = m_resources->find_layer(number.value);
            for (std::size_t i = 0; layer != nullptr && i < layer->resources.size(); ++i) {
                const config::Resource& resource = layer->resources[i];
                if (m_options.resources == ResourceChoice::all ||
                    candidates.contains(resource.name)) {
                    add_platform(*layer, resource, platforms);
                }
            }
        }
        return platforms;
    }

    void add_platform(const config::ComputationalLayer& layer,
                      const config::Resource& resource,
                      Platforms& platforms) {
        if (resource.architectures.empty()) {
            if (m_without_architecture.insert(resource.name).second) {
                add_error(
                    m_resources->source, resource.span, "IMG003",
                    fmt::format("resource '{}' does not tell its architecture", resource.name),
                    "add architecture: amd64 or arm64");
            }
            return;
        }
        const std::string& architecture = resource.architectures.back();
        add_once(platforms.architectures, architecture);
        if (layer.type == config::LayerType::cloud_functions) {
            platforms.lambda.insert(architecture);
        }
    }

    /// Whether an enclave is asked for; warns where it is not going to be one.
    bool wants_enclave(const Recipe& recipe,
                       const config::CandidateEntry& entry,
                       const Platforms& platforms) {
        const auto annotated = m_annotated.find(recipe.component);
        const bool by_annotation =
            annotated != m_annotated.end() && annotated->second.trusted_execution;
        const bool has_annotation =
            annotated != m_annotated.end() && annotated->second.has_security;
        bool by_flag = false;
        for (const config::Container& container : entry.containers) {
            by_flag = by_flag || container.trusted_execution;
            if (container.network_protection && !container.trusted_execution) {
                warn(container.span, "IMG012",
                     fmt::format("networkProtection of '{}' without trustedExecution does nothing "
                                 "to the image",
                                 entry.name),
                     "set trustedExecution, or use a service mesh in the cluster");
            }
        }
        if (has_annotation && by_flag != by_annotation) {
            warn(entry.span, "IMG011",
                 fmt::format("trustedExecution of '{}' is {} in candidate_deployments.yaml, and {} "
                             "by annotation",
                             entry.name, by_flag, by_annotation),
                 "make the two agree");
        }
        const bool wanted = by_flag || by_annotation;
        if (wanted && m_options.sconify.empty()) {
            warn(entry.span, "IMG013",
                 fmt::format("'{}' asks for trustedExecution, but its images stay native: no SCONE "
                             "tool is named",
                             entry.name),
                 "name it with --sconify");
        } else if (wanted && std::ranges::find(platforms.architectures, k_amd64) ==
                                 platforms.architectures.end()) {
            warn(entry.span, "IMG013",
                 fmt::format("'{}' asks for trustedExecution, but its images stay native: SCONE "
                             "protects amd64 only",
                             entry.name),
                 "add a candidate resource with SGX");
        }
        return wanted;
    }

    void warn(const Span& span, std::string code, std::string message, std::string hint) {
        m_reporter.report(as_warning(make_error_at(m_deployments->source, span, std::move(code),
                                                   std::move(message), std::move(hint))));
    }

    void add_image(const Recipe& recipe,
                   const std::string& architecture,
                   ImageKind kind,
                   bool trusted,
                   const Span& place) {
        Image image;
        image.component = recipe.component;
        image.partition = recipe.partition;
        image.architecture = architecture;
        image.kind = kind;
        image.name = fmt::format("{}_{}_{}", recipe.component, recipe.partition, architecture);
        image.context = k_designs + recipe.component + "/" + recipe.partition;
        image.trusted_execution = trusted;
        if (kind == ImageKind::lambda) {
            image.reference = ecr_reference(m_options, image.name);
            image.dockerfile = "Dockerfile.aws";
        } else {
            image.reference = plain_reference(m_options, image.name);
            image.dockerfile = "Dockerfile";
            if (trusted && !m_options.sconify.empty() && architecture == k_amd64) {
                image.protected_reference = protected_reference(image.reference);
            }
        }
        add_checked(std::move(image), &place);
    }

    /// Takes an image into the plan unless registries refuse its name.
    void add_checked(Image image, const Span* place) {
        const bool without_ecr = image.kind == ImageKind::lambda && m_options.ecr.empty();
        const auto flaw = without_ecr ? std::nullopt : flaw_of_reference(image.reference);
        if (flaw) {
            const std::string message =
                fmt::format("registries refuse the image name '{}': {}", image.reference, *flaw);
            const std::string hint = "rename the component, or correct --registry, "
                                     "--registry_folder or --ecr";
            m_errors.push_back(place == nullptr ? make_error("IMG005", message, hint)
                                                : make_error_at(m_partitions->source, *place,
                                                                "IMG005", message, hint));
            return;
        }
        m_plan.images.push_back(std::move(image));
    }

    void add_file(const Recipe& recipe,
                  const std::string& name,
                  std::string content,
                  FileUse use,
                  bool executable = false) {
        m_plan.files.push_back({k_designs + recipe.component + "/" + recipe.partition + "/" + name,
                                std::move(content), use, executable});
    }

    void add_files(const Recipe& recipe, bool with_lambda) {
        add_file(recipe, ".dockerignore", ignore_file(), FileUse::initial);
        add_file(recipe, "requirements.sys", "", FileUse::initial);
        add_file(recipe, "requirements.txt", "", FileUse::initial);
        add_file(recipe, "script.sh", entry_script(recipe.component), FileUse::generated, true);
        add_file(recipe, "Dockerfile", dockerfile(recipe), FileUse::recipe);
        if (with_lambda) {
            add_file(recipe, "start.sh", start_script(), FileUse::generated, true);
            add_file(recipe, "telegraf.conf", telegraf_configuration(), FileUse::generated);
            add_file(recipe, "Dockerfile.aws", lambda_dockerfile(recipe), FileUse::recipe);
        }
    }

    void add_drift_detector() {
        if (!fs::is_directory(m_folder.path / k_detector_folder)) {
            return;
        }
        Image image;
        image.component = k_detector;
        image.partition = "main";
        image.architecture = k_amd64;
        image.kind = ImageKind::drift_detector;
        image.name = fmt::format("{}_main_{}", k_detector, k_amd64);
        image.reference = plain_reference(m_options, image.name);
        image.context = k_detector_folder;
        image.dockerfile = "Dockerfile";
        add_checked(std::move(image), nullptr);
    }

    const config::ApplicationFolder& m_folder;
    const PlanOptions& m_options;
    Reporter& m_reporter;
    const config::CandidateResources* m_resources = nullptr;
    const config::CandidateDeployments* m_deployments = nullptr;
    const Partitions* m_partitions = nullptr;
    std::map<std::string, AnnotatedComponent> m_annotated;
    std::set<std::string> m_without_architecture;
    std::vector<Diagnostic> m_errors;
    BuildPlan m_plan;
};

} // namespace

Result<BuildPlan> make_build_plan(const config::ApplicationFolder& folder,
                                  const PlanOptions& options,
                                  Reporter& reporter) {
    return PlanMaker(folder, options, reporter).make();
}

std::string to_containers_yaml(const std::vector<Image>& images) {
    yaml::Node components = yaml::mapping();
    for (const Image& image : images) {
        yaml::Node* component = components.find(image.component);
        if (component == nullptr) {
            component = &components.add(image.component, yaml::mapping());
            component->add("docker_images", yaml::sequence());
        }
        yaml::Node& list = *component->find("docker_images");
        list.push(yaml::text(image.reference));
        if (!image.protected_reference.empty()) {
            list.push(yaml::text(image.protected_reference));
        }
    }
    yaml::Node document = yaml::mapping();
    document.add("components", std::move(components));
    return yaml::write(document);
}

} // namespace aisprint::images
