// SPDX-License-Identifier: Apache-2.0
#include "aisprint/partition/write.hpp"

#include "test_models.hpp"

#include "aisprint/base/process.hpp"

#include <gtest/gtest.h>

namespace aisprint::partition {
namespace {

const std::filesystem::path k_face_detector =
    std::filesystem::path(AISPRINT_SHARED_DATA) / "models/version-RFB-640.onnx";

std::string sha256(const std::filesystem::path& file) {
    ProcessRequest request;
    request.command = {"sha256sum", file.string()};
    const Result<ProcessResult> result = run_process(request);
    return result ? result->standard_output.substr(0, 8) : "";
}

/// The file as the original partitioner would have signed it.
void sign_as_original(const std::filesystem::path& file) {
    onnx::ModelProto model = read_proto(file);
    EXPECT_EQ(model.producer_name(), "aisprint");
    model.set_producer_name("onnx.utils.extract_model");
    save(model, file);
}

TEST(WriteTest, HalvesOfTheFaceDetectorAreThoseOfTheOriginal) {
    if (!std::filesystem::exists(k_face_detector)) {
        GTEST_SKIP() << "no shared data";
    }
    const ScratchDirectory folder;
    CollectingReporter reporter;
    const Result<Model> model = load_model(k_face_detector, "model", {}, reporter);
    ASSERT_TRUE(model.has_value()) << messages(model.error());
    const Result<CutSearch> search = find_cuts(*model, {}, reporter);
    ASSERT_TRUE(search.has_value() && !search->cuts.empty());
    const Result<WrittenHalves> halves = write_halves(
        *model, search->cuts.front(), folder.path() / "first.onnx", folder.path() / "second.onnx");
    ASSERT_TRUE(halves.has_value()) << messages(halves.error());
    EXPECT_EQ(halves->first.nodes, 22);
    EXPECT_EQ(halves->first.initializers, 36);
    EXPECT_EQ(halves->first.value_infos, 22);
    EXPECT_EQ(halves->first.bytes, std::filesystem::file_size(halves->first.file));
    EXPECT_EQ(halves->second.nodes, 220);
    EXPECT_EQ(halves->second.initializers, 173);
    EXPECT_EQ(halves->second.value_infos, 219);
    EXPECT_EQ(halves->second.bytes, std::filesystem::file_size(halves->second.file));
    sign_as_original(halves->first.file);
    sign_as_original(halves->second.file);
    EXPECT_EQ(std::filesystem::file_size(halves->first.file), 23487);
    EXPECT_EQ(std::filesystem::file_size(halves->second.file), 1557857);
    EXPECT_EQ(sha256(halves->first.file), "75b528cb");
    EXPECT_EQ(sha256(halves->second.file), "b2b6c2cc");
}

} // namespace
} // namespace aisprint::partition
