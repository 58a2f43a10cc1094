// SPDX-License-Identifier: Apache-2.0
#include "candidate_checks.hpp"

#include "aisprint/config/partition_name.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>

namespace aisprint::design {

namespace {

using config::CandidateEntry;
using config::Container;
using config::Resource;

class CandidateChecker {
public:
    CandidateChecker(const ApplicationModel& model,
                     const DesignOptions& options,
                     Reporter& reporter)
        : m_model(model), m_options(options), m_reporter(reporter) {}

    std::vector<Diagnostic> check() {
        for (const Component& component : m_model.components) {
            check_entry(component);
        }
        warn_about_other_entries();
        return std::move(m_errors);
    }

private:
    Diagnostic at(const Span& span, std::string code, std::string message, std::string hint) {
        return make_error_at(m_model.deployments.source, span, std::move(code), std::move(message),
                             std::move(hint));
    }

    void check_entry(const Component& component) {
        const bool has_entry = m_model.deployments.find(component.name) != nullptr ||
                               m_model.deployments.find(component.parent) != nullptr;
        if (!has_entry) {
            report_missing_entry(component);
            return;
        }
        const CandidateEntry& entry = m_model.entry_of(component);
        const annotations::ComponentScript& script = m_model.script_of(component);
        if (const auto constraints = annotations::device_constraints_of(script)) {
            check_devices(component, entry, *constraints);
        }
        if (const auto flags = annotations::security_of(script)) {
            check_security(component, entry, *flags);
        }
    }

    void report_missing_entry(const Component& component) {
        std::vector<std::string> names;
        std::ranges::transform(m_model.deployments.entries, std::back_inserter(names),
                               &CandidateEntry::name);
        const auto close = closest_name(component.name, names);
        m_errors.push_back(make_error_in(
            m_model.deployments.source.name(), "DSN014",
            fmt::format("no entry of candidate_deployments.yaml is named '{}'", component.name),
            close ? fmt::format("add one, or is '{}' meant?", *close)
                  : "add an entry with its layers and containers"));
    }

    void warn_about_other_entries() {
        std::set<std::string> names;
        for (const Component& component : m_model.components) {
            names.insert(component.name);
        }
        for (const CandidateEntry& entry : m_model.deployments.entries) {
            const auto segment = config::parse_segment_name(entry.name);
            const std::string& component = segment ? segment->component : entry.name;
            if (!names.contains(component)) {
                m_reporter.report(as_warning(
                    at(entry.span, "DSN015",
                       fmt::format("entry '{}' belongs to no component of the application",
                                   entry.name),
                       "remove it, or correct its name")));
            }
        }
    }

    /// Why a container on a resource does not meet the constraints; empty if it does.
    static std::string shortfall(const Container& container,
                                 const Resource& resource,
                                 const annotations::DeviceConstraints& constraints) {
        const double ram = constraints.ram.number();
        const double vram = constraints.vram.number();
        if (container.memory_mb < ram) {
            return fmt::format("ram: {} MB asked for, the container has {} MB", ram,
                               container.memory_mb);
        }
        if (resource.memory_mb < ram) {
            return fmt::format("ram: {} MB asked for, the resource has {} MB", ram,
                               resource.memory_mb);
        }
        const bool needs_gpu = vram > 0 || !constraints.use_gpu_for.empty();
        const bool has_gpu =
            std::ranges::any_of(resource.accelerators, [&](const config::Accelerator& gpu) {
                return gpu.memory_mb >= vram;
            });
        if (needs_gpu && !has_gpu) {
            return fmt::format("vram: {} MB asked for, the resource has no such accelerator", vram);
        }
        return {};
    }

    void check_devices(const Component& component,
                       const CandidateEntry& entry,
                       const annotations::DeviceConstraints& constraints) {
        std::vector<Diagnostic> findings;
        std::size_t candidates = 0;
        bool gpu_required = false;
        for (const Container& container : entry.containers) {
            gpu_required = gpu_required || container.gpu_requirement;
            for (const config::Placed<std::string>& name : container.resources) {
                ++candidates;
                const std::string reason =
                    shortfall(container, *m_model.resources.find_resource(name.value), constraints);
                if (!reason.empty()) {
                    findings.push_back(
                        at(name.span, "DSN016",
                           fmt::format("{} of '{}' on '{}' breaks its device_constraints ({})",
                                       container.key, component.name, name.value, reason),
                           "choose another resource or lower the constraint"));
                }
            }
        }
        const bool fatal = findings.size() == candidates || m_options.strict == Strict::yes;
        for (Diagnostic& finding : findings) {
            report(std::move(finding), fatal);
        }
        const bool wants_gpu = constraints.vram.number() > 0 || !constraints.use_gpu_for.empty();
        if (wants_gpu && !gpu_required) {
            report(at(entry.span, "DSN017",
                      fmt::format("'{}' wants a GPU, but no container has GPURequirement: true",
                                  component.name),
                      "set it in a container, or remove vram and use_gpu_for"),
                   m_options.strict == Strict::yes);
        }
    }

    void report(Diagnostic diagnostic, bool fatal) {
        if (fatal) {
            m_errors.push_back(std::move(diagnostic));
        } else {
            m_reporter.report(as_warning(std::move(diagnostic)));
        }
    }

    void check_security(const Component& component,
                        const CandidateEntry& entry,
                        const annotations::SecurityFlags& flags) {
        const auto compare = [&](bool wanted, bool Container::*flag, const char* field) {
            const bool given = std::ranges::any_of(entry.containers, flag);
            if (wanted && !given) {
                m_reporter.report(
                    as_warning(at(entry.span, "DSN018",
                                  fmt::format("'{}' asks for {}, but no container has {}: true",
                                              component.name, field, field),
                                  fmt::format("set {}: true in a container", field))));
            }
        };
        compare(flags.trusted_execution, &Container::trusted_execution, "trustedExecution");
        compare(flags.network_shield, &Container::network_protection, "networkProtection");
        compare(flags.filesystem_shield, &Container::file_system_protection,
                "fileSystemProtection");
        if (!flags.trusted_execution) {
            return;
        }
        const auto can_protect = [&](const config::Placed<std::string>& name) {
            const Resource& resource = *m_model.resources.find_resource(name.value);
            return resource.has_sgx || (resource.has_secure_boot && resource.has_measured_boot);
        };
        const bool possible =
            std::ranges::any_of(entry.containers, [&](const Container& container) {
                return std::ranges::any_of(container.resources, can_protect);
            });
        if (!possible) {
            report(at(entry.span, "DSN019",
                      fmt::format("'{}' asks for trusted execution, but no candidate resource has "
                                  "SGXFlag, or secureBoot and measuredBoot",
                                  component.name),
                      "add such a resource, or remove trustedExecution from the annotation"),
                   m_options.strict == Strict::yes);
        }
    }

    const ApplicationModel& m_model;
    const DesignOptions& m_options;
    Reporter& m_reporter;
    std::vector<Diagnostic> m_errors;
};

} // namespace

std::vector<Diagnostic>
check_candidates(const ApplicationModel& model, const DesignOptions& options, Reporter& reporter) {
    return CandidateChecker(model, options, reporter).check();
}

} // namespace aisprint::design
