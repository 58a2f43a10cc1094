// SPDX-License-Identifier: Apache-2.0
// What is asked before a plan: what became of earlier requests, states, outputs.
#include "infrastructure.hpp"

#include "aisprint/deploy/plan.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <mutex>
#include <utility>

namespace aisprint::deploy {

namespace {

using clients::ImState;

/// True if IM may have an infrastructure that the record has no URL of.
bool is_unsettled(const InfrastructureRecord& record) {
    return record.url.empty() && !record.tag.empty() &&
           (record.phase == Phase::creating || record.may_have_twin);
}

std::vector<std::string> with_url(const DeploymentState& state,
                                  const std::vector<std::string>& only) {
    std::vector<std::string> result;
    for (const auto& [component, record] : state.components) {
        if (!record.url.empty() &&
            (only.empty() || std::ranges::find(only, component) != only.end())) {
            result.push_back(component);
        }
    }
    return result;
}

/// Asks for the document of an infrastructure that another tool made.
void take_document(Session& session, const std::string& component, InfrastructureRecord record) {
    const auto text = session.client().document(record.url, session.stop());
    const auto content = text ? yaml::parse(SourceFile("document", *text)) : Result<yaml::Node>{};
    if (!text || !content || !content->is_mapping()) {
        return; // it stays unknown, and is told so in the plan
    }
    const DocumentDigests digests = digests_of(*text, *content);
    record.document_digest = digests.text;
    record.content_digest = digests.content;
    record.shape_digest = digests.shape;
    static_cast<void>(session.put(component, record)); // the session keeps the failure
}

} // namespace

Result<std::vector<std::string>> settle_unknown(RunContext& context, const RunOptions& options) {
    Session session(context, options);
    const DeploymentState before = context.store.state();
    std::vector<std::string> found;
    std::vector<Diagnostic> errors;
    const auto unsettled = [&](const std::string& component, const std::string& reason) {
        errors.push_back(make_error(
            "DPL007",
            fmt::format("cannot find out what IM made for component '{}': {}", component, reason),
            "try again when IM answers; until then nothing is created, so that nothing is "
            "created twice"));
    };
    for (const auto& [component, record] : before.components) {
        Infrastructure infrastructure(session, component);
        if (is_unsettled(record)) {
            const auto made = infrastructure.settle();
            if (made && *made) {
                found.push_back(component);
            } else if (!made) {
                unsettled(component, made.error().message);
            }
        }
        if (!infrastructure.record().url.empty() && infrastructure.record().may_have_twin &&
            infrastructure.remove_twins(k_short_wait) == TwinCheck::unclear) {
            unsettled(component, "a second one may have been made when an answer was lost");
        }
        if (!record.url.empty() && record.content_digest.empty()) {
            take_document(session, component, infrastructure.record());
        }
        if (auto failure = session.failure()) {
            return tl::unexpected(std::move(*failure));
        }
        if (context.stop.stop_requested()) {
            return fail(ErrorKind::cancelled,
                        make_error("DPL009", "interrupted", "run this again to go on"));
        }
    }
    if (!errors.empty()) {
        return fail(ErrorKind::remote, std::move(errors));
    }
    return found;
}

Result<std::map<std::string, clients::ImResult<ImState>>> ask_states(RunContext& context) {
    const RunOptions options;
    Session session(context, options);
    std::mutex mutex;
    std::map<std::string, clients::ImResult<ImState>> states;
    for_each_name(
        context.clock, with_url(context.store.state(), {}), [&](const std::string& component) {
            InfrastructureRecord record = session.find(component).value_or(InfrastructureRecord{});
            auto state = session.client().state(record.url, session.stop());
            if (state && state->state != record.state) {
                record.state = state->state;
                record.changed = context.clock.wall_time();
                static_cast<void>(session.put(component, record));
            }
            if (!state && state.error().kind == clients::ImErrorKind::gone &&
                !session.is_unlisted(record.url)) {
                state.error().kind = clients::ImErrorKind::malformed; // not to be made again
            }
            const std::lock_guard guard(mutex);
            states.emplace(component, std::move(state));
        });
    if (auto failure = session.failure()) {
        return tl::unexpected(std::move(*failure));
    }
    return states;
}

std::vector<ComponentOutputs> fetch_outputs(RunContext& context,
                                            const std::vector<std::string>& only) {
    const RunOptions options;
    Session session(context, options);
    std::vector<ComponentOutputs> result;
    std::string no_answer;
    for (const std::string& component : with_url(context.store.state(), only)) {
        ComponentOutputs& answer = result.emplace_back();
        answer.component = component;
        if (!no_answer.empty()) { // each of the others would take as long to fail
            answer.error = no_answer;
            continue;
        }
        const auto record = session.find(component).value_or(InfrastructureRecord{});
        const auto json = session.client().outputs_json(record.url, session.stop());
        if (json) {
            answer.json = *json;
        } else if (json.error().kind == clients::ImErrorKind::gone) {
            answer.error = "IM does not know it any more";
        } else {
            answer.error = session.clean(json.error().message);
            no_answer = json.error().kind == clients::ImErrorKind::unreachable ? answer.error : "";
        }
    }
    return result;
}

} // namespace aisprint::deploy
