// SPDX-License-Identifier: Apache-2.0
#include "aisprint/design/performance.hpp"

#include "test_application.hpp"

#include <gtest/gtest.h>

#include <cstring>
#include <fstream>

namespace aisprint::design {
namespace {

namespace fs = std::filesystem;

ConfusionMatrix matrix(std::vector<std::string> names, std::vector<double> cells) {
    return {names.size(), std::move(cells), std::move(names)};
}

const ConfusionMatrix k_filter = matrix({"no", "yes"}, {0.3, 0.1, 0.05, 0.55});
const ConfusionMatrix k_two = matrix({"a", "b"}, {0.5, 0.1, 0.15, 0.25});
const ConfusionMatrix k_three =
    matrix({"no", "a", "b"}, {0.3, 0.05, 0.05, 0.02, 0.25, 0.03, 0.04, 0.06, 0.2});

// Expected values: the formulas of the original tool, worked out apart.
TEST(Quality, ClassifierThatDoesNotKnowTheFilteredClass) {
    const FilteredClassifier pair{&k_filter, &k_two, "no", false};
    EXPECT_NEAR(quality_of(pair, Metric::average_f1, {}), 0.6970368978262232, 1e-12);
    EXPECT_NEAR(quality_of(pair, Metric::average_precision, {}), 0.7041420118343197, 1e-12);
    EXPECT_NEAR(quality_of(pair, Metric::average_recall, {}), 0.6956018518518517, 1e-12);
    EXPECT_NEAR(quality_of(pair, Metric::average_accuracy, {}), 0.7125, 1e-12);
}

TEST(Quality, ClassifierThatKnowsTheFilteredClass) {
    const FilteredClassifier pair{&k_filter, &k_three, "no", true};
    EXPECT_NEAR(quality_of(pair, Metric::average_f1, {}), 0.785437474834063, 1e-12);
    EXPECT_NEAR(quality_of(pair, Metric::average_precision, {}), 0.8063363872046821, 1e-12);
    EXPECT_NEAR(quality_of(pair, Metric::average_recall, {}), 0.7818627450980392, 1e-12);
    EXPECT_NEAR(quality_of(pair, Metric::average_accuracy, {}), 0.6225, 1e-12);
}

TEST(Quality, PositionOfTheFilteredClassDoesNotMatter) {
    const ConfusionMatrix turned = matrix({"yes", "no"}, {0.55, 0.05, 0.1, 0.3});
    const FilteredClassifier pair{&k_filter, &k_two, "no", false};
    const FilteredClassifier other{&turned, &k_two, "no", false};
    EXPECT_DOUBLE_EQ(quality_of(pair, Metric::average_f1, {}),
                     quality_of(other, Metric::average_f1, {}));
    EXPECT_DOUBLE_EQ(passing_share(k_filter, "no"), 0.65);
    EXPECT_DOUBLE_EQ(passing_share(turned, "no"), 0.65);
}

TEST(Quality, PerfectFilterAndClassifierGiveOne) {
    const ConfusionMatrix filter = matrix({"no", "yes"}, {0.4, 0, 0, 0.6});
    const ConfusionMatrix two = matrix({"a", "b"}, {0.5, 0, 0, 0.5});
    const ConfusionMatrix three = matrix({"no", "a", "b"}, {0.4, 0, 0, 0, 0.3, 0, 0, 0, 0.3});
    for (const Metric metric :
         {Metric::average_f1, Metric::average_precision, Metric::average_recall}) {
        EXPECT_DOUBLE_EQ(quality_of({&filter, &two, "no", false}, metric, {}), 1);
        EXPECT_DOUBLE_EQ(quality_of({&filter, &three, "no", true}, metric, {}), 1);
    }
    EXPECT_DOUBLE_EQ(quality_of({&filter, &two, "no", false}, Metric::average_accuracy, {}), 1);
}

TEST(Quality, NothingDividedByNothingIsZero) {
    const ConfusionMatrix filter = matrix({"no", "yes"}, {0, 0, 0, 0});
    const ConfusionMatrix two = matrix({"a", "b"}, {0, 0, 0, 0});
    const ConfusionMatrix three = matrix({"no", "a", "b"}, std::vector<double>(9, 0));
    for (const Metric metric : {Metric::average_f1, Metric::average_precision,
                                Metric::average_recall, Metric::average_accuracy}) {
        EXPECT_EQ(quality_of({&filter, &two, "no", false}, metric, {}), 0);
        EXPECT_EQ(quality_of({&filter, &three, "no", true}, metric, {}), 0);
    }
}

TEST(Quality, WeightsAreUsedAsGiven) {
    const FilteredClassifier pair{&k_filter, &k_two, "no", false};
    const double f1 = quality_of(pair, Metric::average_f1, {{"no", 0.5}, {"a", 0.25}, {"b", 2}});
    EXPECT_NEAR(f1, 0.5 * 0.8 + 0.25 * 0.7028753993610223 + 2 * 0.5882352941176472, 1e-12);
    EXPECT_NEAR(quality_of(pair, Metric::average_f1, {{"a", 1}}), 0.7028753993610223, 1e-12)
        << "classes without weight count nothing";
}

/// A .npy file, byte by byte.
std::string npy(const std::string& header, const std::string& data, char version = 1) {
    std::string padded = header;
    const std::size_t prefix = version == 1 ? 10 : 12;
    while ((prefix + padded.size() + 1) % 64 != 0) {
        padded += ' ';
    }
    padded += '\n';
    std::string bytes = std::string("\x93NUMPY") + version + '\0';
    for (std::size_t i = 0; i < prefix - 8; ++i) {
        bytes += static_cast<char>((padded.size() >> (8 * i)) & 0xFFU);
    }
    return bytes + padded + data;
}

template <class T>
std::string raw(const std::vector<T>& values, bool swap = false) {
    std::string bytes;
    for (const T value : values) {
        std::string item(sizeof(T), '\0');
        std::memcpy(item.data(), &value, sizeof(T));
        bytes += swap ? std::string(item.rbegin(), item.rend()) : item;
    }
    return bytes;
}

class NumpyFiles : public testing::Test {
protected:
    void SetUp() override { names("class,index\na,0\nb,1\n"); }

    void names(const std::string& text) {
        std::ofstream(m_scratch.path() / "class_names_dictionary.csv") << text;
    }

    Result<ConfusionMatrix> load(const std::string& bytes) {
        std::ofstream(m_scratch.path() / "confusion_matrix.npy", std::ios::binary) << bytes;
        return load_confusion_matrix(m_scratch.path(), "shown");
    }

    void expect_matrix(const std::string& bytes) {
        const auto loaded = load(bytes);
        ASSERT_TRUE(loaded) << test::messages(loaded.error());
        EXPECT_EQ(loaded->cells, (std::vector<double>{0, 1, 2, 3}));
        EXPECT_EQ(loaded->names, (std::vector<std::string>{"a", "b"}));
        EXPECT_EQ(loaded->at(1, 0), 2);
    }

    void expect_error(const std::string& bytes, const std::string& code = "DSN031") {
        const auto loaded = load(bytes);
        ASSERT_FALSE(loaded);
        EXPECT_EQ(loaded.error().kind, ErrorKind::input);
        EXPECT_EQ(loaded.error().diagnostics[0].code, code);
    }

    static std::string header(const std::string& type,
                              const std::string& order = "False",
                              const std::string& shape = "(2, 2)") {
        return "{'descr': '" + type + "', 'fortran_order': " + order + ", 'shape': " + shape +
               ", }";
    }

    ScratchDirectory m_scratch;
};

TEST_F(NumpyFiles, TypesByteOrdersAndVersions) {
    const std::vector<double> doubles{0, 1, 2, 3};
    const std::vector<float> floats{0, 1, 2, 3};
    const std::vector<std::int64_t> longs{0, 1, 2, 3};
    const std::vector<std::uint32_t> words{0, 1, 2, 3};
    const std::vector<std::int8_t> bytes{0, 1, 2, 3};
    expect_matrix(npy(header("<f8"), raw(doubles)));
    expect_matrix(npy(header(">f8"), raw(doubles, true)));
    expect_matrix(npy(header("<f4"), raw(floats)));
    expect_matrix(npy(header(">f4"), raw(floats, true)));
    expect_matrix(npy(header("<i8"), raw(longs)));
    expect_matrix(npy(header("<u4"), raw(words)));
    expect_matrix(npy(header("|i1"), raw(bytes)));
    expect_matrix(npy(header("<f8"), raw(doubles), 2));
    expect_matrix(npy(header("<f8"), raw(doubles), 3));
}

TEST_F(NumpyFiles, ColumnMajorOrder) {
    expect_matrix(npy(header("<f8", "True"), raw(std::vector<double>{0, 2, 1, 3})));
}

TEST_F(NumpyFiles, FilesThatDoNotFit) {
    const std::string data = raw(std::vector<double>{0, 1, 2, 3});
    expect_error("");
    expect_error("PK\x03\x04 something else");
    expect_error(std::string("\x93NUMPY\x01", 7));
    expect_error(npy(header("<f8"), data.substr(1)));
    expect_error(npy(header("<f8", "False", "(4,)"), data));
    expect_error(npy(header("<f8", "False", "(1, 4)"), data));
    expect_error(npy(header("<f8", "False", "(0, 0)"), ""));
    expect_error(npy(header("<f8", "False", "(999999, 999999)"), data));
    expect_error(npy(header("<U4"), data));
    expect_error(npy(header("|O"), data));
    expect_error(npy("{'descr': 'f8'}", data));
    expect_error(npy(header("<f8"), raw(std::vector<double>{0, 1, -2, 3})));
    expect_error(npy(header("<f8"), raw(std::vector<double>{0, 1, 2, 0.0 / 0.0})));
    names("class,index\na,0\nb,1\nc,2\n");
    expect_error(npy(header("<f8"), data));
}

TEST_F(NumpyFiles, ClassNames) {
    const std::string bytes = npy(header("<f8"), raw(std::vector<double>{0, 1, 2, 3}));
    names(",class,index\n0,\"b\",1\n1, a ,0\n");
    expect_matrix(bytes);
    for (const char* wrong :
         {"class,number\na,0\nb,1\n", "class,index\na,0\nb,0\n", "class,index\na,0\nb,2\n",
          "class,index\na,x\nb,1\n", "class,index\na,0\nb\n", "class,index\n", ""}) {
        names(wrong);
        expect_error(bytes, wrong == std::string("class,index\n") ? "DSN031" : "DSN030");
    }
    fs::remove(m_scratch.path() / "class_names_dictionary.csv");
    EXPECT_FALSE(load(bytes));
}

/// A filter and a classifier with one alternative each.
class DegradedVersions : public NumpyFiles {
protected:
    void SetUp() override {
        m_app.component("filter", {"model_performance(filtered_class='no')"});
        m_app.component("filter2");
        m_app.component("classifier", {k_classifier_mark});
        m_app.component("classifier2");
        matrices("filter", "no", "yes", {0.3, 0.1, 0.05, 0.55});
        matrices("filter2", "no", "yes", {0.25, 0.15, 0.1, 0.5});
        matrices("classifier", "a", "b", {0.5, 0.1, 0.15, 0.25});
        matrices("classifier2", "a", "b", {0.3, 0.3, 0.2, 0.2});
        m_app.graph("[filter, classifier]", "[[filter, classifier, 1]]",
                    "  alternative_components:\n    filter: [filter2]\n"
                    "    classifier: [classifier2]\n");
        m_app.entry("filter", "1");
        m_app.entry("classifier", "2");
    }

    static constexpr const char* k_classifier_mark =
        "model_performance(metric='average_f1', metric_thr=0.65)";

    void matrices(const std::string& component,
                  const std::string& first,
                  const std::string& second,
                  const std::vector<double>& cells) {
        const std::string folder = "src/" + component + "/classification_performance/";
        m_app.write(folder + "confusion_matrix.npy", npy(header("<f8"), raw(cells)));
        m_app.write(folder + "class_names_dictionary.csv",
                    "class,index\n" + first + ",0\n" + second + ",1\n");
    }

    test::TestApplication m_app;
};

TEST_F(DegradedVersions, AreSortedByQuality) {
    EXPECT_EQ(m_app.run(), std::vector<std::string>{});
    EXPECT_EQ(m_app.report.deployments.size(), 4U);
    const std::string text = m_app.read("space4ai-r/deployments_performance.yaml");
    EXPECT_TRUE(text.starts_with("System:\n  metric_name: average_f1\n  metric_thr: 0.65\n"
                                 "  sorted_deployments_performance:\n"
                                 "  - original_deployment:\n"
                                 "      components:\n      - filter\n      - classifier\n"
                                 "      dependencies:\n      - - filter\n        - classifier\n"
                                 "        - 0.65\n      metric_value: 0.697\n"
                                 "  - alternative_deployment1:\n"))
        << text;
    EXPECT_NE(text.find("alternative_deployment3"), std::string::npos);
    EXPECT_EQ(m_app.read("aisprint/deployments/base/space4ai-r/deployments_performance.yaml"),
              text);
    const std::vector<std::string> warnings = test::codes_of(m_app.reporter.diagnostics());
    EXPECT_EQ(warnings, (std::vector<std::string>{"DSN035", "DSN035", "DSN035"}));
}

TEST_F(DegradedVersions, MayCarryTheAnnotationThemselves) {
    EXPECT_EQ(m_app.run(), std::vector<std::string>{});
    const std::string text = m_app.read("space4ai-r/deployments_performance.yaml");
    m_app.component("filter2", {"model_performance(filtered_class='no')"});
    m_app.component("classifier2", {k_classifier_mark});
    EXPECT_EQ(m_app.run(), std::vector<std::string>{});
    EXPECT_EQ(m_app.read("space4ai-r/deployments_performance.yaml"), text);
}

TEST_F(DegradedVersions, BelowTheThresholdCanBeLeftOut) {
    DesignOptions options;
    options.below_threshold = BelowThreshold::omit;
    EXPECT_EQ(m_app.run(options), std::vector<std::string>{});
    EXPECT_EQ(m_app.report.deployments, std::vector<std::string>{"base"});
    EXPECT_EQ(m_app.read("space4ai-r/deployments_performance.yaml").find("alternative"),
              std::string::npos);
}

TEST_F(DegradedVersions, AlternativesTakeTheEntriesOfTheirParents) {
    const Deployments all = m_app.deployments();
    ASSERT_EQ(all.all.size(), 4U);
    EXPECT_EQ(all.variants[all.all[1].variant].layers.at(1).first, "classifier2");
    EXPECT_EQ(all.all[1].layers, (std::vector<std::int64_t>{1, 2}));
}

TEST_F(DegradedVersions, Weights) {
    m_app.write("src/class_weights.csv", "no,a,b\n0,1,0\n");
    EXPECT_EQ(m_app.run(), std::vector<std::string>{});
    EXPECT_NE(m_app.read("space4ai-r/deployments_performance.yaml").find("metric_value: 0.7029"),
              std::string::npos);
    for (const char* wrong : {"no,a,b\n0,1\n", "no,a,b\n0,1,x\n", "no,a,b\n0,1,-1\n", "no,a\n",
                              "no,a,b\n1,1,1\n2,2,2\n"}) {
        m_app.write("src/class_weights.csv", wrong);
        EXPECT_EQ(m_app.run(), std::vector<std::string>{"DSN034"}) << wrong;
    }
}

TEST_F(DegradedVersions, ProblemsOfTheInputs) {
    matrices("filter2", "cat", "dog", {0.25, 0.15, 0.1, 0.5});
    EXPECT_EQ(m_app.run(), std::vector<std::string>{"DSN033"});
    matrices("filter2", "no", "yes", {0.25, 0.15, 0.1, 0.5});
    m_app.graph("[filter, classifier]", "[[filter, classifier, 1]]");
    EXPECT_EQ(m_app.run(), std::vector<std::string>{"ANN058"});
    EXPECT_FALSE(m_app.has("aisprint"));
}

} // namespace
} // namespace aisprint::design
