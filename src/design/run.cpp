// SPDX-License-Identifier: Apache-2.0
#include "aisprint/design/run.hpp"

#include "deployment_files.hpp"
#include "design_files.hpp"
#include "extra_files.hpp"

#include "aisprint/design/deployments.hpp"
#include "aisprint/design/performance.hpp"
#include "aisprint/design/production_deployment.hpp"
#include "aisprint/design/transaction.hpp"

#include <algorithm>
#include <optional>

namespace aisprint::design {

namespace {

/// Components in the order of their scripts' paths.
std::vector<const Component*> by_path(const ApplicationModel& model) {
    std::vector<const Component*> components;
    for (const Component& component : model.components) {
        components.push_back(&component);
    }
    std::ranges::sort(components, {}, &Component::script);
    return components;
}

ModelReport report_on(const Component& component) {
    const ComponentModel& model = *component.model;
    ModelReport report;
    report.component = component.name;
    report.wanted = model.wanted_cuts;
    report.candidates = model.search.candidates;
    report.rejected = model.search.rejected_before_first;
    report.no_cut_reason = model.search.no_cut_reason;
    report.exits = model.exits;
    for (const ComponentDesign& design : component.designs) {
        std::ranges::copy(design.segments, std::back_inserter(report.segments));
    }
    for (std::size_t i = 0; model.exits.empty() && i + 1 < component.designs.size(); ++i) {
        const partition::Cut& cut = model.search.cuts[i];
        CutReport cut_report{{}, {}, cut.bytes};
        for (const partition::TensorInfo& tensor : cut.tensors) {
            cut_report.tensors.push_back(tensor.name);
            cut_report.shapes.push_back(partition::to_string(tensor));
        }
        report.cuts.push_back(std::move(cut_report));
    }
    return report;
}

DesignReport report_on(const ApplicationModel& model, const Deployments& deployments) {
    DesignReport report;
    report.application = model.dag.name;
    report.folder = model.folder.shown_as;
    report.components = model.dag.component_names();
    report.successors = model.dag.successors();
    for (const Component* component : by_path(model)) {
        if (component->model) {
            auto& reports =
                component->model->exits.empty() ? report.partitioned : report.early_exits;
            reports.push_back(report_on(*component));
        }
    }
    report.has_drift_detector = model.has_annotation("detect_metric_drift");
    report.has_alternatives = model.has_annotation("model_performance");
    std::ranges::transform(deployments.all, std::back_inserter(report.deployments),
                           &Deployment::name);
    return report;
}

/// What is known before anything is written.
struct Plan {
    ApplicationModel model;
    std::optional<PerformanceReport> performance;
    Deployments deployments;
    yaml::Node production;
};

Result<Plan> make_plan(const config::ApplicationFolder& folder,
                       const DesignOptions& options,
                       Reporter& reporter) {
    AISPRINT_TRY_ASSIGN(ApplicationModel model, load_application(folder, options, reporter));
    warn_about_left_over_detector(model, reporter);
    std::optional<PerformanceReport> performance;
    if (model.has_annotation("model_performance")) {
        AISPRINT_TRY_ASSIGN(performance, evaluate_performance(model, reporter));
    }
    AISPRINT_TRY_ASSIGN(yaml::Node production, base_production_deployment(model));
    AISPRINT_TRY_ASSIGN(Deployments deployments,
                        enumerate_deployments(model, options,
                                              performance ? performance->passing
                                                          : decltype(performance->passing){}));
    if (performance && options.below_threshold == BelowThreshold::omit) {
        omit_below_threshold(model, *performance, deployments);
    }
    return Plan{std::move(model), std::move(performance), std::move(deployments),
                std::move(production)};
}

Result<OutputTree>
make_tree(const Plan& plan, const DesignOptions& options, const std::filesystem::path& workspace) {
    OutputTree tree;
    const ApplicationModel& model = plan.model;
    std::optional<std::string> performance;
    if (plan.performance) {
        performance =
            yaml::write(to_performance_document(model, *plan.performance, plan.deployments));
        tree.add_file("space4ai-r/deployments_performance.yaml", *performance);
    }
    add_annotations(model, tree);
    AISPRINT_TRY(add_designs(model, options, workspace, tree));
    AISPRINT_TRY(add_deployments(model, plan.deployments, performance, tree));
    AISPRINT_TRY(add_drift_detector(model, options, tree));
    AISPRINT_TRY(add_security_policy(model, tree));
    AISPRINT_TRY(add_container_list(model, tree));
    const std::string production =
        "aisprint/deployments/optimal_deployment/production_deployment.yaml";
    const std::filesystem::path existing = model.folder.path / production;
    if (options.production == Production::keep && std::filesystem::exists(existing)) {
        tree.add_copy(production, existing);
    } else {
        tree.add_file(production, yaml::write(plan.production));
    }
    return tree;
}

} // namespace

Result<DesignReport> run_design(const config::ApplicationFolder& folder,
                                const DesignOptions& options,
                                DryRun dry_run,
                                Reporter& reporter) {
    if (dry_run == DryRun::yes) {
        AISPRINT_TRY_ASSIGN(const Plan plan, make_plan(folder, options, reporter));
        return report_on(plan.model, plan.deployments);
    }
    AISPRINT_TRY(check_is_folder(folder));
    AISPRINT_TRY_ASSIGN(Transaction transaction, Transaction::open(folder.path));
    AISPRINT_TRY_ASSIGN(const Plan plan, make_plan(folder, options, reporter));
    AISPRINT_TRY_ASSIGN(const OutputTree tree, make_tree(plan, options, transaction.workspace()));
    DesignReport report = report_on(plan.model, plan.deployments);
    report.files =
        static_cast<std::size_t>(std::ranges::count_if(tree.items(), [](const auto& item) {
            return item.second.kind != OutputItem::Kind::folder;
        }));
    AISPRINT_TRY(transaction.commit(tree));
    return report;
}

} // namespace aisprint::design
