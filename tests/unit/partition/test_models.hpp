// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "onnx_proto.hpp"

#include "aisprint/base/files.hpp"
#include "aisprint/base/reporter.hpp"
#include "aisprint/partition/model.hpp"

#include <filesystem>
#include <string>
#include <vector>

namespace aisprint::partition {

/// A model from the text syntax of onnx; ends the test program if it is not well-formed.
onnx::ModelProto model_from_text(const std::string& text);

/// Adds a float initializer with small values that depend on its name.
void add_initializer(onnx::ModelProto& model,
                     const std::string& name,
                     const std::vector<std::int64_t>& shape);

/// A model in a file, loaded. The files of all of them are in one folder, since removing folders
/// takes long on some file systems.
class LoadedModel {
public:
    explicit LoadedModel(const onnx::ModelProto& model, const LoadOptions& options = {});
    explicit LoadedModel(const std::string& text, const LoadOptions& options = {})
        : LoadedModel(model_from_text(text), options) {}

    [[nodiscard]] const Model& operator*() const { return *m_model; }
    [[nodiscard]] const Model* operator->() const { return &*m_model; }
    /// A folder to write into; shared by all models.
    [[nodiscard]] static std::filesystem::path folder();
    [[nodiscard]] const std::filesystem::path& file() const { return m_file; }

    CollectingReporter reporter;

private:
    std::filesystem::path m_file;
    Result<Model> m_model;
};

/// Writes a model to a file; reads one from a file.
void save(const onnx::ModelProto& model, const std::filesystem::path& path);
onnx::ModelProto read_proto(const std::filesystem::path& path);

/// All messages of a failure, with hints, one a line.
std::string messages(const Failure& failure);

/// The names in a list of named messages.
template <class List>
std::vector<std::string> names(const List& list) {
    std::vector<std::string> result;
    for (const auto& item : list) {
        result.push_back(item.name());
    }
    return result;
}

} // namespace aisprint::partition
