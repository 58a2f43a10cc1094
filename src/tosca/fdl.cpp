// SPDX-License-Identifier: Apache-2.0
#include "aisprint/tosca/fdl.hpp"

#include "document_yaml.hpp"
#include "fdl_values.hpp"

#include <fmt/format.h>

#include <set>
#include <utility>

namespace aisprint::tosca {

namespace {

const char* const k_function = "tosca.nodes.aisprint.FaaS.Function";
/// The longest that AWS lets a function run.
constexpr std::int64_t k_lambda_seconds = 900;
/// How long before that the supervisor hands over to the next call.
constexpr std::int64_t k_lambda_margin_seconds = 10;
const char* const k_supervisor_version = "1.5.5";
const char* const k_default_region = "us-east-1";

/// A service of a document with its functions replaced by values.
struct Service {
    std::string node; ///< name of the node template
    std::string name;
    yaml::Node properties;
};

/// Puts an FDL together.
class FdlBuilder {
public:
    FdlBuilder(const Deployment& deployment, FdlStyle style, Compatibility compatibility)
        : m_deployment(deployment), m_style(style), m_compatibility(compatibility) {}

    void add_document(const StoredDocument& document) {
        const Component* component = m_deployment.find(document.component);
        if (component == nullptr) {
            m_errors.push_back(make_error_in(
                document.path, "TSC132",
                fmt::format("the document is of component '{}', which is no longer part of the "
                            "deployment",
                            document.component),
                "write the documents again with 'aisprint toscarizer tosca'"));
            return;
        }
        const yaml::Node* topology = document.content.find("topology_template");
        const yaml::Node* nodes = topology == nullptr ? nullptr : topology->find("node_templates");
        if (nodes == nullptr) {
            return;
        }
        const yaml::Node* inputs = topology->find("inputs");
        for (const yaml::Entry& entry : nodes->entries) {
            const yaml::Node* type = entry.value.find("type");
            if (type != nullptr && type->scalar == k_function) {
                add_node(*component, entry, inputs);
            }
        }
    }

    Result<Fdl> take() {
        if (m_errors.empty() && m_oscar.items.empty() && m_aws.items.empty()) {
            m_errors.push_back(make_error_in(
                m_deployment.files.im, "TSC130", "the TOSCA documents hold no service",
                "write the documents again with 'aisprint toscarizer tosca'"));
        }
        if (!m_errors.empty()) {
            sort_and_merge(m_errors);
            return fail(ErrorKind::input, std::move(m_errors));
        }
        yaml::Node functions = yaml::mapping();
        if (!m_oscar.items.empty()) {
            functions.add("oscar", std::move(m_oscar));
        }
        if (!m_aws.items.empty()) {
            functions.add("aws", std::move(m_aws));
        }
        yaml::Node content = map_of({{"functions", std::move(functions)}});
        if (!m_providers.entries.empty()) {
            content.add("storage_providers", std::move(m_providers));
        }
        yaml::sort_keys(content);
        return Fdl{std::move(content), std::move(m_scripts)};
    }

private:
    void add_error(const Span& span, std::string message, std::string hint) {
        // Without the line of the document, which may hold a password.
        Diagnostic error = make_error("TSC131", std::move(message), std::move(hint));
        error.span = span;
        m_errors.push_back(std::move(error));
    }

    void add_node(const Component& component, const yaml::Entry& entry, const yaml::Node* inputs) {
        const yaml::Node* properties = entry.value.find("properties");
        std::vector<Span> left;
        Service service{entry.key,
                        {},
                        properties == nullptr ? yaml::mapping()
                                              : resolve_value(*properties, inputs, left)};
        for (const Span& span : left) {
            add_error(span,
                      fmt::format("a property of '{}' is a function whose value is not known "
                                  "before the cluster runs",
                                  entry.key),
                      "write the value itself");
        }
        const yaml::Node* name = service.properties.find("name");
        if (name == nullptr || !name->is_scalar() || name->scalar.empty()) {
            add_error(entry.key_span, fmt::format("'{}' has no name", entry.key), "add `name:`");
            return;
        }
        service.name = name->scalar;
        if (!m_names.insert(service.name).second) {
            return; // the first one counts
        }
        if (component.layer.kind == LayerKind::lambda && !as_reference()) {
            add_lambda(component, service, entry.key_span);
        } else {
            add_oscar(component, service, inputs);
        }
    }

    [[nodiscard]] bool as_reference() const { return m_compatibility == Compatibility::reference; }

    /// Copies a property unless it holds nothing.
    static void copy(const Service& service, const char* from, const char* to, yaml::Node& into) {
        const yaml::Node* value = service.properties.find(from);
        if (value != nullptr && !is_nothing(*value)) {
            into.add(to, *value);
        }
    }

    static void add_environment(const Service& service, yaml::Node& into) {
        const yaml::Node* variables = service.properties.find("env_variables");
        if (variables != nullptr && !is_nothing(*variables)) {
            into.add("environment", map_of({{"Variables", *variables}}));
        }
    }

    [[nodiscard]] std::string image_of(const Service& service) const {
        const yaml::Node* image = service.properties.find("image");
        if (image == nullptr) {
            return {};
        }
        return as_reference() ? image->scalar : plain_image(image->scalar);
    }

    /// The name under which oscar-cli knows the cluster.
    [[nodiscard]] std::string
    cluster_of(const Component& component, const Service& service, const yaml::Node* inputs) const {
        if (!as_reference() && component.layer.kind == LayerKind::physical_provisioned &&
            component.physical && !component.physical->oscar_name.empty()) {
            return component.physical->oscar_name;
        }
        for (const char* input : {"oscar_name", "cluster_name"}) {
            const yaml::Node* found = inputs == nullptr ? nullptr : inputs->find(input);
            const yaml::Node* value = found == nullptr ? nullptr : found->find("default");
            if (value != nullptr && value->is_scalar()) {
                return value->scalar;
            }
        }
        return service.node;
    }

    void add_oscar(const Component& component, const Service& service, const yaml::Node* inputs) {
        yaml::Node record = yaml::mapping();
        for (const char* name :
             {"name", "alpine", "input", "output", "storage_providers", "memory"}) {
            copy(service, name, name, record);
        }
        record.add("image", yaml::text(image_of(service)));
        add_script(service, record);
        if (const yaml::Node* cpu = service.properties.find("cpu");
            cpu != nullptr && !cpu->is_null()) {
            record.add("cpu", yaml::text(short_number(*cpu)));
        }
        add_environment(service, record);
        add_pull_secrets(service, record);
        if (!as_reference()) {
            copy(service, "enable_gpu", "enable_gpu", record);
            copy(service, "enable_sgx", "enable_sgx", record);
            const yaml::Node* exposed = service.properties.find("exposed");
            if (exposed != nullptr && !is_nothing(*exposed)) {
                record.add("expose", as_plain_values(*exposed));
            }
            if (!is_nothing(component.synchronous)) {
                record.add("synchronous", component.synchronous);
            }
        }
        yaml::Node item = yaml::mapping();
        item.add(cluster_of(component, service, inputs), std::move(record));
        m_oscar.push(std::move(item));
    }

    static void add_pull_secrets(const Service& service, yaml::Node& record) {
        const yaml::Node* secrets = service.properties.find("image_pull_secrets");
        if (secrets != nullptr && !is_nothing(*secrets)) {
            record.add("image_pull_secrets",
                       secrets->is_scalar() ? yaml::sequence({*secrets}) : *secrets);
        }
    }

    void add_script(const Service& service, yaml::Node& record) {
        const yaml::Node* script = service.properties.find("script");
        if (script == nullptr || !script->is_scalar()) {
            return;
        }
        if (m_style == FdlStyle::api) {
            record.add("script", *script);
            return;
        }
        const std::string file = service.name + ".sh";
        m_scripts[file] = fmt::format("#!/bin/sh\n"
                                      "# The component's own script, inside of its image.\n"
                                      "exec '{}'\n",
                                      script->scalar);
        record.add("script", yaml::text(file));
    }

    void add_lambda(const Component& component, const Service& service, const Span& place) {
        const std::string image = image_of(service);
        std::string region = ecr_region(image);
        if (region.empty() && component.physical && component.physical->lambda) {
            region = component.physical->lambda->region;
        }
        const yaml::Node* memory = service.properties.find("memory");
        const auto mib = memory == nullptr ? std::nullopt : memory_mib(memory->scalar);
        if (!mib) {
            add_error(memory == nullptr ? place : memory->span,
                      fmt::format("the memory of '{}' is {}; it must be an amount such as 512Mi",
                                  service.node,
                                  memory == nullptr ? "nothing" : yaml::describe(*memory)),
                      "write the documents again with 'aisprint toscarizer tosca'");
            return;
        }
        yaml::Node record = map_of(
            {{"name", yaml::text(service.name)},
             {"memory", yaml::integer(*mib)},
             {"runtime", yaml::text("image")},
             {"execution_mode", yaml::text("lambda")},
             {"timeout", yaml::integer(k_lambda_seconds)},
             {"region", yaml::text(region.empty() ? k_default_region : region)},
             {"container", map_of({{"image", yaml::text(image)},
                                   {"create_image", yaml::boolean(false)},
                                   {"timeout_threshold", yaml::integer(k_lambda_margin_seconds)}})},
             {"ecr", map_of({{"delete_image", yaml::boolean(false)}})},
             {"supervisor", map_of({{"version", yaml::text(k_supervisor_version)}})}});
        copy(service, "script", "init_script", record);
        copy(service, "input", "input", record);
        copy(service, "output", "output", record);
        add_environment(service, record);
        m_aws.push(map_of({{"lambda", std::move(record)}}));
        if (const yaml::Node* providers = service.properties.find("storage_providers")) {
            add_providers(service, *providers);
        }
    }

    /// SCAR knows storage providers of the whole file only.
    void add_providers(const Service& service, const yaml::Node& providers) {
        for (const yaml::Entry& kind : providers.entries) {
            yaml::Node* known = m_providers.find(kind.key);
            if (known == nullptr) {
                known = &m_providers.add(kind.key, yaml::mapping());
            }
            for (const yaml::Entry& provider : kind.value.entries) {
                const yaml::Node* same = known->find(provider.key);
                if (same == nullptr) {
                    known->add(provider.key, provider.value);
                } else if (!yaml::same_content(*same, provider.value)) {
                    add_error(provider.key_span,
                              fmt::format("'{}' describes the storage provider {}.{} otherwise "
                                          "than another function does",
                                          service.node, kind.key, provider.key),
                              "write the documents again with 'aisprint toscarizer tosca'");
                }
            }
        }
    }

    const Deployment& m_deployment;
    FdlStyle m_style;
    Compatibility m_compatibility;
    yaml::Node m_oscar = yaml::sequence();
    yaml::Node m_aws = yaml::sequence();
    yaml::Node m_providers = yaml::mapping();
    std::set<std::string> m_names;
    std::map<std::string, std::string> m_scripts;
    std::vector<Diagnostic> m_errors;
};

} // namespace

Result<Fdl> build_fdl(const Deployment& deployment,
                      const std::vector<StoredDocument>& documents,
                      FdlStyle style,
                      Compatibility compatibility) {
    FdlBuilder builder(deployment, style, compatibility);
    for (const StoredDocument& document : documents) {
        builder.add_document(document);
    }
    return builder.take();
}

} // namespace aisprint::tosca
