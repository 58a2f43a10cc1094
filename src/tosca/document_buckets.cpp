// SPDX-License-Identifier: Apache-2.0
// Which buckets a component reads and writes: inputs lie on its own cluster, outputs on those of
// its successors.
#include "document_parts.hpp"
#include "document_yaml.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <set>
#include <tuple>

namespace aisprint::tosca {

namespace {

const char* const k_region = "us-east-1";
const char* const k_minio_user = "minio";
constexpr double k_weight_tolerance = 1e-9;

const LambdaBucket& bucket_of(const Component& component) {
    AISPRINT_ASSERT(component.physical && component.physical->lambda);
    return *component.physical->lambda;
}

/// Names that differ in their last but one character only are segments, in the reference's view.
bool looks_like_segment(const std::string& a, const std::string& b) {
    return a.size() > 1 && b.size() > 1 && a[a.size() - 2] == b[b.size() - 2];
}

/// Puts together the buckets of one component.
class Wiring {
public:
    Wiring(const DocumentPlan& plan, std::size_t index)
        : m_plan(plan), m_index(index), m_component(plan.component(index)),
          m_name(service_name(m_component)) {}

    void add_to(yaml::Node& properties) {
        properties.add("input", inputs());
        add_outputs();
        properties.add("output", std::move(m_outputs));
        if (m_providers.empty()) {
            return;
        }
        yaml::Node providers = yaml::mapping();
        for (auto& [kind, clusters] : m_providers) {
            yaml::Node& of_kind = providers.add(kind, yaml::mapping());
            for (auto& [cluster, provider] : clusters) {
                of_kind.add(cluster, std::move(provider));
            }
        }
        properties.add("storage_providers", std::move(providers));
    }

private:
    using Suffixes = std::vector<std::string>;

    /// Where files go: a provider, and what comes before the bucket's path.
    struct Target {
        std::string provider;
        std::string prefix;
    };

    [[nodiscard]] bool on_lambda() const { return m_component.layer.kind == LayerKind::lambda; }

    /// The component's own cluster, or its bucket.
    [[nodiscard]] Target own() const {
        return on_lambda() ? Target{"s3", bucket_of(m_component).name + "/"} : Target{"minio", ""};
    }

    [[nodiscard]] yaml::Node inputs() const {
        const Target from = own();
        yaml::Node list = yaml::sequence();
        const auto add = [&](const std::string& path) {
            list.push(map_of({{"storage_provider", yaml::text(from.provider)},
                              {"path", yaml::text(from.prefix + path)}}));
        };
        for (const Link& link : m_component.predecessors) {
            add(service_name(m_plan.component(link.component)) + "/output");
        }
        if (m_component.predecessors.empty()) {
            add(m_name + "/input");
        }
        return list;
    }

    void add_outputs() {
        double sum = 0;
        for (const Link& link : m_component.successors) {
            sum += link.weight;
            add_output(connect(link.component), m_name + "/output", suffixes_to(link));
        }
        if (sum < (m_plan.as_reference() ? 1 : 1 - k_weight_tolerance)) {
            add_remaining(sum);
        }
        if (m_plan.has_drift_detector()) {
            AISPRINT_ASSERT(m_plan.host);
            add_output(remote_minio(*m_plan.host), m_name + "/drift_detection_data", {"_DRIFTED"});
        }
    }

    /// What goes on to a successor. Of a model with early exits, the code says by the name of its
    /// output whether it has left.
    [[nodiscard]] Suffixes suffixes_to(const Link& link) const {
        if (!m_component.has_early_exits || std::abs(link.weight - 1) < k_weight_tolerance) {
            return plain_suffixes();
        }
        const std::string& successor = m_plan.component(link.component).name;
        const bool same = m_plan.as_reference()
                              ? looks_like_segment(m_component.name, successor)
                              : base_component(m_component.name) == base_component(successor);
        return early_exit_suffixes(same ? "_NO_EARLYEXIT" : "_EARLY_EXIT");
    }

    [[nodiscard]] Suffixes plain_suffixes() const {
        return m_plan.has_drift_detector() ? Suffixes{"_NO_DRIFT"} : Suffixes{};
    }

    /// With drift detection, names may end in what it found.
    [[nodiscard]] Suffixes early_exit_suffixes(const std::string& suffix) const {
        Suffixes result{suffix};
        if (m_plan.has_drift_detector() && !m_plan.as_reference()) {
            result.push_back(suffix + "_NO_DRIFT");
        }
        return result;
    }

    /// The output of what no successor is sure to take.
    void add_remaining(double sum) {
        if (sum <= 0 || !m_component.has_early_exits) {
            add_output(own(), m_name + "/output", plain_suffixes());
            return;
        }
        const std::size_t last = m_plan.last_partitions[m_index];
        Target target = last == m_index ? own() : connect(last);
        if (m_plan.as_reference()) {
            target = {"minio." + m_plan.cluster(last), ""};
        }
        add_output(target, service_name(m_plan.component(last)) + "/output",
                   early_exit_suffixes("_EARLY_EXIT"));
    }

    /// The way to another component's files; names the provider if that is not the own one.
    Target connect(std::size_t to) {
        const Component& target = m_plan.component(to);
        if (target.layer.kind != LayerKind::lambda) {
            return remote_minio(to);
        }
        const LambdaBucket& bucket = bucket_of(target);
        if (on_lambda()) {
            return {"s3", bucket.name + "/"};
        }
        const std::string& cluster = m_plan.cluster(to);
        m_providers["s3"][cluster] = map_of({{"access_key", yaml::text(bucket.access_key)},
                                             {"secret_key", yaml::text(bucket.secret_key.reveal())},
                                             {"region", yaml::text(bucket.region)}});
        return {"s3." + cluster, bucket.name + "/"};
    }

    Target remote_minio(std::size_t to) {
        const Component& target = m_plan.component(to);
        const std::string& cluster = m_plan.cluster(to);
        const auto provide = [&](const std::string& endpoint, const std::string& access_key,
                                 const Secret& secret_key) {
            m_providers["minio"][cluster] = map_of({{"endpoint", yaml::text(endpoint)},
                                                    {"access_key", yaml::text(access_key)},
                                                    {"secret_key", yaml::text(secret_key.reveal())},
                                                    {"region", yaml::text(k_region)}});
        };
        if (has_own_cluster(target.layer.kind)) {
            provide(m_plan.minio_url(to), k_minio_user, m_plan.names[to]->minio_password);
        } else if (!on_lambda() || !m_plan.as_reference()) { // the reference forgets it
            AISPRINT_ASSERT(target.physical && target.physical->minio);
            const ClusterService& minio = *target.physical->minio;
            provide(minio.endpoint, minio.access_key, minio.secret_key);
        }
        return {"minio." + cluster, ""};
    }

    /// Appends an output; functions on several successors of one bucket need it only once.
    void add_output(const Target& target, const std::string& path, const Suffixes& suffixes) {
        const std::string full = target.prefix + path;
        const bool fresh = m_written.emplace(target.provider, full, suffixes).second;
        if (!fresh && !m_plan.as_reference()) {
            return;
        }
        yaml::Node output =
            map_of({{"storage_provider", yaml::text(target.provider)}, {"path", yaml::text(full)}});
        if (!suffixes.empty()) {
            output.add("suffix", yaml::texts(suffixes));
        }
        m_outputs.push(std::move(output));
    }

    const DocumentPlan& m_plan;
    std::size_t m_index;
    const Component& m_component;
    std::string m_name;
    yaml::Node m_outputs = yaml::sequence();
    std::map<std::string, std::map<std::string, yaml::Node>> m_providers;
    std::set<std::tuple<std::string, std::string, Suffixes>> m_written;
};

} // namespace

void add_buckets(const DocumentPlan& plan, std::size_t index, yaml::Node& properties) {
    Wiring(plan, index).add_to(properties);
}

} // namespace aisprint::tosca
