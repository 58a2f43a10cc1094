// SPDX-License-Identifier: Apache-2.0
#include "device_checks.hpp"

#include "aisprint/base/files.hpp"
#include "aisprint/base/yaml.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <optional>

namespace aisprint::profiling {

namespace {

namespace fs = std::filesystem;

/// Numbers below it are more likely GB, as one tool reads them, than what a component can do with.
constexpr double k_smallest_mb = 64;

constexpr const char* k_annotations = "common_config/annotations.yaml";

/// What a component's source asks of its device.
struct Constraint {
    std::optional<double> ram; ///< MB, as `aisprint design` has it
    Span ram_span;
    bool wants_gpu = false;
    Span gpu_span;
};

class DeviceChecker {
public:
    DeviceChecker(const config::ApplicationConfig& application,
                  const Testbed& testbed,
                  Reporter& reporter,
                  std::vector<Diagnostic>& errors)
        : m_application(application), m_testbed(testbed), m_reporter(reporter), m_errors(errors) {}

    void check(const SourceFile& source, const yaml::Node& document) {
        read(document);
        for (const auto& [component, constraint] : m_constraints) {
            check_unit(source, component, constraint);
            check_memory(source, component, constraint);
            check_gpu(source, component, constraint);
        }
    }

    void check_accelerators() {
        for (const Unit& unit : m_testbed.units) {
            if (unit.gpu && !has_accelerator(unit.resource)) {
                m_errors.push_back(make_error_in(
                    m_application.deployments->source.name(), "PRF028",
                    fmt::format("{} asks for a GPU, but resource {} has no accelerator", unit.id,
                                unit.resource),
                    "name another resource in candidateExecutionResources, or list the "
                    "accelerators of this one in candidate_resources.yaml"));
            }
        }
    }

private:
    /// Constraints by the name of the component; entries of another form are `aisprint design`'s.
    void read(const yaml::Node& document) {
        for (const yaml::Entry& entry : document.entries) {
            const yaml::Node* named = entry.value.find("component_name");
            const yaml::Node* name = named == nullptr ? nullptr : named->find("name");
            const yaml::Node* device = entry.value.find("device_constraints");
            if (name == nullptr || device == nullptr) {
                continue;
            }
            Constraint& constraint = m_constraints[name->scalar];
            if (const yaml::Node* ram = device->find("ram")) {
                constraint.ram = yaml::as_number(*ram);
                constraint.ram_span = ram->span;
            }
            const yaml::Node* vram = device->find("vram");
            if (vram != nullptr && yaml::as_number(*vram).value_or(0) > 0) {
                constraint.wants_gpu = true;
                constraint.gpu_span = vram->span;
            }
        }
    }

    void
    check_unit(const SourceFile& source, const std::string& component, const Constraint& wanted) {
        if (wanted.ram.value_or(0) > 0 && *wanted.ram < k_smallest_mb) {
            m_reporter.report(as_warning(make_error_at(
                source, wanted.ram_span, "PRF033",
                fmt::format("ram of component {} is {}, which means {} MB", component, *wanted.ram,
                            *wanted.ram),
                fmt::format("if {} GB are meant, write {}", *wanted.ram, 1024 * *wanted.ram))));
        }
    }

    void
    check_memory(const SourceFile& source, const std::string& component, const Constraint& wanted) {
        if (!wanted.ram) {
            return;
        }
        for (const Unit& unit : m_testbed.units) {
            if (unit.partition == component && unit.memory_mb < *wanted.ram) {
                m_errors.push_back(make_error_at(
                    source, wanted.ram_span, "PRF026",
                    fmt::format("Memory size in candidate_deployments is less than what specified "
                                "in the annotations for component {}: {} has {} MB, {} are needed",
                                component, unit.id, unit.memory_mb, *wanted.ram),
                    "raise memorySize in candidate_deployments.yaml, or lower ram in the "
                    "component's annotation"));
            }
        }
    }

    void
    check_gpu(const SourceFile& source, const std::string& component, const Constraint& wanted) {
        const bool lacks =
            wanted.wants_gpu &&
            std::any_of(m_testbed.units.begin(), m_testbed.units.end(),
                        [&](const Unit& unit) { return unit.partition == component && !unit.gpu; });
        if (lacks) {
            m_errors.push_back(make_error_at(
                source, wanted.gpu_span, "PRF027",
                fmt::format("Component {} requires a GPU, but the requirement is not set in "
                            "candidate_deployments",
                            component),
                "set GPURequirement: true in candidate_deployments.yaml, or take vram out of the "
                "component's annotation"));
        }
    }

    [[nodiscard]] bool has_accelerator(const std::string& name) const {
        for (const config::NetworkDomain& domain : m_application.resources->domains) {
            for (const config::ComputationalLayer& layer : domain.layers) {
                for (const config::Resource& resource : layer.resources) {
                    if (resource.name == name) {
                        return !resource.accelerators.empty();
                    }
                }
            }
        }
        return false;
    }

    const config::ApplicationConfig& m_application;
    const Testbed& m_testbed;
    Reporter& m_reporter;
    std::vector<Diagnostic>& m_errors;
    std::map<std::string, Constraint> m_constraints;
};

} // namespace

void check_devices(const config::ApplicationConfig& application,
                   const config::ApplicationFolder& folder,
                   const Testbed& testbed,
                   Reporter& reporter,
                   std::vector<Diagnostic>& errors) {
    DeviceChecker checker(application, testbed, reporter, errors);
    checker.check_accelerators();
    const std::string shown = folder.shown(k_annotations);
    if (!fs::exists(folder.path / k_annotations)) {
        reporter.report(as_warning(make_error_in(
            shown, "PRF025", "there are no annotations: constraints of devices are not checked",
            "run 'aisprint design', which writes them")));
        return;
    }
    const auto source = load_source(folder.path / k_annotations, shown);
    const auto document = source ? yaml::parse(*source) : Result<yaml::Node>(yaml::null());
    if (!source || !document) {
        append(errors, source ? document.error().diagnostics : source.error().diagnostics);
        return;
    }
    checker.check(*source, *document);
}

} // namespace aisprint::profiling
