// SPDX-License-Identifier: Apache-2.0
#include "aisprint/clients/kubectl.hpp"

#include "answer.hpp"
#include "json_fields.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <utility>

namespace aisprint::clients {

namespace {

constexpr std::string_view k_role_prefix = "node-role.kubernetes.io/";
constexpr std::string_view k_old_role_label = "kubernetes.io/role";
constexpr std::array<const char*, 2> k_job_labels = {"batch.kubernetes.io/job-name", "job-name"};

RemoteError make_error_of_kind(RemoteErrorKind kind, std::string message) {
    RemoteError error;
    error.kind = kind;
    error.delivery = Delivery::not_sent;
    error.message = std::move(message);
    return error;
}

bool contains(std::string_view text, std::string_view part) {
    return text.find(part) != std::string_view::npos;
}

/// True for what may be the name of a Kubernetes object.
bool is_name(std::string_view text) {
    return !text.empty() && std::isalnum(static_cast<unsigned char>(text.front())) != 0 &&
           std::all_of(text.begin(), text.end(), [](unsigned char letter) {
               return std::isalnum(letter) != 0 || letter == '.' || letter == '-' || letter == '_';
           });
}

/// The items of a list that kubectl printed; else what is wrong with it.
Parsed<Json> items_of(const std::string& text) {
    std::optional<Json> json = json_of(text);
    if (!json || !json->is_object()) {
        return wrong(json ? "answered with JSON that is not an object"
                          : fmt::format("answered with {} bytes that are not JSON", text.size()));
    }
    JsonFields fields(*json);
    if (fields.find("items") == nullptr) {
        return wrong("answered with JSON that has no list \"items\"");
    }
    Json items = fields.list("items");
    if (!fields.is_right()) {
        return wrong(fields.what_is_wrong());
    }
    if (!std::all_of(items.begin(), items.end(),
                     [](const Json& item) { return item.is_object(); })) {
        return wrong("answered with a list that holds something else than objects");
    }
    return items;
}

bool is_control_plane(std::string_view role) {
    return contains(role, "master") || contains(role, "control-plane");
}

/// True if one of the roles in a node's labels, as kubectl shows them, is that of a front end.
bool has_control_plane_role(const Json& labels) {
    for (const auto& label : labels.items()) {
        const std::string& key = label.key();
        if (key.rfind(k_role_prefix, 0) == 0 &&
            is_control_plane(std::string_view(key).substr(k_role_prefix.size()))) {
            return true;
        }
        if (key == k_old_role_label && label.value().is_string() &&
            is_control_plane(label.value().get_ref<const std::string&>())) {
            return true;
        }
    }
    return false;
}

bool is_ready(const Json& conditions) {
    return std::any_of(conditions.begin(), conditions.end(), [](const Json& condition) {
        JsonFields fields(condition);
        return fields.text("type") == "Ready" && fields.text("status") == "True";
    });
}

/// The name of the Job that a pod belongs to: from its labels, else from its owners.
std::string job_of(JsonFields& metadata) {
    JsonFields labels(metadata.object("labels"));
    for (const char* const label : k_job_labels) {
        if (std::string job = labels.text(label); !job.empty()) {
            return job;
        }
    }
    for (const Json& owner : metadata.list("ownerReferences")) {
        JsonFields fields(owner);
        if (fields.text("kind") == "Job") {
            return fields.text("name");
        }
    }
    return {};
}

Parsed<KubeNode> node_of(const Json& item) {
    JsonFields fields(item);
    JsonFields metadata(fields.object("metadata"));
    JsonFields spec(fields.object("spec"));
    JsonFields status(fields.object("status"));
    KubeNode node;
    node.name = metadata.required_text("name");
    node.short_name = without_domain(node.name);
    node.schedulable = !spec.truth("unschedulable", false);
    node.ready = is_ready(status.list("conditions"));
    node.is_worker = !has_control_plane_role(metadata.object("labels"));
    for (const JsonFields* part : {&metadata, &spec, &status}) {
        fields.complain_of(*part);
    }
    return checked(std::move(node), fields);
}

/// Adds a Job or a pod; else tells what is wrong with it. Objects of other kinds are left out.
Parsed<void> add_item(const Json& item, KubeJobs& result) {
    JsonFields fields(item);
    JsonFields metadata(fields.object("metadata"));
    const std::string kind = fields.text("kind");
    if (kind == "Job") {
        const std::string name = metadata.required_text("name");
        result.jobs[name] = KubeJob{name, metadata.time("creationTimestamp")};
    } else if (kind == "Pod") {
        JsonFields spec(fields.object("spec"));
        JsonFields status(fields.object("status"));
        const std::string name = metadata.required_text("name");
        result.pods.push_back({name, job_of(metadata), spec.text("nodeName"),
                               status.time("startTime"), is_ready(status.list("conditions"))});
        fields.complain_of(spec);
        fields.complain_of(status);
    }
    fields.complain_of(metadata);
    if (!fields.is_right()) {
        return wrong(fields.what_is_wrong());
    }
    return {};
}

/// What ssh says of a machine whose key is another one than that which is known, in one sentence:
/// it shouts many lines, of which the last ones tell what may be done.
std::string text_of_changed_key(std::string_view words) {
    constexpr std::string_view k_begin = "Offending ";
    constexpr std::string_view k_before = " key in ";
    std::string text = "the machine has another host key than when it was met first";
    const std::size_t line = words.find(k_begin);
    const std::size_t place = words.find(k_before, line);
    if (line != std::string_view::npos && place != std::string_view::npos) {
        const std::size_t begin = place + k_before.size();
        text += fmt::format("; if it was made anew, delete the old key (FILE:LINE): {}",
                            trimmed(words.substr(begin, words.find('\n', begin) - begin)));
    }
    return text;
}

/// Why there was no connection. All that was written counts: what is shown may be cut.
RemoteError error_of_connection(std::string_view words, std::string said) {
    if (contains(words, "REMOTE HOST IDENTIFICATION HAS CHANGED")) {
        return make_error_of_kind(RemoteErrorKind::unauthorised, text_of_changed_key(words));
    }
    const bool is_turned_away =
        contains(words, "Permission denied") || contains(words, "Host key verification failed");
    return make_error_of_kind(is_turned_away ? RemoteErrorKind::unauthorised
                                             : RemoteErrorKind::unreachable,
                              std::move(said));
}

/// Why a command gave no result, from what it and ssh wrote.
RemoteError error_of_command(const ProcessResult& result) {
    const std::string& words = result.standard_error;
    const std::string text = shortened_text(words);
    const std::string said = text.empty() ? fmt::format("exit code {}", result.exit_code) : text;
    if (result.stopped) {
        return make_error_of_kind(RemoteErrorKind::cancelled, "cancelled");
    }
    if (result.exit_code == k_no_connection) {
        return error_of_connection(words, said);
    }
    if (result.exit_code == k_program_not_found) {
        return make_error_of_kind(RemoteErrorKind::refused,
                                  "the program ssh here, or kubectl there, was not found: " + said);
    }
    if (contains(words, "(NotFound)")) {
        return make_error_of_kind(RemoteErrorKind::gone, said);
    }
    if (contains(words, "Unable to connect to the server") ||
        contains(words, "The connection to the server") ||
        contains(words, "(ServiceUnavailable)") || contains(words, "(Timeout)")) {
        return make_error_of_kind(RemoteErrorKind::server, said);
    }
    return make_error_of_kind(RemoteErrorKind::refused, said);
}

template <class T>
RemoteResult<T> read(const RemoteResult<std::string>& text,
                     Parsed<T> (*parse)(const std::string&)) {
    if (!text) {
        return tl::unexpected<RemoteError>(text.error());
    }
    Parsed<T> value = parse(*text);
    if (!value) {
        return tl::unexpected<RemoteError>(
            make_error_of_kind(RemoteErrorKind::malformed, "kubectl " + value.error()));
    }
    return std::move(*value);
}

tl::unexpected<RemoteError> not_a_name(const std::string& what, const std::string& text) {
    return tl::unexpected<RemoteError>(
        make_error_of_kind(RemoteErrorKind::refused, fmt::format("\"{}\" is not the name of a {}",
                                                                 shortened_text(text), what)));
}

} // namespace

std::string without_domain(std::string_view node) {
    const bool is_address = node.find_first_not_of("0123456789.") == std::string_view::npos;
    const std::size_t dot = node.find('.');
    return std::string(is_address || dot == 0 ? node : node.substr(0, dot));
}

Parsed<std::vector<KubeNode>> parse_nodes(const std::string& json) {
    const Parsed<Json> items = items_of(json);
    if (!items) {
        return wrong(items.error());
    }
    std::vector<KubeNode> nodes;
    for (const Json& item : *items) {
        Parsed<KubeNode> node = node_of(item);
        if (!node) {
            return wrong(node.error());
        }
        nodes.push_back(std::move(*node));
    }
    return nodes;
}

Parsed<KubeJobs> parse_jobs_and_pods(const std::string& json) {
    const Parsed<Json> items = items_of(json);
    if (!items) {
        return wrong(items.error());
    }
    KubeJobs result;
    for (const Json& item : *items) {
        if (Parsed<void> added = add_item(item, result); !added) {
            return wrong(added.error());
        }
    }
    return result;
}

Parsed<bool> parse_readiness(const std::string& json) {
    const Parsed<Json> items = items_of(json);
    if (!items) {
        return wrong(items.error());
    }
    bool ready = !items->empty();
    for (const Json& item : *items) {
        JsonFields fields(item);
        JsonFields status(fields.object("status"));
        ready = ready && is_ready(status.list("conditions"));
        fields.complain_of(status);
        if (!fields.is_right()) {
            return wrong(fields.what_is_wrong());
        }
    }
    return ready;
}

Kubectl::Kubectl(RemoteShell& shell, std::string services_namespace)
    : m_shell(shell), m_namespace(std::move(services_namespace)) {}

RemoteResult<std::string> Kubectl::run(const std::string& command,
                                       const std::stop_token& stop) const {
    Result<ProcessResult> result = m_shell.run("sudo kubectl " + command, stop);
    if (!result) {
        return tl::unexpected<RemoteError>(make_error_of_kind(
            RemoteErrorKind::unreachable, result.error().diagnostics.front().message));
    }
    if (result->exit_code != 0 || result->stopped) {
        return tl::unexpected<RemoteError>(error_of_command(*result));
    }
    return std::move(result->standard_output);
}

RemoteResult<std::vector<KubeNode>> Kubectl::nodes(std::stop_token stop) const {
    return read(run("get nodes -o json", stop), parse_nodes);
}

RemoteResult<void> Kubectl::cordon(const std::string& node, std::stop_token stop) const {
    if (!is_name(node)) {
        return not_a_name("node", node);
    }
    return run("cordon " + node, stop).map([](const std::string&) {});
}

RemoteResult<void> Kubectl::uncordon(const std::string& node, std::stop_token stop) const {
    if (!is_name(node)) {
        return not_a_name("node", node);
    }
    return run("uncordon " + node, stop).map([](const std::string&) {});
}

RemoteResult<void> Kubectl::check_names(const std::string& service) const {
    if (!is_name(service)) {
        return not_a_name("service", service);
    }
    if (!is_name(m_namespace)) {
        return not_a_name("namespace", m_namespace);
    }
    return {};
}

RemoteResult<KubeJobs> Kubectl::jobs_and_pods(const std::string& service,
                                              std::stop_token stop) const {
    if (const auto named = check_names(service); !named) {
        return tl::unexpected<RemoteError>(named.error());
    }
    return read(
        run(fmt::format("get pods,jobs -n {} -l oscar_service={} -o json", m_namespace, service),
            stop),
        parse_jobs_and_pods);
}

RemoteResult<KubeServing> Kubectl::serving(const std::string& service, std::stop_token stop) const {
    if (const auto named = check_names(service); !named) {
        return tl::unexpected<RemoteError>(named.error());
    }
    // OSCAR labels what it makes, but not the pods that Knative makes of it
    const RemoteResult<bool> ready =
        read(run(fmt::format("get services.serving.knative.dev -n {} -l oscar_service={} -o json",
                             m_namespace, service),
                 stop),
             parse_readiness);
    if (!ready) {
        return tl::unexpected<RemoteError>(ready.error());
    }
    RemoteResult<KubeJobs> found =
        read(run(fmt::format("get pods -n {} -l serving.knative.dev/service={} -o json",
                             m_namespace, service),
                 stop),
             parse_jobs_and_pods);
    if (!found) {
        return tl::unexpected<RemoteError>(found.error());
    }
    return KubeServing{*ready, std::move(found->pods)};
}

} // namespace aisprint::clients
