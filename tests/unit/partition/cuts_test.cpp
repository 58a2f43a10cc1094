// SPDX-License-Identifier: Apache-2.0
#include "aisprint/partition/cuts.hpp"

#include "test_models.hpp"

#include <gtest/gtest.h>

namespace aisprint::partition {
namespace {

const std::filesystem::path k_face_detector =
    std::filesystem::path(AISPRINT_SHARED_DATA) / "models/version-RFB-640.onnx";

TEST(CutsTest, FaceDetectorIsCutWhereTheOriginalCutsIt) {
    if (!std::filesystem::exists(k_face_detector)) {
        GTEST_SKIP() << "no shared data";
    }
    CollectingReporter reporter;
    const Result<Model> model = load_model(k_face_detector, "model", {}, reporter);
    ASSERT_TRUE(model.has_value()) << messages(model.error());
    const Result<CutSearch> search = find_cuts(*model, {}, reporter);
    ASSERT_TRUE(search.has_value());
    EXPECT_EQ(search->candidates, 140);
    EXPECT_EQ(search->rejected_before_first, 94);
    ASSERT_GE(search->cuts.size(), 2);
    const Cut& best = search->cuts[0];
    ASSERT_EQ(best.tensors.size(), 1);
    EXPECT_EQ(best.tensors[0].name, "266");
    EXPECT_EQ(best.tensors[0].producer, "Conv");
    EXPECT_EQ(to_string(best.tensors[0]), "1x32x60x80");
    EXPECT_EQ(best.elements, 153600);
    EXPECT_EQ(best.bytes, 614400);
    EXPECT_EQ(best.first.nodes, 22);
    EXPECT_EQ(best.second.nodes, 220);
    EXPECT_EQ(search->cuts[1].tensors[0].name, "267");
}

} // namespace
} // namespace aisprint::partition
