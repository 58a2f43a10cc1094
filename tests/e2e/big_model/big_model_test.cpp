// SPDX-License-Identifier: Apache-2.0
// Cuts models whose constants are larger than what one ONNX file may hold, or than memory should
// be, and looks at the peak memory of the program.
#include "aisprint/base/files.hpp"

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wunused-parameter"
#include <onnx/onnx_pb.h>
#pragma GCC diagnostic pop

#include <gtest/gtest.h>

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <string>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>
#include <utility>

namespace aisprint {
namespace {

namespace fs = std::filesystem;

constexpr int k_layers = 4;

/// Where the constants of a model are.
enum class Storage { embedded, external };

void describe(onnx::ValueInfoProto* info, const std::string& name, std::int64_t elements) {
    info->set_name(name);
    onnx::TypeProto_Tensor* tensor = info->mutable_type()->mutable_tensor_type();
    tensor->set_elem_type(onnx::TensorProto_DataType_FLOAT);
    tensor->mutable_shape()->add_dim()->set_dim_value(elements);
}

void set_external(onnx::TensorProto& tensor, std::int64_t offset, std::int64_t length) {
    tensor.set_data_location(onnx::TensorProto_DataLocation_EXTERNAL);
    for (const auto& [key, value] :
         {std::pair<std::string, std::string>{"location", "weights.data"},
          {"offset", std::to_string(offset)},
          {"length", std::to_string(length)}}) {
        onnx::StringStringEntryProto* entry = tensor.add_external_data();
        entry->set_key(key);
        entry->set_value(value);
    }
}

/// A chain of additions of constants; external ones are holes of a sparse file.
void write_model(const fs::path& folder, std::int64_t elements, Storage storage) {
    const std::int64_t length = elements * 4;
    onnx::ModelProto model;
    model.set_ir_version(8);
    model.add_opset_import()->set_version(13);
    onnx::GraphProto* graph = model.mutable_graph();
    graph->set_name("big");
    describe(graph->add_input(), "t0", elements);
    for (int i = 0; i < k_layers; ++i) {
        onnx::TensorProto* weight = graph->add_initializer();
        weight->set_name("w" + std::to_string(i));
        weight->set_data_type(onnx::TensorProto_DataType_FLOAT);
        weight->add_dims(elements);
        if (storage == Storage::external) {
            set_external(*weight, i * length, length);
        } else {
            weight->mutable_raw_data()->resize(static_cast<std::size_t>(length));
        }
        onnx::NodeProto* node = graph->add_node();
        node->set_op_type("Add");
        node->add_input("t" + std::to_string(i));
        node->add_input(weight->name());
        node->add_output("t" + std::to_string(i + 1));
    }
    describe(graph->add_output(), "t" + std::to_string(k_layers), elements);
    std::ofstream(folder / "weights.data");
    fs::resize_file(folder / "weights.data", static_cast<std::uintmax_t>(k_layers * length));
    std::ofstream stream(folder / "model.onnx", std::ios::binary);
    ASSERT_TRUE(model.SerializeToOstream(&stream));
}

/// Cuts the model in the middle; the peak memory in bytes.
std::uint64_t peak_memory_of_cut(const fs::path& folder) {
    const pid_t child = ::fork();
    if (child == 0) {
        ::execl(AISPRINT_PROGRAM, AISPRINT_PROGRAM, "partition", "--quiet", "--cut", "t2", "--out",
                (folder / "parts").c_str(), (folder / "model.onnx").c_str(), nullptr);
        ::_exit(127);
    }
    int status = 0;
    rusage usage{};
    EXPECT_EQ(::wait4(child, &status, 0, &usage), child);
    EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0) << status;
    return static_cast<std::uint64_t>(usage.ru_maxrss) * 1024;
}

std::uint64_t bytes_below(const fs::path& folder) {
    std::uint64_t bytes = 0;
    for (const fs::directory_entry& entry : fs::recursive_directory_iterator(folder)) {
        bytes += entry.is_regular_file() ? entry.file_size() : 0;
    }
    return bytes;
}

class BigModel : public testing::Test {
protected:
    void SetUp() override {
        fs::remove_all(m_folder);
        fs::create_directories(m_folder);
    }
    void TearDown() override { fs::remove_all(m_folder); }

    fs::path m_folder = fs::current_path() / "big_model";
};

TEST_F(BigModel, ExternalDataBeyondTwoGibibytesNeedNoMemory) {
    constexpr std::int64_t k_elements = 150'000'000;
    write_model(m_folder, k_elements, Storage::external);
    const std::uint64_t size = k_layers * k_elements * 4;
    ASSERT_GT(size, std::uint64_t{1} << 31U);
    const std::uint64_t peak = peak_memory_of_cut(m_folder);
    EXPECT_LT(peak, std::uint64_t{256} << 20U);
    EXPECT_GT(bytes_below(m_folder / "parts"), size);
}

TEST_F(BigModel, EmbeddedDataAreNotLoaded) {
    constexpr std::int64_t k_elements = 37'500'000;
    write_model(m_folder, k_elements, Storage::embedded);
    const std::uint64_t size = k_layers * k_elements * 4;
    const std::uint64_t peak = peak_memory_of_cut(m_folder);
    EXPECT_LT(peak, size * 3 / 2 + (std::uint64_t{256} << 20U));
    EXPECT_LT(peak, std::uint64_t{256} << 20U);
    EXPECT_GT(bytes_below(m_folder / "parts"), size);
}

} // namespace
} // namespace aisprint
