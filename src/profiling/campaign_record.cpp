// SPDX-License-Identifier: Apache-2.0
#include "campaign_record.hpp"

#include "aisprint/base/files.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <set>

namespace aisprint::profiling {

namespace {

constexpr std::array<const char*, 6> k_sections{"input_files", "asynchronous", "synchronous",
                                                "components",  "run",          "other"};

/// 8192 and 0.9, as people write them.
yaml::Node quantity(double value) {
    return yaml::plain(fmt::format("{}", value));
}

yaml::Node numbers_of(const std::vector<std::int64_t>& values) {
    std::vector<yaml::Node> items;
    for (const std::int64_t value : values) {
        items.push_back(yaml::integer(value));
    }
    return yaml::sequence(std::move(items));
}

/// A list item with a name: `- NAME: {...}`.
yaml::Node named(const std::string& name, yaml::Node value) {
    yaml::Node item = yaml::mapping();
    item.add(name, std::move(value));
    return item;
}

yaml::Node uploads_of(const std::vector<Upload>& uploads) {
    std::vector<yaml::Node> items;
    for (const Upload& upload : uploads) {
        yaml::Node item = yaml::mapping();
        item.add("t", yaml::number(upload.seconds));
        item.add("key", yaml::text(upload.key));
        items.push_back(std::move(item));
    }
    return yaml::sequence(std::move(items));
}

yaml::Node jobs_of(const std::map<std::string, JobCounts>& jobs) {
    yaml::Node node = yaml::mapping();
    for (const auto& [service, counts] : jobs) {
        yaml::Node value = yaml::mapping();
        value.add("succeeded", yaml::integer(static_cast<std::int64_t>(counts.succeeded)));
        value.add("failed", yaml::integer(static_cast<std::int64_t>(counts.failed)));
        node.add(service, std::move(value));
    }
    return node;
}

} // namespace

DeploymentRecord::DeploymentRecord(const CampaignPlan& plan,
                                   const CampaignFiles& files,
                                   const CampaignOptions& options,
                                   const Backend& backend,
                                   std::size_t deployment)
    : m_plan(plan), m_files(files), m_options(options), m_backend(backend),
      m_deployment(deployment) {}

Result<void> DeploymentRecord::load(const std::vector<std::size_t>& units_alone) {
    m_units = units_alone;
    for (const Run& run : m_plan.schedules[m_deployment].runs) {
        AISPRINT_TRY(add_done({m_deployment, run.number, k_full_workflow}));
        for (const std::size_t unit : m_units) {
            AISPRINT_TRY(add_done({m_deployment, run.number, m_plan.testbed.units[unit].id}));
        }
    }
    return write();
}

Result<void> DeploymentRecord::begin(const TestId& test, const std::string& started) {
    yaml::Node run = run_head(test);
    run.add("started", yaml::text(started));
    m_runs[place_of(test)] = std::move(run);
    return write();
}

Result<void> DeploymentRecord::end(const TestId& test) {
    AISPRINT_TRY(add_done(test));
    return write();
}

DeploymentRecord::Place DeploymentRecord::place_of(const TestId& test) const {
    std::size_t place = 0; // the full workflow
    for (std::size_t i = 0; i < m_units.size(); ++i) {
        if (m_plan.testbed.units[m_units[i]].id == test.unit) {
            place = i + 1;
        }
    }
    return {test.run, place};
}

Result<void> DeploymentRecord::add_done(const TestId& test) {
    if (!m_files.is_done(test)) {
        return {};
    }
    AISPRINT_TRY_ASSIGN(const TestRecord record, m_files.read_record(test));
    yaml::Node run = run_head(test);
    run.add("started", yaml::text(record.started));
    run.add("finished", yaml::text(record.finished));
    run.add("uploads", uploads_of(record.uploads));
    run.add("jobs", jobs_of(record.jobs));
    run.add("health", yaml::texts(record.health));
    if (!record.oversubscribed.empty()) {
        run.add("oversubscribed", yaml::text(record.oversubscribed));
    }
    m_runs[place_of(test)] = std::move(run);
    return {};
}

yaml::Node DeploymentRecord::run_head(const TestId& test) const {
    const Run& scheduled = m_plan.schedules[m_deployment].runs[test.run - 1];
    yaml::Node run = yaml::mapping();
    run.add("id", yaml::text(fmt::format("Run #{}", test.run)));
    const bool is_full = test.unit == k_full_workflow;
    run.add("kind", yaml::text(is_full ? "full" : "single"));
    if (!is_full) {
        run.add("unit", yaml::text(test.unit));
    }
    yaml::Node& parallelism = run.add("parallelism", yaml::mapping());
    for (const auto& [unit, count] : scheduled.parallelism) {
        parallelism.add(unit, yaml::integer(count));
    }
    yaml::Node& nodes = run.add("nodes", yaml::mapping());
    for (const auto& [resource, count] : scheduled.nodes) {
        nodes.add(resource, yaml::integer(count));
    }
    return run;
}

yaml::Node DeploymentRecord::service(std::size_t index, std::size_t position) const {
    const Unit& unit = m_plan.testbed.units[index];
    const Schedule& schedule = m_plan.schedules[m_deployment];
    const std::string& id =
        m_plan.testbed.units[m_plan.testbed.deployments[m_deployment].units[position]].id;
    std::vector<std::int64_t> levels;
    for (const Run& run : schedule.runs) {
        if (run.repetition == 0) {
            levels.push_back(run.parallelism.at(id));
        }
    }
    yaml::Node node = yaml::mapping();
    node.add("unit", yaml::text(unit.id));
    node.add("cluster", yaml::text(unit.resource));
    node.add("image", unit.images.empty() ? yaml::null() : yaml::text(unit.images.front()));
    node.add("input_bucket", yaml::text(fmt::format("bucket{}", position)));
    node.add("output_bucket", yaml::text(fmt::format("bucket{}", position + 1)));
    node.add("cpu", quantity(unit.cpu));
    node.add("memory", quantity(unit.memory_mb));
    node.add("parallelism", numbers_of(levels));
    node.add("is_lambda", yaml::boolean(m_plan.testbed.find_resource(unit.resource)->is_function));
    return named(unit.service, std::move(node));
}

yaml::Node DeploymentRecord::services() const {
    const UnitChain& chain = m_plan.testbed.deployments[m_deployment];
    std::vector<yaml::Node> items;
    for (std::size_t i = 0; i < chain.units.size(); ++i) {
        items.push_back(service(chain.units[i], i));
    }
    return yaml::sequence(std::move(items));
}

yaml::Node DeploymentRecord::clusters() const {
    const Schedule& schedule = m_plan.schedules[m_deployment];
    std::set<std::string> seen;
    std::vector<yaml::Node> items;
    for (const std::size_t index : m_plan.testbed.deployments[m_deployment].units) {
        const std::string& name = m_plan.testbed.units[index].resource;
        if (!seen.insert(name).second) {
            continue;
        }
        const ResourceFacts& facts = *m_plan.testbed.find_resource(name);
        std::vector<std::int64_t> nodes;
        for (const Run& run : schedule.runs) {
            const auto count = run.nodes.find(name);
            if (run.repetition == 0 && count != run.nodes.end()) {
                nodes.push_back(count->second);
            }
        }
        yaml::Node node = yaml::mapping();
        for (const auto& [key, value] : m_backend.describe_cluster(name)) {
            node.add(key, yaml::text(value));
        }
        node.add("total_nodes", yaml::integer(facts.total_nodes));
        node.add("max_cpu_cores", quantity(facts.cores_per_node));
        node.add("max_memory_mb", quantity(facts.memory_mb_per_node));
        node.add("execution_layer", yaml::integer(facts.layer));
        node.add("nodes", numbers_of(nodes)); // by level; none for functions
        items.push_back(named(name, std::move(node)));
    }
    return yaml::sequence(std::move(items));
}

/// Sections of run_parameters.yaml as they were read, each at the top.
void DeploymentRecord::add_parameters(yaml::Node& configuration) const {
    const auto document =
        yaml::parse(SourceFile("oscarp/run_parameters.yaml", m_plan.parameters_text));
    AISPRINT_ASSERT(document.has_value()); // it was read before
    const yaml::Node* synchronous = document->find("synchronous");
    for (const char* const name : k_sections) {
        const yaml::Node* section = document->find(name);
        if (section == nullptr && synchronous != nullptr) {
            section = synchronous->find(name);
        }
        if (section == nullptr) {
            continue;
        }
        yaml::Node& copy = configuration.add(name, *section);
        if (section == synchronous) { // without those that the guide indents below it
            std::erase_if(copy.entries, [](const yaml::Entry& entry) {
                return entry.key == "components" || entry.key == "run" || entry.key == "other";
            });
        }
    }
    if (const yaml::Node* older = document->find("parallelism")) {
        configuration.add("parallelism", *older);
    }
}

yaml::Node DeploymentRecord::tool() const {
    yaml::Node node = yaml::mapping();
    for (const auto& [key, value] : m_options.tool) {
        node.add(key, yaml::text(value));
    }
    node.add("seed", yaml::integer(static_cast<std::int64_t>(m_plan.parameters.seed)));
    return node;
}

Result<void> DeploymentRecord::write() const {
    yaml::Node document = yaml::mapping();
    yaml::Node& configuration = document.add("configuration", yaml::mapping());
    configuration.add("services", services());
    configuration.add("clusters", clusters());
    add_parameters(configuration);
    configuration.add("tool", tool());
    std::vector<yaml::Node> runs;
    for (const auto& [place, run] : m_runs) {
        runs.push_back(run);
    }
    configuration.add("runs", yaml::sequence(std::move(runs)));
    return write_file_atomic(m_files.deployment(m_deployment) / "input.yaml",
                             yaml::write(document));
}

} // namespace aisprint::profiling
