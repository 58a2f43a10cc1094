// SPDX-License-Identifier: Apache-2.0
#include "test_models.hpp"

#include <fmt/format.h>

#include <functional>

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wunused-parameter"
#include <onnx/defs/parser.h>
#pragma GCC diagnostic pop

namespace aisprint::partition {

onnx::ModelProto model_from_text(const std::string& text) {
    onnx::ModelProto model;
    onnx::OnnxParser parser(text.c_str());
    const onnx::Common::Status status = parser.Parse(model);
    if (!status.IsOK()) {
        fmt::print("{}\n", status.ErrorMessage());
    }
    AISPRINT_ASSERT(status.IsOK());
    return model;
}

void add_initializer(onnx::ModelProto& model,
                     const std::string& name,
                     const std::vector<std::int64_t>& shape) {
    onnx::TensorProto& tensor = *model.mutable_graph()->add_initializer();
    tensor.set_name(name);
    tensor.set_data_type(onnx::TensorProto::FLOAT);
    std::int64_t count = 1;
    for (const std::int64_t size : shape) {
        tensor.add_dims(size);
        count *= size;
    }
    std::vector<float> values;
    std::size_t state = std::hash<std::string>()(name);
    for (std::int64_t i = 0; i < count; ++i) {
        state = state * 6364136223846793005U + 1442695040888963407U;
        values.push_back(static_cast<float>(state >> 40) / 16777216.0F - 0.5F);
    }
    tensor.set_raw_data(values.data(), values.size() * sizeof(float));
}

std::filesystem::path LoadedModel::folder() {
    static const ScratchDirectory scratch;
    return scratch.path();
}

LoadedModel::LoadedModel(const onnx::ModelProto& model, const LoadOptions& options)
    : m_model(tl::unexpected(Failure{})) {
    static int number = 0;
    m_file = folder() / fmt::format("model{}.onnx", ++number);
    save(model, file());
    m_model = load_model(file(), "model.onnx", options, reporter);
    if (!m_model) {
        fmt::print("{}", messages(m_model.error()));
    }
    AISPRINT_ASSERT(m_model.has_value());
}

void save(const onnx::ModelProto& model, const std::filesystem::path& path) {
    AISPRINT_ASSERT(write_new_file(path, model.SerializeAsString()).has_value());
}

onnx::ModelProto read_proto(const std::filesystem::path& path) {
    onnx::ModelProto model;
    AISPRINT_ASSERT(model.ParseFromString(read_file(path).value()));
    return model;
}

std::string messages(const Failure& failure) {
    std::string text;
    for (const Diagnostic& diagnostic : failure.diagnostics) {
        text += fmt::format("{} {} ({})\n", diagnostic.code, diagnostic.message, diagnostic.hint);
    }
    return text;
}

} // namespace aisprint::partition
