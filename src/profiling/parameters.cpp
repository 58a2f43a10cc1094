// SPDX-License-Identifier: Apache-2.0
#include "aisprint/profiling/parameters.hpp"

#include "aisprint/base/yaml.hpp"
#include "aisprint/config/document_reader.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <regex>

namespace aisprint::profiling {

namespace {

using config::DocumentReader;
using config::NumberRange;

constexpr const char* k_no_length = "Parallelism lists of different length in file "
                                    "\"run_parameters.yaml\"";
constexpr const char* k_empty = "Parallelism array must contain at least one value";
constexpr const char* k_rising = "Parallelism array must be listed in decreasing order";

constexpr const char* k_interval = "an interval";
constexpr const char* k_component = "a component";

/// Sections that the guide indents below `synchronous`.
bool is_nested_by_the_guide(const std::string& section) {
    return section == "components" || section == "run" || section == "other";
}

const std::vector<std::string>& known_fields(const std::string& section) {
    static const std::map<std::string, std::vector<std::string>> fields{
        {"input_files",
         {"storage_bucket", "filename", "batch_size", "number_of_batches", "distribution",
          "inter_upload_time"}},
        {"asynchronous",
         {"batch_size", "number_of_batches", "distribution", "inter_upload_time",
          "combinatorial_test"}},
        {"synchronous",
         {"number_of_pre_allocated_pods", "connect_timeout_seconds", "request_timeout_seconds",
          "worker_nodes", "distribution", "intervals", "components", "run", "other"}},
        {k_interval, {"throughput", "number_of_threads", "duration_seconds", "ramp_up_seconds"}},
        {k_component, {"parallelism", "distribution"}},
        {"run",
         {"test_synchronously", "test_single_services", "train_models", "campaign_dir",
          "repetitions", "cooldown_time", "exclude_degraded", "drop_outliers"}},
        {"other",
         {"time_correction", "domain_name", "clean_infrastructures_before_testing",
          "clean_infrastructures_after_testing", "clean_infrastructures_if_crash", "backend",
          "python", "allow_oversubscription", "set_thread_env", "emulate_oscar_resolution",
          "job_timeout", "seed", "im_url", "tls_verify", "ca_file"}}};
    static const std::vector<std::string> sections{
        "input_files", "asynchronous", "synchronous", "components", "run", "other", "parallelism"};
    const auto found = fields.find(section);
    return found == fields.end() ? sections : found->second;
}

class ParametersReader {
public:
    ParametersReader(const SourceFile& source, Reporter& reporter)
        : m_in(source, {"PRF010", "PRF011", "PRF012"}), m_reporter(reporter) {}

    Result<RunParameters> read(const yaml::Node& document) {
        if (m_in.as_mapping(&document, "the document") == nullptr) {
            return m_in.failure();
        }
        warn_of_unknown(document, "");
        read_input_files(section(document, "input_files"));
        read_asynchronous(section(document, "asynchronous"));
        read_synchronous(section(document, "synchronous"));
        read_components(document);
        read_run(section(document, "run"), document);
        read_other(section(document, "other"));
        check_lists();
        check_intervals(document);
        if (m_in.failed()) {
            return m_in.failure();
        }
        return std::move(m_result);
    }

private:
    /// A section at the top, or where the guide indents it; null if it is not there.
    const yaml::Node* section(const yaml::Node& document, const std::string& name) {
        const yaml::Node* found = document.find(name);
        const yaml::Node* synchronous = document.find("synchronous");
        if (found == nullptr && synchronous != nullptr && is_nested_by_the_guide(name)) {
            found = synchronous->find(name);
        }
        if (found == nullptr || found->is_null()) {
            return nullptr;
        }
        const yaml::Node* mapping = m_in.as_mapping(found, name);
        if (mapping != nullptr && name != "components") {
            warn_of_unknown(*mapping, name);
        }
        return mapping;
    }

    void warn_of_unknown(const yaml::Node& node, const std::string& section) {
        const std::vector<std::string>& known = known_fields(section);
        for (const yaml::Entry& entry : node.entries) {
            if (std::find(known.begin(), known.end(), entry.key) == known.end()) {
                m_reporter.report(m_in.warning(
                    entry.key_span, "PRF016",
                    fmt::format("'{}' is no field of {}, and is not looked at", entry.key,
                                section.empty() ? "run_parameters.yaml" : section),
                    config::suggestion(entry.key, known,
                                       fmt::format("fields are {}", fmt::join(known, ", ")))));
            }
        }
    }

    void read_text(const yaml::Node* section, const char* key, std::string& value) {
        const yaml::Node* node = section == nullptr ? nullptr : section->find(key);
        if (node != nullptr && !node->is_null()) {
            value = m_in.text(node, key);
        }
    }

    void read_number(const yaml::Node* section,
                     const char* key,
                     double& value,
                     NumberRange range = NumberRange::at_least_zero) {
        const yaml::Node* node = section == nullptr ? nullptr : section->find(key);
        if (node != nullptr && !node->is_null()) {
            value = m_in.number(node, range, key).value_or(value);
        }
    }

    void read_whole(const yaml::Node* section, const char* key, int least, int& value) {
        const yaml::Node* node = section == nullptr ? nullptr : section->find(key);
        if (node != nullptr && !node->is_null()) {
            value = static_cast<int>(m_in.integer(node, least, key).value_or(value));
        }
    }

    void read_flag(const yaml::Node* section, const char* key, bool& value) {
        const yaml::Node* node = section == nullptr ? nullptr : section->find(key);
        if (node == nullptr || node->is_null()) {
            return;
        }
        const auto flag = yaml::as_bool(*node);
        if (!flag) {
            m_in.error(
                node->span, "PRF010",
                fmt::format("{} must be true or false, found {}", key, yaml::describe(*node)),
                "write true or false");
            return;
        }
        value = *flag;
    }

    std::optional<Arrival> read_arrival(const yaml::Node* section, const char* key) {
        const yaml::Node* node = section == nullptr ? nullptr : section->find(key);
        if (node == nullptr || node->is_null()) {
            return std::nullopt;
        }
        for (const Arrival arrival :
             {Arrival::deterministic, Arrival::exponential, Arrival::poisson}) {
            if (node->is_scalar() && node->scalar == to_string(arrival)) {
                return arrival;
            }
        }
        m_in.error(node->span, "PRF015",
                   fmt::format("{} must be deterministic, exponential or poisson, found {}", key,
                               yaml::describe(*node)),
                   "write deterministic for equal waits");
        return std::nullopt;
    }

    void read_input_files(const yaml::Node* section) {
        read_text(section, "storage_bucket", m_result.storage_bucket);
        read_text(section, "filename", m_result.filename);
        // the older form has the batches here
        read_batches(section);
        static const std::regex valid("[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]");
        static const std::regex taken("(bucket|temp|trash)[0-9]+");
        const std::string& bucket = m_result.storage_bucket;
        if (!std::regex_match(bucket, valid) || std::regex_match(bucket, taken)) {
            m_in.error(section->find("storage_bucket")->span, "PRF015",
                       fmt::format("storage_bucket is '{}'; buckets have 3 to 63 lower-case "
                                   "letters, digits, dots and hyphens, and bucketN, tempN and "
                                   "trashN are taken",
                                   bucket),
                       "write for example storage");
        }
    }

    void read_batches(const yaml::Node* section) {
        read_whole(section, "batch_size", 1, m_result.batch_size);
        read_whole(section, "number_of_batches", 1, m_result.number_of_batches);
        m_result.arrival = read_arrival(section, "distribution").value_or(m_result.arrival);
        read_number(section, "inter_upload_time", m_result.inter_upload_seconds);
    }

    void read_asynchronous(const yaml::Node* section) {
        read_batches(section);
        read_flag(section, "combinatorial_test", m_result.combinatorial);
    }

    void read_synchronous(const yaml::Node* section) {
        read_whole(section, "number_of_pre_allocated_pods", 0, m_result.pre_allocated_pods);
        read_number(section, "connect_timeout_seconds", m_result.connect_timeout_seconds);
        read_number(section, "request_timeout_seconds", m_result.request_timeout_seconds);
        read_whole(section, "worker_nodes", 1, m_result.worker_nodes);
        std::string timing = "constant";
        read_text(section, "distribution", timing);
        m_result.constant_timing = timing != "exponential";
        if (timing != "constant" && timing != "exponential") {
            m_reporter.report(m_in.warning(
                section->find("distribution")->span, "PRF017",
                "Wrong specification of distribution (constant/exponential), using the constant "
                "one",
                "write constant or exponential"));
        }
        const yaml::Node* intervals = section == nullptr ? nullptr : section->find("intervals");
        if (intervals != nullptr && m_in.as_sequence(intervals, "intervals") != nullptr) {
            for (const yaml::Node& item : intervals->items) {
                read_interval(item);
            }
        }
    }

    void read_interval(const yaml::Node& node) {
        if (m_in.as_mapping(&node, k_interval) == nullptr) {
            return;
        }
        warn_of_unknown(node, k_interval);
        Interval interval;
        interval.throughput_per_minute = m_in.required_number(
            node, "throughput", NumberRange::above_zero, k_interval, "requests per minute", 1);
        interval.duration_seconds = m_in.required_number(
            node, "duration_seconds", NumberRange::above_zero, k_interval, "seconds", 1);
        read_whole(&node, "number_of_threads", 1, interval.threads);
        read_number(&node, "ramp_up_seconds", interval.ramp_up_seconds);
        m_result.intervals.push_back(interval);
    }

    void read_components(const yaml::Node& document) {
        const yaml::Node* components = section(document, "components");
        const yaml::Node* older = document.find("parallelism");
        if (components != nullptr) {
            for (const yaml::Entry& entry : components->entries) {
                if (m_in.as_mapping(&entry.value, entry.key) == nullptr) {
                    continue;
                }
                warn_of_unknown(entry.value, k_component);
                ComponentParameters& parameters = m_result.components[entry.key];
                parameters.arrival = read_arrival(&entry.value, "distribution");
                read_levels(entry.key, m_in.required(entry.value, "parallelism", entry.key));
            }
        } else if (older != nullptr && m_in.as_mapping(older, "parallelism") != nullptr) {
            for (const yaml::Entry& entry : older->entries) {
                read_levels(entry.key, &entry.value);
            }
        } else {
            m_in.error({}, "PRF011", "there is no section 'components'",
                       "list the parallelism of each component: components: {component1: "
                       "{parallelism: [4, 2, 1]}}");
        }
    }

    void read_levels(const std::string& component, const yaml::Node* node) {
        ComponentParameters& parameters = m_result.components[component];
        if (node == nullptr || m_in.as_sequence(node, "parallelism") == nullptr) {
            return;
        }
        if (node->items.empty()) {
            m_in.error(node->span, "PRF014", k_empty, "write for example [4, 2, 1]");
        }
        for (const yaml::Node& item : node->items) {
            const int level = static_cast<int>(m_in.integer(&item, 1, "parallelism").value_or(1));
            if (!parameters.parallelism.empty() && level > parameters.parallelism.back()) {
                m_in.error(item.span, "PRF014", k_rising,
                           "removing nodes is quick, adding them is not: write the largest first");
            }
            parameters.parallelism.push_back(level);
        }
        m_list_spans[component] = node->span;
    }

    void read_run(const yaml::Node* section, const yaml::Node& document) {
        read_flag(section, "test_synchronously", m_result.synchronous);
        read_flag(section, "test_single_services", m_result.single_services);
        read_flag(section, "train_models", m_result.train_models);
        read_flag(section, "exclude_degraded", m_result.exclude_degraded);
        read_flag(section, "drop_outliers", m_result.drop_outliers);
        read_whole(section, "repetitions", 1, m_result.repetitions);
        read_number(section, "cooldown_time", m_result.cooldown_seconds);
        const yaml::Node* folder =
            m_in.required(section == nullptr ? document : *section, "campaign_dir", "run");
        if (folder == nullptr) {
            return;
        }
        m_result.campaign_dir = m_in.text(folder, "campaign_dir");
        const std::string& name = m_result.campaign_dir;
        if (name.empty() || name.front() == '.' || name.find('/') != std::string::npos) {
            m_in.error(
                folder->span, "PRF015",
                fmt::format("campaign_dir is '{}'; it must name a folder below oscarp/", name),
                "write one name, without a slash or a dot at its start");
        }
    }

    void read_other(const yaml::Node* section) {
        if (const yaml::Node* node =
                section == nullptr ? nullptr : section->find("time_correction");
            node != nullptr && !node->is_null()) {
            const auto hours = yaml::as_number(*node);
            if (!hours) {
                m_in.error(node->span, "PRF010",
                           fmt::format("time_correction must be a number of hours, found {}",
                                       yaml::describe(*node)),
                           "write 0");
            }
            m_result.time_correction_hours = hours.value_or(0);
        }
        read_text(section, "domain_name", m_result.domain_name);
        read_flag(section, "clean_infrastructures_before_testing", m_result.clean_before);
        read_flag(section, "clean_infrastructures_after_testing", m_result.clean_after);
        read_flag(section, "clean_infrastructures_if_crash", m_result.clean_if_crash);
        read_text(section, "python", m_result.python);
        read_text(section, "im_url", m_result.im_url);
        read_flag(section, "tls_verify", m_result.tls_verify);
        read_text(section, "ca_file", m_result.ca_file);
        const char* const oversubscription = "allow_oversubscription";
        const yaml::Node* said = section == nullptr ? nullptr : section->find(oversubscription);
        if (said != nullptr && !said->is_null()) {
            bool allowed = false;
            read_flag(section, oversubscription, allowed);
            m_result.oversubscription =
                allowed ? Oversubscription::degrades : Oversubscription::refused;
        }
        read_flag(section, "set_thread_env", m_result.set_thread_env);
        read_flag(section, "emulate_oscar_resolution", m_result.emulate_oscar_resolution);
        double timeout = 0;
        read_number(section, "job_timeout", timeout, NumberRange::above_zero);
        if (timeout > 0) {
            m_result.job_timeout_seconds = timeout;
        }
        int seed = static_cast<int>(m_result.seed);
        read_whole(section, "seed", 0, seed);
        m_result.seed = static_cast<std::uint64_t>(seed);
        read_backend(section);
    }

    void read_backend(const yaml::Node* section) {
        read_text(section, "backend", m_result.backend);
        static constexpr std::array<std::string_view, 3> k_backends{"", "local", "oscar"};
        if (std::find(k_backends.begin(), k_backends.end(), m_result.backend) == k_backends.end()) {
            m_in.error(section->find("backend")->span, "PRF015",
                       fmt::format("backend must be local or oscar, found '{}'", m_result.backend),
                       "write local to measure on this machine");
        }
    }

    void check_lists() {
        if (m_result.synchronous || m_result.combinatorial || m_list_spans.empty()) {
            return;
        }
        const std::size_t length =
            m_result.components.at(m_list_spans.begin()->first).parallelism.size();
        for (const auto& [key, span] : m_list_spans) {
            if (m_result.components.at(key).parallelism.size() != length) {
                m_in.error(span, "PRF013", k_no_length,
                           "give every component as many levels, or set combinatorial_test");
                return;
            }
        }
    }

    /// Without intervals a synchronous test would send nothing.
    void check_intervals(const yaml::Node& document) {
        const yaml::Node* synchronous = document.find("synchronous");
        if (m_result.synchronous && m_result.intervals.empty() && !m_in.failed()) {
            m_in.error(synchronous == nullptr ? Span() : synchronous->span, "PRF011",
                       "run.test_synchronously is true, but 'synchronous' has no intervals",
                       "tell what is sent for how long: intervals: [{throughput: 6, "
                       "duration_seconds: 60}], with the throughput in requests per minute");
        }
    }

    DocumentReader m_in;
    Reporter& m_reporter;
    RunParameters m_result;
    std::map<std::string, Span> m_list_spans; ///< of levels, by component
};

/// component1 for component1_partitionX_1 and component1_alternative2.
std::string base_key(const std::string& key) {
    return key.substr(0, key.find('_'));
}

} // namespace

std::string to_string(Arrival arrival) {
    switch (arrival) {
    case Arrival::deterministic:
        return "deterministic";
    case Arrival::exponential:
        return "exponential";
    case Arrival::poisson:
        return "poisson";
    }
    return {};
}

const ComponentParameters* RunParameters::parameters_of(const std::string& key) const {
    auto found = components.find(key);
    if (found == components.end()) {
        found = components.find(base_key(key));
    }
    return found == components.end() ? nullptr : &found->second;
}

Result<RunParameters> parse_run_parameters(const SourceFile& source, Reporter& reporter) {
    AISPRINT_TRY_ASSIGN(const yaml::Node document, yaml::parse(source));
    return ParametersReader(source, reporter).read(document);
}

} // namespace aisprint::profiling
