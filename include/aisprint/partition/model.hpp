// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "aisprint/base/reporter.hpp"
#include "aisprint/base/result.hpp"

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace aisprint::partition {

/// How much of a tensor's shape is known.
enum class ShapeKnowledge {
    none,    ///< not even the rank
    partial, ///< at least one dimension other than the first is unknown
    batch,   ///< all but the first dimension, which is taken as 1
    complete ///< every dimension
};

/// What is known of a tensor without running the model.
struct TensorInfo {
    std::string name;
    /// As in NumPy: "float32", "int64", "bool"; "sequence", "map", "optional" or "" if unknown.
    std::string element_type;
    /// The dimensions; an unknown or symbolic one has no value.
    std::vector<std::optional<std::int64_t>> shape;
    ShapeKnowledge knowledge = ShapeKnowledge::none;
    /// Product of the known dimensions; 1 if there are none.
    std::uint64_t known_elements = 1;
    /// known_elements in bytes; 0 if elements of this type have no fixed size.
    std::uint64_t bytes = 0;
    /// Operator that computes it; empty for an input of the model or an initializer.
    std::string producer;

    bool operator==(const TensorInfo&) const = default;
};

/// The shape as text, "1x32x60x80", with "?" for what is unknown; "scalar" for rank 0.
[[nodiscard]] std::string to_string(const TensorInfo& tensor);

/// An ONNX model that has been read, checked and shape-inferred. Large tensors stay on disk: the
/// file must stay in place, unchanged, as long as parts of the model are written.
class Model {
public:
    struct Impl;

    explicit Model(std::unique_ptr<Impl> impl);
    Model(Model&&) noexcept;
    Model& operator=(Model&&) noexcept;
    ~Model();

    /// The name under which diagnostics and remarks speak of the model.
    [[nodiscard]] const std::string& shown_as() const;

    /// How many nodes the main graph has.
    [[nodiscard]] std::size_t node_count() const;

    /// The real inputs: graph inputs that are not initializers, in order.
    [[nodiscard]] std::vector<TensorInfo> inputs() const;

    /// The graph outputs, in order.
    [[nodiscard]] std::vector<TensorInfo> outputs() const;

    /// True if a real input, an initializer or a node output of the main graph has this name.
    [[nodiscard]] bool has_tensor(const std::string& name) const;

    /// What is known of a tensor; nothing if there is none of this name.
    [[nodiscard]] std::optional<TensorInfo> tensor(const std::string& name) const;

    /// Names of all real inputs and node outputs, in order; for spelling hints.
    [[nodiscard]] std::vector<std::string> tensor_names() const;

    /// Elements of all initializers, dense and sparse.
    [[nodiscard]] std::uint64_t parameter_count() const;

    /// Bytes of all initializers.
    [[nodiscard]] std::uint64_t parameter_bytes() const;

    /// Version of the file format, and of the default operator set (0 if not imported).
    [[nodiscard]] std::int64_t ir_version() const;
    [[nodiscard]] std::int64_t opset_version() const;

    /// What was assumed or left out when reading, one sentence each.
    [[nodiscard]] const std::vector<std::string>& assumptions() const;

    /// For the sources of this library only.
    [[nodiscard]] const Impl& impl() const { return *m_impl; }

private:
    std::unique_ptr<Impl> m_impl;
};

/// How to read a model.
struct LoadOptions {
    /// Sizes of real inputs that the model leaves open, by input name. They serve to rank cuts
    /// and to count work; the halves keep the shapes of the model.
    std::map<std::string, std::vector<std::int64_t>> input_shapes;
};

/// Reads a model and checks it. `shown_as` is its name in diagnostics. Reports assumptions (such
/// as a batch of 1) as notes. Fails (io) when a file cannot be read, (input) when it is not a
/// valid model or an input shape of `options` does not fit.
[[nodiscard]] Result<Model> load_model(const std::filesystem::path& path,
                                       const std::string& shown_as,
                                       const LoadOptions& options,
                                       Reporter& reporter);

} // namespace aisprint::partition
