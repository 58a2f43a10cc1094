// SPDX-License-Identifier: Apache-2.0
// TOSCA documents of the published applications, with the random values that the reference's own
// tests use, compared with those that it writes.
#include "aisprint/base/files.hpp"
#include "aisprint/base/reporter.hpp"
#include "aisprint/tosca/check.hpp"
#include "aisprint/tosca/document.hpp"

#include "yaml_difference.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <vector>

namespace aisprint::tosca {
namespace {

namespace fs = std::filesystem;

/// Gives the values of a list, whatever length is asked for.
class ListedValues final : public RandomSource {
public:
    explicit ListedValues(const yaml::Node& list) : m_list(list) {}

    std::string draw(std::size_t) override {
        if (m_next == m_list.items.size()) {
            ADD_FAILURE() << "more than " << m_next << " values are drawn";
            return "none-left";
        }
        return m_list.items[m_next++].scalar;
    }

private:
    const yaml::Node& m_list;
    std::size_t m_next = 0;
};

/// Component and the file that the reference has for it.
using Expected = std::map<std::string, std::string>;

struct Case {
    const char* name;        ///< in random_values.yaml
    const char* application; ///< folder of the data
    bool drift_detector;     ///< its image was built before
    std::vector<Expected> runs;
};

const Expected k_demo_base{{"blurry-faces-onnx", "blurry-faces-onnx"},
                           {"mask-detector", "mask-detector"}};
const Expected k_demo_elastic{{"blurry-faces-onnx", "blurry-faces-onnx"},
                              {"mask-detector", "mask-detector_elastic"}};
const Expected k_demo_registry{{"blurry-faces-onnx", "blurry-faces-onnx-registry"},
                               {"mask-detector", "mask-detector-registry"}};
const Expected k_demo_optimal{{"blurry-faces-onnx_partition1_1", "blurry-faces-onnx_partition1_1"},
                              {"blurry-faces-onnx_partition1_2", "blurry-faces-onnx_partition1_2"},
                              {"mask-detector", "mask-detector-optimal"}};
const Expected k_demo_space4ai_r{
    {"blurry-faces-onnx_partition1_1", "blurry-faces-onnx_partition1_1"},
    {"blurry-faces-onnx_partition1_2", "blurry-faces-onnx_partition1_2"},
    {"mask-detector", "mask-detector-optimal-sair"}};

const std::vector<Case>& cases() {
    static const std::vector<Case> all{
        {"app_test",
         "app_test",
         false,
         {{{"blurry-faces-onnx", "blurry-faces-onnx-aws"}, {"mask-detector", "mask-detector-aws"}},
          {{"blurry-faces-onnx_partition1_1", "blurry-faces-onnx_partition1_1-aws"},
           {"blurry-faces-onnx_partition1_2", "blurry-faces-onnx_partition1_2-aws"},
           {"mask-detector", "mask-detector-optimal-aws"}}}},
        {"app_demo", "app_demo", true, {k_demo_elastic, k_demo_base, k_demo_optimal}},
        {"app_demo_space4ai_r",
         "app_demo",
         true,
         {k_demo_elastic, k_demo_base, k_demo_optimal, k_demo_space4ai_r}},
        {"app_demo_registry",
         "app_demo",
         true,
         {k_demo_elastic, k_demo_base, k_demo_registry, k_demo_optimal}},
        {"app_early",
         "app_early",
         false,
         {{{"classifier", "classifier"}, {"filter", "filter"}},
          {{"classifier_partition1_1", "classifier_partition1_1"},
           {"classifier_partition1_2", "classifier_partition1_2"},
           {"filter", "filter"}}}}};
    return all;
}

/// Lines of differences() by the name of the reference's file.
using Differences = std::map<std::string, std::set<std::string>>;

class Toscarizer : public testing::Test {
protected:
    void SetUp() override {
        if (!fs::exists(m_data)) {
            GTEST_SKIP() << "no reference data in " << m_data;
        }
    }

    using Visitor = std::function<void(const std::string& file, const Document& document)>;

    /// Calls `visit` with each document of each case, and the name of the reference's file for it.
    void for_each_document(Compatibility compatibility, const Visitor& visit) {
        const yaml::Node values =
            parse_yaml("random_values.yaml", read_file(m_data / "random_values.yaml").value());
        for (const Case& what : cases()) {
            const yaml::Node* known = values.find("cases");
            known = known == nullptr ? nullptr : known->find(what.name);
            if (known == nullptr) {
                ADD_FAILURE() << "no values for " << what.name;
                continue;
            }
            run(what, *known, compatibility, visit);
        }
    }

    /// Where documents differ from the reference's, by the name of its file.
    Differences compare_all(Compatibility compatibility) {
        Differences result;
        for_each_document(compatibility, [&](const std::string& file, const Document& document) {
            const yaml::Node expected =
                parse_yaml(file, read_file(m_data / "test" / (file + ".yaml")).value());
            const yaml::Node found = parse_yaml(file, yaml::write(document.content));
            for (std::string& line : differences(expected, found)) {
                result[file].insert(std::move(line));
            }
        });
        return result;
    }

private:
    void run(const Case& what,
             const yaml::Node& known,
             Compatibility compatibility,
             const Visitor& visit) {
        const ScratchDirectory scratch;
        const config::ApplicationFolder folder{scratch.path() / "app", "app"};
        fs::copy(m_data / what.application, folder.path, fs::copy_options::recursive);
        if (what.drift_detector) {
            ASSERT_TRUE(
                write_file_atomic(folder.path / "aisprint/designs/containers.yaml",
                                  "components:\n  drift-detector:\n    docker_images:\n    - "
                                  "docker.io/micafer/drift-detector_main_amd64:latest\n"));
        }
        ListedValues random(*known.find("values"));
        const std::vector<yaml::Node>& runs = known.find("runs")->items;
        ASSERT_EQ(runs.size(), what.runs.size());
        for (std::size_t i = 0; i < runs.size(); ++i) {
            SCOPED_TRACE(std::string(what.name) + ", run " + std::to_string(i + 1));
            const bool base = runs[i].items.at(1).scalar == "base";
            auto deployment = load_deployment(
                folder, base ? DeploymentKind::base : DeploymentKind::optimal, m_reporter);
            ASSERT_TRUE(deployment) << format_diagnostic(deployment.error().diagnostics.front());
            const DeploymentNames names = draw_names(*deployment, {}, KeepNames::no, random);
            const auto documents = build_documents(
                *deployment, names, options(folder, runs[i], known, compatibility), m_reporter);
            ASSERT_TRUE(documents) << format_diagnostic(documents.error().diagnostics.front());
            ASSERT_EQ(documents->size(), what.runs[i].size());
            for (const Document& document : *documents) {
                ASSERT_TRUE(what.runs[i].contains(document.component)) << document.component;
                visit(what.runs[i].at(document.component), document);
            }
        }
    }

    static std::string text_under(const yaml::Node& known, const char* key) {
        const yaml::Node* options = known.find("options");
        const yaml::Node* value = options == nullptr ? nullptr : options->find(key);
        return value == nullptr ? "" : value->scalar;
    }

    static BuildOptions options(const config::ApplicationFolder& folder,
                                const yaml::Node& run,
                                const yaml::Node& known,
                                Compatibility compatibility) {
        BuildOptions options;
        options.compatibility = compatibility;
        options.influxdb_token = Secret(text_under(known, "influxdb_token"));
        const std::string extra = run.items.size() > 2 ? run.items[2].scalar : "";
        if (extra == "elastic 5") {
            options.elastic = 5;
            options.im_auth = Secret(read_file(folder.path / "im/auth.dat").value());
        } else if (extra == "registry") {
            options.registry = RegistryAccess{text_under(known, "registry_server"),
                                              text_under(known, "registry_username"),
                                              Secret(text_under(known, "registry_password"))};
        } else if (extra == "space4ai_r") {
            options.space4ai_r = true;
            options.application_url = text_under(known, "application_url");
        } else {
            EXPECT_EQ(extra, "");
        }
        return options;
    }

    fs::path m_data = fs::path(AISPRINT_SHARED_DATA) / "toscarizer";
    CollectingReporter m_reporter;
};

TEST_F(Toscarizer, WritesTheDocumentsOfTheReferenceIfItIsToldTo) {
    EXPECT_EQ(compare_all(Compatibility::reference), Differences{});
}

/// Differences of our own form, each a defect of the reference's.
Differences accepted() {
    const std::string nodes = "/topology_template/node_templates/";
    Differences result;
    // The published types take one suffix where OSCAR needs a list, so IM refuses the document;
    // ours declares the type as it should be.
    const std::string corrected =
        "/data_types: new: tosca.datatypes.oscar.StorageIOConfig:\n"
        "  derived_from: tosca.datatypes.Root\n"
        "  properties:\n"
        "    path:\n      required: true\n      type: string\n"
        "    prefix:\n      entry_schema:\n        type: string\n      required: false\n"
        "      type: list\n"
        "    storage_provider:\n      required: true\n      type: string\n"
        "    suffix:\n      entry_schema:\n        type: string\n      required: false\n"
        "      type: list\n";
    for (const char* file :
         {"blurry-faces-onnx", "blurry-faces-onnx-registry", "blurry-faces-onnx_partition1_1",
          "blurry-faces-onnx_partition1_2", "classifier_partition1_1", "mask-detector",
          "mask-detector-optimal", "mask-detector-optimal-sair", "mask-detector-registry",
          "mask-detector_elastic"}) {
        result[file].insert(corrected);
    }
    // Functions write to an organisation and a bucket that were fixed in the image, and refused.
    for (const char* file : {"mask-detector-aws", "mask-detector-optimal-aws"}) {
        const std::string variables =
            nodes + "lambda_function_mask-detector/properties/env_variables/";
        result[file].insert(variables + "INFLUX_BUCKET: new: 'bucket'");
        result[file].insert(variables + "INFLUX_ORG: new: 'aisprint'");
    }
    // Nobody makes the secret on a cluster that exists, and IM refuses a text for a list.
    result["blurry-faces-onnx-registry"].insert(
        nodes + "oscar_service_blurry-faces-onnx/properties/image_pull_secrets: gone: "
                "'private_registry'");
    std::set<std::string>& registry = result["mask-detector-registry"];
    registry.insert(nodes + "oscar_service_mask-detector/properties/image_pull_secrets: expected "
                            "'private_registry', found - private-registry\n");
    // Kubernetes allows no underscore in the name, and OSCAR runs services in oscar-svc, which is
    // there once OSCAR is.
    const std::string secret = nodes + "registry_secret_private_registry/";
    registry.insert(secret + "properties/name: expected 'private_registry', found "
                             "'private-registry'");
    registry.insert(secret + "properties/namespace: new: 'oscar-svc'");
    registry.insert(secret + "requirements/1: new: dependency: oscar\n");
    // The URL stood unquoted in a shell line, and a job that was cut off never came to its end.
    const std::string url = "https://gitlab.polimi.it/ai-sprint/runtime-manager-app/";
    result["mask-detector-optimal-sair"].insert(
        nodes +
        "get_space4air_app_data/properties/spec!/0/spec/template/spec/containers/0/command/2: "
        "expected 'apk add git && mkdir /data/git && cd /data/git && git clone " +
        url +
        " && mv * /data/app && rm -rf /data/git', found 'apk add git && rm -rf /data/git && mkdir "
        "/data/git && cd /data/git && git clone -- '" +
        url + "' && mv * /data/app && rm -rf /data/git'");
    // CLUES took every worker for one of 2 cores and 4 GB.
    const std::string clues = nodes + "elastic_cluster_front_end/properties/";
    result["mask-detector_elastic"].insert(clues + "kube_wn_cpus: new: 4.0");
    result["mask-detector_elastic"].insert(clues + "kube_wn_mem: new: '8192 MB'");
    return result;
}

TEST_F(Toscarizer, OurDocumentsDifferFromTheReferenceInItsDefectsOnly) {
    const Differences found = compare_all(Compatibility::ours);
    const Differences expected = accepted();
    for (const auto& [file, lines] : expected) {
        EXPECT_EQ(found.contains(file) ? found.at(file) : std::set<std::string>{}, lines) << file;
    }
    for (const auto& [file, lines] : found) {
        EXPECT_TRUE(expected.contains(file)) << file << " differs: " << *lines.begin();
    }
}

TEST_F(Toscarizer, OurDocumentsPassOurOwnCheck) {
    const auto types = TypeCatalogue::load(fs::path(AISPRINT_SOURCE_DIR) / "templates/tosca");
    ASSERT_TRUE(types) << format_diagnostic(types.error().diagnostics.front());
    std::size_t checked = 0;
    std::set<std::string> several_providers; // which the Infrastructure Manager does not manage
    for_each_document(Compatibility::ours, [&](const std::string& file, const Document& document) {
        const SourceFile source(file, yaml::write(document.content));
        const yaml::Node parsed = parse_yaml(file, source.text());
        for (const Diagnostic& found : check_document(source, parsed, *types)) {
            EXPECT_EQ(found.code, "TSC124") << format_diagnostic(found);
            several_providers.insert(file);
        }
        ++checked;
    });
    EXPECT_EQ(checked, 36U);
    EXPECT_EQ(several_providers, std::set<std::string>{"blurry-faces-onnx_partition1_1"});
}

} // namespace
} // namespace aisprint::tosca
