// SPDX-License-Identifier: Apache-2.0
// Reader of space4ai-r/deployments_performance.yaml.
#include "application_graph.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <iterator>
#include <limits>
#include <utility>

namespace aisprint::placement {

namespace {

/// Older files name the versions after their deployments.
std::string version_name(const std::string& key) {
    return key == "base" ? "original_deployment" : key;
}

/// Reads the versions of the application, best quality first.
class ListingReader {
public:
    ListingReader(const ApplicationFiles& files)
        : m_document(*files.versions), m_originals(originals_of(*files.common.dag)),
          m_reader(m_document.source, {"OPT201", "OPT202", "OPT203"}) {}

    std::vector<Configuration> read(ApplicationFiles& files, Reporter& reporter) {
        const yaml::Node& system = *m_document.root.find("System");
        m_threshold = yaml::as_number(*system.find("metric_thr"))
                          .value_or(-std::numeric_limits<double>::infinity());
        for (const yaml::Node& item : system.find("sorted_deployments_performance")->items) {
            for (const yaml::Entry& entry : item.entries) {
                read_version(entry, reporter);
            }
        }
        if (m_reader.failed()) {
            append(files.errors, std::move(m_reader.failure().value().diagnostics));
        }
        return std::move(m_versions);
    }

private:
    void read_version(const yaml::Entry& entry, Reporter& reporter) {
        Configuration version;
        version.name = version_name(entry.key);
        version.source = &m_document.source;
        version.metric_value = yaml::as_number(*entry.value.find("metric_value")).value_or(0);
        if (version.metric_value < m_threshold) {
            if (version.name == "original_deployment") {
                reporter.report(m_reader.warning(
                    entry.key_span, "OPT252",
                    fmt::format("the quality {} of the original application is below metric_thr "
                                "{}; no largest arrival rate is searched for it",
                                version.metric_value, m_threshold),
                    "lower metric_thr of model_performance"));
            }
            return;
        }
        for (const yaml::Node& name : entry.value.find("components")->items) {
            if (check_name(name, entry.key)) {
                version.components.push_back({name.scalar, name.span});
            }
        }
        for (const yaml::Node& item : entry.value.find("dependencies")->items) {
            read_edge(item, entry.key, version);
        }
        m_versions.push_back(std::move(version));
    }

    bool check_name(const yaml::Node& name, const std::string& version) {
        if (m_originals.contains(name.scalar)) {
            return true;
        }
        std::vector<std::string> names;
        std::ranges::transform(m_originals, std::back_inserter(names),
                               [](const auto& item) { return item.first; });
        m_reader.error(name.span, "OPT250",
                       fmt::format("'{}' has the component '{}', which application_dag.yaml lists "
                                   "neither as component nor as alternative",
                                   version, name.scalar),
                       config::suggestion(name.scalar, names, "run 'aisprint design' again"));
        return false;
    }

    void read_edge(const yaml::Node& item, const std::string& name, Configuration& version) {
        if (item.items.size() != 3) {
            m_reader.error(item.span, "OPT201",
                           fmt::format("a dependency of '{}' has {} items; it must be a triplet "
                                       "[source, target, probability]",
                                       name, item.items.size()),
                           "run 'aisprint design' again");
            return;
        }
        const bool known = check_end(item.items[0], version) && check_end(item.items[1], version);
        const auto probability =
            m_reader.number(&item.items[2], config::NumberRange::probability,
                            fmt::format("probability of a dependency of '{}'", name));
        if (known && probability) {
            version.edges.push_back(
                {item.items[0].scalar, item.items[1].scalar, item.items[2], item.span});
        }
    }

    bool check_end(const yaml::Node& end, const Configuration& version) {
        if (std::ranges::find(version.components, end.scalar, &config::Declared::name) !=
            version.components.end()) {
            return true;
        }
        m_reader.error(end.span, "OPT250",
                       fmt::format("a dependency of '{}' names '{}', which is not among its "
                                   "components",
                                   version.name, end.scalar),
                       "run 'aisprint design' again");
        return false;
    }

    const Document& m_document;
    std::map<std::string, std::string> m_originals;
    config::DocumentReader m_reader;
    double m_threshold = 0;
    std::vector<Configuration> m_versions;
};

} // namespace

std::vector<std::string> listed_versions(const ApplicationFiles& files) {
    if (!files.versions) {
        return {"original_deployment"};
    }
    std::vector<std::string> names;
    const yaml::Node& system = *files.versions->root.find("System");
    for (const yaml::Node& item : system.find("sorted_deployments_performance")->items) {
        for (const yaml::Entry& entry : item.entries) {
            names.push_back(version_name(entry.key));
        }
    }
    return names;
}

std::vector<Configuration> admissible_configurations(ApplicationFiles& files, Reporter& reporter) {
    return files.versions ? ListingReader(files).read(files, reporter)
                          : std::vector<Configuration>{};
}

} // namespace aisprint::placement
