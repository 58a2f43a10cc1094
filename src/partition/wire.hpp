// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "byte_source.hpp"

#include "aisprint/base/result.hpp"

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

// An ONNX file is mostly tensor data that nobody here looks at, and it can be larger than what
// protobuf takes in one piece. So the file is read by a walk over its wire format that leaves the
// contents of large tensors where they are: in their place the "reduced" model has a short
// placeholder. When a part of the model is written, the placeholders are replaced by the contents.

namespace aisprint::partition {

/// The content of a large tensor: a range of a file.
struct Blob {
    /// 0 is the model file, others are files of external data.
    std::size_t source = 0;
    std::uint64_t offset = 0;
    std::uint64_t size = 0;
    /// The field of TensorProto that it belongs into.
    std::uint32_t field = 0;
};

/// The files of a model, and the contents that were left there.
class BlobStore {
public:
    /// `shown_as` is the name of the model in diagnostics.
    BlobStore(std::filesystem::path model, std::string shown_as, InputFile file);

    [[nodiscard]] const InputFile& model_file() const { return m_model_file; }
    [[nodiscard]] const std::string& shown_as() const { return m_shown_as; }
    [[nodiscard]] const std::vector<Blob>& blobs() const { return m_blobs; }

    /// Remembers a range and returns its placeholder.
    [[nodiscard]] std::string add(const Blob& blob);

    /// The range of external data that a tensor names; `offset` and `length` as written there.
    /// Fails (io or input, PRT005) if the file is not inside the model's folder, is missing or
    /// too short.
    [[nodiscard]] Result<Blob> find_external(const std::string& location,
                                             const std::optional<std::string>& offset,
                                             const std::optional<std::string>& length);

    /// Opens the file of a blob; the model file itself is open already.
    [[nodiscard]] Result<InputFile> open_source(std::size_t source) const;

    /// Whether any tensor was external.
    [[nodiscard]] bool has_external() const { return !m_external.empty(); }

private:
    struct External {
        std::string location;
        std::uint64_t size = 0;
    };

    std::filesystem::path m_model;
    std::string m_shown_as;
    InputFile m_model_file;
    std::vector<Blob> m_blobs;
    std::vector<External> m_external;
    std::map<std::string, std::size_t> m_external_by_location;
};

/// Reads the model file without its large tensors. Fails (input, PRT002) if it is not a
/// well-formed message, and as find_external() does.
[[nodiscard]] Result<std::string> read_reduced_model(BlobStore& store);

/// A model that is ready to be written: bytes with contents of blobs in between.
struct ExpandedModel {
    struct Piece {
        std::string bytes;
        /// Follows the bytes.
        std::optional<std::size_t> blob;
    };
    struct Placed {
        std::size_t blob = 0;
        std::uint64_t offset = 0;
    };
    std::vector<Piece> pieces;
    std::uint64_t size = 0;
    /// What goes into the file of external data, with its place there.
    std::vector<Placed> external;
};

/// Puts the contents back into a serialised reduced model. With a name of a data file, contents
/// go there where the format allows it.
[[nodiscard]] ExpandedModel expand_model(const BlobStore& store,
                                         std::string_view reduced,
                                         const std::optional<std::string>& data_file_name);

/// What every placeholder begins with; 7 bytes of number follow these 9.
inline constexpr std::string_view k_placeholder_mark = "\x93\xa1sprBlob";

/// The blob whose placeholder this is, if it is one.
[[nodiscard]] std::optional<std::size_t> blob_of_placeholder(std::string_view raw_data);

} // namespace aisprint::partition
