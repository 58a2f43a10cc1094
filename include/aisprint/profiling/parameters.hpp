// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "aisprint/base/reporter.hpp"
#include "aisprint/base/result.hpp"
#include "aisprint/base/source_file.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace aisprint::profiling {

/// How long the uploads wait for each other.
enum class Arrival {
    deterministic, ///< always the same time T
    exponential,   ///< max(T, exponential with mean T), as the reference has it
    poisson        ///< exponential with mean T
};

/// The word for an arrival in run_parameters.yaml.
[[nodiscard]] std::string to_string(Arrival arrival);

/// What is done with levels that ask for more cores or memory than the machine has.
enum class Oversubscription {
    warned,   ///< they run, with a warning; if nothing is said
    degrades, ///< they run, and their runs are degraded
    refused   ///< nothing is started
};

/// A stretch of a synchronous test.
struct Interval {
    double throughput_per_minute = 0;
    int threads = 1;
    double duration_seconds = 0;
    double ramp_up_seconds = 0;
};

/// What run_parameters.yaml says of one component.
struct ComponentParameters {
    std::vector<int> parallelism;   ///< levels, none above its predecessor
    std::optional<Arrival> arrival; ///< of single tests; nothing: as the application's
};

/// oscarp/run_parameters.yaml, checked, with its defaults.
struct RunParameters {
    // input_files
    std::string storage_bucket = "storage";
    std::string filename; ///< empty: every file of oscarp/input_files, once
    // asynchronous
    int batch_size = 1;
    int number_of_batches = 1;
    Arrival arrival = Arrival::deterministic;
    double inter_upload_seconds = 0;
    bool combinatorial = false;
    // synchronous
    int pre_allocated_pods = 0;
    double connect_timeout_seconds = 0;
    double request_timeout_seconds = 0;
    int worker_nodes = 1;
    bool constant_timing = true; ///< else exponential
    std::vector<Interval> intervals;
    // components, by key of candidate_deployments.yaml; see parameters_of()
    std::map<std::string, ComponentParameters> components;
    // run
    bool synchronous = false;
    bool single_services = true;
    bool train_models = true;
    std::string campaign_dir;
    int repetitions = 1;
    double cooldown_seconds = 0;
    bool exclude_degraded = false;
    bool drop_outliers = false;
    // other
    double time_correction_hours = 0;
    std::string domain_name;
    bool clean_before = false;
    bool clean_after = false;
    bool clean_if_crash = false;
    std::string backend;    ///< local, oscar, or empty
    std::string im_url;     ///< of the Infrastructure Manager, or empty
    bool tls_verify = true; ///< whether certificates of clusters must be valid
    std::string ca_file;    ///< certificates of authorities to trust, or empty: the system's
    std::string python;     ///< interpreter of local components, or empty
    Oversubscription oversubscription = Oversubscription::warned; ///< of this machine
    bool set_thread_env = false;
    bool emulate_oscar_resolution = false;
    std::optional<double> job_timeout_seconds;
    std::uint64_t seed = 1;

    /// The parameters of a component key: its own, else those of the base component. Null if
    /// neither is there.
    [[nodiscard]] const ComponentParameters* parameters_of(const std::string& key) const;
};

/// Reads run_parameters.yaml in the form of the guide, with sections nested or not, and in the
/// older one. Warns of unknown keys, with the nearest known one. Fails (input, PRF01x) with every
/// error: lists of different length, empty or rising lists, names that no bucket can have, values
/// out of range.
[[nodiscard]] Result<RunParameters> parse_run_parameters(const SourceFile& source,
                                                         Reporter& reporter);

} // namespace aisprint::profiling
