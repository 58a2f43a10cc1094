// SPDX-License-Identifier: Apache-2.0
#include "aisprint/profiling/campaign_functions.hpp"

#include "function_document.hpp"
#include "infrastructure_outcomes.hpp"
#include "known_clusters.hpp"

#include "aisprint/base/files.hpp"
#include "aisprint/tosca/clusters.hpp"
#include "aisprint/tosca/secrets.hpp"
#include "aisprint/tosca/write.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <utility>

namespace aisprint::profiling {

using deploy::ActionKind;

Result<tosca::Deployment> load_campaign_functions(const config::ApplicationFolder& folder,
                                                  const Testbed& testbed,
                                                  Reporter& reporter) {
    std::set<std::string> resources;
    for (const Unit& unit : testbed.units) {
        if (testbed.find_resource(unit.resource)->is_function) {
            resources.insert(unit.resource);
        }
    }
    return tosca::load_clusters(folder, {resources.begin(), resources.end()}, k_functions_folder,
                                reporter);
}

struct CampaignFunctions::Impl {
    Impl(tosca::Deployment of,
         FunctionOptions settings,
         ImServer server,
         deploy::StateStore opened,
         Reporter& told)
        : resources(std::move(of)), options(std::move(settings)), im(std::move(server)),
          store(std::move(opened)), reporter(told) {}

    [[nodiscard]] std::filesystem::path im_folder() const {
        return options.folder.path / k_functions_folder;
    }

    void tell(ClusterEventKind kind, const std::string& name = {}, const std::string& text = {}) {
        if (options.events) {
            options.events({kind, name, im.redactor.redact(text), 0});
        }
    }

    deploy::RunContext context(const std::stop_token& stop) {
        return {im.client,
                im.clock,
                im.random,
                store,
                im.redactor,
                im_folder(),
                [this](const deploy::Event& event) {
                    if (event.kind == deploy::EventKind::retrying) {
                        tell(ClusterEventKind::retrying, event.component, event.message);
                    } else if (event.kind == deploy::EventKind::deleting) {
                        tell(ClusterEventKind::deleting, event.component);
                    }
                },
                stop};
    }

    [[nodiscard]] Cluster home_of(const tosca::Component& resource) const {
        const tosca::LambdaBucket& bucket = *resource.physical->lambda;
        const AwsKeys keys =
            options.keys ? *options.keys : AwsKeys{bucket.access_key, bucket.secret_key};
        Cluster home;
        home.resource = resource.name;
        home.minio_endpoint = options.endpoint.empty()
                                  ? fmt::format("https://s3.{}.amazonaws.com", bucket.region)
                                  : options.endpoint;
        home.minio_access_key = keys.access_key;
        home.minio_secret_key = keys.secret_key;
        home.minio_region = bucket.region;
        home.verification = options.verification;
        home.functions = FunctionHome{bucket.name, options.endpoint, options.endpoint};
        return home;
    }

    /// Documents of functions, written down, as they are to be sent.
    Result<std::vector<deploy::Unit>> write_units(const std::vector<FunctionNeed>& needs) {
        tosca::Deployment functions = resources;
        functions.components.clear();
        for (const FunctionNeed& need : needs) {
            const tosca::Component* resource = resources.find(need.unit->resource);
            AISPRINT_ASSERT(resource != nullptr);
            functions.components.push_back(function_component(need, *resource));
        }
        AISPRINT_TRY_ASSIGN(const tosca::DeploymentNames before,
                            tosca::load_names(options.folder, k_functions_folder));
        const tosca::DeploymentNames names =
            tosca::draw_names(functions, before, tosca::KeepNames::yes, im.random);
        tosca::BuildOptions build;
        build.types_url = options.types_url;
        build.tags = {{"aisprint_application", resources.app_name}};
        std::vector<tosca::Document> documents;
        for (std::size_t i = 0; i < needs.size(); ++i) {
            AISPRINT_TRY_ASSIGN(tosca::Document document,
                                build_function_document(needs[i], functions,
                                                        functions.components[i], names, build,
                                                        reporter));
            documents.push_back(std::move(document));
        }
        AISPRINT_TRY(tosca::write_documents(options.folder, resources.files, documents, names));
        std::vector<deploy::Unit> units;
        for (const tosca::Document& document : documents) {
            deploy::Unit unit;
            unit.component = document.component;
            unit.document_path = options.folder.shown(std::string(k_functions_folder) + "/" +
                                                      document.component + ".yaml");
            unit.text = yaml::write(document.content);
            unit.content = document.content;
            tosca::add_secrets(unit.content, im.redactor);
            units.push_back(std::move(unit));
        }
        return units;
    }

    Result<void> delete_functions(const std::vector<std::string>& only,
                                  ClusterEventKind phase,
                                  const std::stop_token& stop) {
        tell(phase);
        deploy::RunContext run = context(stop);
        AISPRINT_TRY_ASSIGN(const deploy::RunSummary summary,
                            deploy::delete_all(run, {}, only, options.run));
        AISPRINT_TRY(check_deleted(summary));
        tell(ClusterEventKind::done);
        return {};
    }

    /// Deletes what is not needed: a function that nobody waits for would still take objects.
    Result<void> delete_unused(const std::vector<FunctionNeed>& needs,
                               const std::stop_token& stop) {
        const bool cleans = options.clean.before && !std::exchange(is_cleaned, true);
        std::vector<std::string> unused;
        for (const auto& [name, record] : store.state().components) {
            const bool is_needed = std::ranges::any_of(
                needs, [&](const FunctionNeed& need) { return need.unit->partition == name; });
            if (cleans || !is_needed) {
                unused.push_back(name);
            }
        }
        return unused.empty() ? Result<void>()
                              : delete_functions(unused, ClusterEventKind::deleting_unused, stop);
    }

    Result<void> bring_about(const std::vector<FunctionNeed>& needs, const std::stop_token& stop) {
        deploy::RunContext run = context(stop);
        AISPRINT_TRY(store.set_im_url(im.url));
        AISPRINT_TRY(deploy::settle_unknown(run, options.run));
        AISPRINT_TRY(delete_unused(needs, stop));
        AISPRINT_TRY_ASSIGN(const auto live, deploy::ask_states(run));
        AISPRINT_TRY_ASSIGN(const std::vector<deploy::Unit> units, write_units(needs));
        deploy::PlanOptions rules;
        rules.replace = deploy::Replace::yes;
        AISPRINT_TRY_ASSIGN(const std::vector<deploy::Action> actions,
                            deploy::make_plan(units, store.state(), live, rules));
        std::vector<std::string> made;
        for (const deploy::Action& action : actions) {
            if (action.kind != ActionKind::keep) {
                made.push_back(action.component);
            }
        }
        if (!made.empty()) {
            tell(ClusterEventKind::deploying_functions);
        }
        for (const std::string& name : made) {
            tell(ClusterEventKind::deploying_function, name);
        }
        AISPRINT_TRY_ASSIGN(const deploy::RunSummary summary,
                            deploy::carry_out(run, units, actions, options.run));
        AISPRINT_TRY(check_made(summary));
        if (!made.empty()) {
            tell(ClusterEventKind::done);
        }
        return {};
    }

    tosca::Deployment resources; ///< with functions
    FunctionOptions options;
    ImServer im;
    deploy::StateStore store;
    Reporter& reporter;
    bool is_cleaned = false;
};

CampaignFunctions::CampaignFunctions(std::unique_ptr<Impl> impl) : m_impl(std::move(impl)) {}
CampaignFunctions::~CampaignFunctions() = default;

Result<std::unique_ptr<CampaignFunctions>>
CampaignFunctions::open(const tosca::Deployment& resources,
                        FunctionOptions options,
                        ImServer im,
                        Reporter& reporter) {
    const std::filesystem::path path = options.folder.path / k_functions_folder;
    AISPRINT_TRY_ASSIGN(deploy::StateStore store,
                        deploy::StateStore::open(path, options.folder.shown(k_functions_folder)));
    AISPRINT_TRY(tosca::load_names(options.folder, k_functions_folder));
    AISPRINT_TRY(write_file_atomic(path / ".gitignore", "*\n"));
    for (const tosca::Component& resource : resources.components) {
        im.redactor.add(resource.physical->lambda->secret_key);
    }
    return std::unique_ptr<CampaignFunctions>(new CampaignFunctions(std::make_unique<Impl>(
        resources, std::move(options), std::move(im), std::move(store), reporter)));
}

Result<ClusterMap> CampaignFunctions::homes(const std::vector<std::string>& wanted) {
    const tosca::Deployment& known = m_impl->resources;
    AISPRINT_TRY(check_known(
        wanted, [&](const std::string& resource) { return known.find(resource) != nullptr; }));
    ClusterMap homes;
    for (const std::string& resource : wanted) {
        homes.emplace(resource, m_impl->home_of(*known.find(resource)));
    }
    return homes;
}

Result<void> CampaignFunctions::prepare(const std::vector<FunctionNeed>& needs,
                                        std::stop_token stop) {
    if (needs.empty() && m_impl->store.state().components.empty()) {
        return {}; // nothing to ask IM about
    }
    return m_impl->bring_about(needs, stop);
}

Result<void> CampaignFunctions::finish(CampaignEnd end) {
    Impl& impl = *m_impl;
    const auto& functions = impl.store.state().components;
    const CleanRules& clean = impl.options.clean;
    const bool deletes = (end == CampaignEnd::complete && clean.after) ||
                         (end == CampaignEnd::failed && clean.if_crash);
    if (deletes && !functions.empty()) {
        AISPRINT_TRY(impl.store.set_im_url(impl.im.url));
        return impl.delete_functions({}, ClusterEventKind::deleting_all, {});
    }
    for (const auto& [name, record] : functions) {
        if (!record.url.empty() || record.phase == deploy::Phase::creating) {
            impl.tell(ClusterEventKind::still_running, name,
                      record.url.empty() ? "its creation was not answered" : record.url);
        }
    }
    return {};
}

} // namespace aisprint::profiling
