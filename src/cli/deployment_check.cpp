// SPDX-License-Identifier: Apache-2.0
#include "deployment_check.hpp"

#include "locate.hpp"

#include "aisprint/base/files.hpp"
#include "aisprint/deploy/credentials.hpp"
#include "aisprint/tosca/check.hpp"
#include "aisprint/tosca/secrets.hpp"

#include <algorithm>
#include <filesystem>
#include <iterator>

namespace aisprint::cli {

namespace {

Result<tosca::TypeCatalogue> load_types() {
    AISPRINT_TRY_ASSIGN(const std::filesystem::path templates, find_templates());
    return tosca::TypeCatalogue::load(templates / "tosca");
}

/// Adds the diagnostics of a failure to `found`; a failure that is not about the input goes on.
Result<void> collect(Failure failure, std::vector<Diagnostic>& found) {
    if (failure.kind != ErrorKind::input) {
        return tl::unexpected<Failure>(std::move(failure));
    }
    append(found, std::move(failure.diagnostics));
    return {};
}

/// Keys and passwords of machines, clusters and buckets that exist already.
void add_secrets(const tosca::PhysicalResource& physical, Redactor& redactor) {
    if (physical.front_end) {
        redactor.add(physical.front_end->ssh_key);
    }
    for (const tosca::PhysicalNode& worker : physical.workers) {
        redactor.add(worker.ssh_key);
    }
    for (const auto& service : {physical.minio, physical.influx, physical.oscar}) {
        if (service) {
            redactor.add(service->secret_key);
            redactor.add(service->token);
        }
    }
    if (physical.lambda) {
        redactor.add(physical.lambda->secret_key);
    }
}

} // namespace

Result<void> check_documents(const std::vector<tosca::StoredDocument>& documents,
                             Reporter& reporter) {
    AISPRINT_TRY_ASSIGN(const tosca::TypeCatalogue types, load_types());
    std::vector<Diagnostic> all;
    for (const tosca::StoredDocument& document : documents) {
        std::ranges::move(tosca::check_document(SourceFile(document.path, document.text),
                                                document.content, types),
                          std::back_inserter(all));
    }
    return fail_on_errors(std::move(all), reporter);
}

Result<CheckedDeployment> check_deployment(const DeploymentArguments& arguments,
                                           const ImAuthArguments& auth_arguments,
                                           NeedAuth need,
                                           Reporter& reporter) {
    CheckedDeployment checked;
    AISPRINT_TRY_ASSIGN(checked.chosen, choose_deployment(arguments));
    const config::ApplicationFolder& folder = checked.chosen.folder;
    AISPRINT_TRY_ASSIGN(const tosca::DeploymentFiles files,
                        tosca::find_deployment(folder, checked.chosen.kind));
    std::vector<Diagnostic> found;

    auto deployment = tosca::load_deployment(folder, checked.chosen.kind, reporter);
    if (!deployment) {
        AISPRINT_TRY(collect(std::move(deployment).error(), found));
    }
    auto documents = tosca::load_documents(folder, files);
    if (!documents) {
        AISPRINT_TRY(collect(std::move(documents).error(), found));
    } else if (auto types = check_documents(*documents, reporter); !types) {
        AISPRINT_TRY(collect(std::move(types).error(), found));
    }
    const bool has_auth = !auth_arguments.im_auth.empty() ||
                          std::filesystem::exists(folder.path / "im/auth.dat") ||
                          std::filesystem::exists(folder.path / files.im / "auth.dat");
    if (has_auth || need == NeedAuth::yes) {
        auto auth = load_auth(auth_arguments, &folder, files.im, reporter);
        if (!auth) {
            AISPRINT_TRY(collect(std::move(auth).error(), found));
        } else {
            if (deployment) {
                append(found, deploy::check_credentials(*deployment, auth->auth, auth->shown_as));
            }
            auth->auth.add_secrets(checked.redactor);
            checked.auth = std::move(auth->auth);
        }
    }
    if (!found.empty()) {
        return fail(ErrorKind::input, std::move(found));
    }
    checked.deployment = std::move(*deployment);
    checked.documents = std::move(*documents);
    for (const tosca::Component& component : checked.deployment.components) {
        if (component.physical) {
            add_secrets(*component.physical, checked.redactor);
        }
    }
    for (const tosca::StoredDocument& document : checked.documents) {
        tosca::add_secrets(document.content, checked.redactor);
    }
    return checked;
}

} // namespace aisprint::cli
