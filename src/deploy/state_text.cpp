// SPDX-License-Identifier: Apache-2.0
// A deployment's state as text: state.json, and infras.yaml as the runtime manager reads it.
#include "aisprint/deploy/state.hpp"

#include "aisprint/base/yaml.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <array>
#include <utility>
#include <vector>

namespace aisprint::deploy {

namespace {

using clients::ImStateName;
using Json = nlohmann::ordered_json;
using yaml::Entry;
using yaml::Node;

constexpr std::array<std::pair<Phase, const char*>, 5> k_phases{{
    {Phase::creating, "creating"},
    {Phase::created, "created"},
    {Phase::updating, "updating"},
    {Phase::deleting, "deleting"},
    {Phase::failed, "failed"},
}};

constexpr std::array k_states{
    ImStateName::pending,      ImStateName::running, ImStateName::configured,
    ImStateName::unconfigured, ImStateName::failed,  ImStateName::stopped,
    ImStateName::off,          ImStateName::unknown, ImStateName::deleting};

const char* word_of(Phase phase) {
    for (const auto& [value, word] : k_phases) {
        if (value == phase) {
            return word;
        }
    }
    return "";
}

Json to_json(const InfrastructureRecord& record) {
    return {{"document", record.document_path},
            {"document_digest", record.document_digest},
            {"content_digest", record.content_digest},
            {"shape_digest", record.shape_digest},
            {"tag", record.tag},
            {"infra_name", record.infra_name},
            {"url", record.url},
            {"phase", word_of(record.phase)},
            {"state", clients::to_string(record.state)},
            {"message", record.message},
            {"attempts", record.attempts},
            {"created", record.created.count()},
            {"changed", record.changed.count()},
            {"outputs_digest", record.outputs_digest},
            {"may_have_twin", record.may_have_twin}};
}

/// Takes fields out of a state and collects what is wrong with them.
class StateReader {
public:
    explicit StateReader(const SourceFile& source) : m_source(source) {}

    Result<DeploymentState> read_json(const Node& document) {
        DeploymentState state;
        if (!document.is_mapping()) {
            wrong(document, "DPL003", "the state", "an object");
            return failure();
        }
        const Node* version = required(document, "format_version");
        const auto number = version == nullptr ? std::nullopt : yaml::as_integer(*version);
        if (version != nullptr && number != DeploymentState::k_format_version) {
            m_errors.push_back(make_error_at(
                m_source, version->span, "DPL002",
                fmt::format("the state has version {}; this program reads version {}",
                            yaml::describe(*version), DeploymentState::k_format_version),
                "use the program that wrote it"));
            return failure();
        }
        state.serial = static_cast<std::uint64_t>(natural(document, "serial"));
        state.im_url = text(document, "im_url");
        if (const Node* components = required(document, "components")) {
            if (!components->is_mapping()) {
                wrong(*components, "DPL003", "'components'", "an object");
                return failure();
            }
            for (const Entry& entry : components->entries) {
                state.components.emplace(entry.key, record(entry));
            }
        }
        return finish(std::move(state));
    }

    Result<DeploymentState> read_infras(const Node& document) {
        DeploymentState state;
        if (!document.is_mapping() && !document.is_null()) {
            wrong(document, "DPL004", "the file", "a map of components");
        }
        for (const Entry& entry : document.entries) {
            state.components.emplace(entry.key, infras_record(entry));
        }
        return finish(std::move(state));
    }

private:
    InfrastructureRecord record(const Entry& entry) {
        const Node& node = entry.value;
        InfrastructureRecord result;
        if (!node.is_mapping()) {
            wrong(node, "DPL003", fmt::format("component '{}'", entry.key), "an object");
            return result;
        }
        result.document_path = text(node, "document");
        result.document_digest = text(node, "document_digest");
        result.content_digest = text(node, "content_digest");
        result.shape_digest = text(node, "shape_digest");
        result.tag = text(node, "tag");
        result.infra_name = text(node, "infra_name");
        result.url = text(node, "url");
        result.message = text(node, "message");
        result.outputs_digest = text(node, "outputs_digest");
        result.attempts = static_cast<int>(natural(node, "attempts", 1'000'000));
        result.created = std::chrono::seconds(natural(node, "created"));
        result.changed = std::chrono::seconds(natural(node, "changed"));
        if (const Node* twin = required(node, "may_have_twin")) {
            const auto value = yaml::as_bool(*twin);
            if (!value) {
                wrong(*twin, "DPL003", "'may_have_twin'", "true or false");
            }
            result.may_have_twin = value.value_or(false);
        }
        if (const Node* phase = required(node, "phase")) {
            result.phase = parse_phase(*phase);
        }
        if (const Node* state = required(node, "state")) {
            result.state = parse_state_name(*state, "DPL003");
        }
        return result;
    }

    /// [URL or '', state, message]
    InfrastructureRecord infras_record(const Entry& entry) {
        constexpr std::size_t k_values = 3;
        InfrastructureRecord result;
        const Node& node = entry.value;
        bool good = node.is_sequence() && node.items.size() == k_values;
        for (const Node& item : node.items) {
            good = good && (item.is_scalar() || item.is_null());
        }
        if (!good) {
            m_errors.push_back(make_error_at(
                m_source, node.span.line == 0 ? entry.key_span : node.span, "DPL004",
                fmt::format("component '{}' is {}; it must be a list of URL, state and message",
                            entry.key, describe(node)),
                "restore the file, or delete it if nothing of it runs any more"));
            return result;
        }
        result.url = node.items[0].scalar;
        result.state = parse_state_name(node.items[1], "DPL004");
        result.message = node.items[2].scalar;
        result.phase = result.url.empty() ? Phase::failed : Phase::created;
        return result;
    }

    static std::string describe(const Node& node) {
        return node.is_sequence() ? fmt::format("a list of {} values", node.items.size())
                                  : yaml::describe(node);
    }

    Phase parse_phase(const Node& node) {
        for (const auto& [value, word] : k_phases) {
            if (node.scalar == word) {
                return value;
            }
        }
        wrong(node, "DPL003", "'phase'", "creating, created, updating, deleting or failed");
        return Phase::failed;
    }

    ImStateName parse_state_name(const Node& node, const std::string& code) {
        for (const ImStateName state : k_states) {
            if (node.scalar == clients::to_string(state)) {
                return state;
            }
        }
        wrong(node, code, "the state", "a state of the Infrastructure Manager, such as configured");
        return ImStateName::unknown;
    }

    const Node* required(const Node& parent, const std::string& key) {
        const Node* found = parent.find(key);
        if (found == nullptr) {
            m_errors.push_back(make_error_at(m_source, parent.span, "DPL003",
                                             fmt::format("there is no '{}'", key), k_hint));
        }
        return found;
    }

    std::string text(const Node& parent, const std::string& key) {
        const Node* node = required(parent, key);
        if (node == nullptr || !node->is_scalar() || node->spelling != yaml::Spelling::text) {
            if (node != nullptr) {
                wrong(*node, "DPL003", fmt::format("'{}'", key), "a text in quotes");
            }
            return {};
        }
        return node->scalar;
    }

    std::int64_t
    natural(const Node& parent, const std::string& key, std::int64_t most = std::int64_t{1} << 53) {
        const Node* node = required(parent, key);
        const auto number = node == nullptr ? std::nullopt : yaml::as_integer(*node);
        if (node != nullptr && (!number || *number < 0 || *number > most)) {
            wrong(*node, "DPL003", fmt::format("'{}'", key),
                  fmt::format("a whole number from 0 to {}", most));
            return 0;
        }
        return number.value_or(0);
    }

    void wrong(const Node& node,
               const std::string& code,
               const std::string& what,
               const std::string& allowed) {
        m_errors.push_back(make_error_at(
            m_source, node.span, code,
            fmt::format("{} is {}; it must be {}", what, describe(node), allowed), k_hint));
    }

    Result<DeploymentState> finish(DeploymentState state) {
        if (!m_errors.empty()) {
            return failure();
        }
        return state;
    }

    tl::unexpected<Failure> failure() { return fail(ErrorKind::input, std::move(m_errors)); }

    static constexpr const char* k_hint =
        "restore the file from a copy; it is written by the program and not to be edited";

    const SourceFile& m_source;
    std::vector<Diagnostic> m_errors;
};

} // namespace

std::string to_json_text(const DeploymentState& state) {
    Json components = Json::object();
    for (const auto& [name, record] : state.components) {
        components[name] = to_json(record);
    }
    const Json document{{"format_version", DeploymentState::k_format_version},
                        {"serial", state.serial},
                        {"im_url", state.im_url},
                        {"components", std::move(components)}};
    constexpr int k_indent = 2;
    return document.dump(k_indent, ' ', false, Json::error_handler_t::replace) + "\n";
}

Result<DeploymentState> parse_state(const SourceFile& source) {
    AISPRINT_TRY_ASSIGN(const Node document, yaml::parse(source));
    return StateReader(source).read_json(document);
}

std::string to_infras_yaml(const DeploymentState& state) {
    Node document = yaml::mapping();
    for (const auto& [name, record] : state.components) {
        document.add(name, yaml::sequence({yaml::text(record.url),
                                           yaml::text(clients::to_string(record.state)),
                                           yaml::text(record.message)}));
    }
    return yaml::write(document);
}

Result<DeploymentState> parse_infras_yaml(const SourceFile& source) {
    AISPRINT_TRY_ASSIGN(const Node document, yaml::parse(source));
    return StateReader(source).read_infras(document);
}

} // namespace aisprint::deploy
