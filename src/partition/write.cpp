// SPDX-License-Identifier: Apache-2.0
#include "aisprint/partition/write.hpp"

#include "adapter_onnx.hpp"
#include "extract.hpp"
#include "model_impl.hpp"
#include "wire.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <utility>

namespace aisprint::partition {

namespace {

using Id = GraphIndex::Id;

/// What protobuf, and so every reader of the format, takes in one message.
constexpr std::uint64_t k_file_limit = std::numeric_limits<std::int32_t>::max();

/// Copies contents of tensors, with the file that was used last kept open.
class BlobCopier {
public:
    explicit BlobCopier(const BlobStore& store) : m_store(store) {}

    Result<void> copy(std::size_t index, OutputFile& to) {
        const Blob& blob = m_store.blobs()[index];
        if (blob.source == 0) {
            return to.append_range(m_store.model_file(), blob.offset, blob.size);
        }
        if (blob.source != m_open_source) {
            AISPRINT_TRY_ASSIGN(m_open, m_store.open_source(blob.source));
            m_open_source = blob.source;
        }
        return to.append_range(m_open, blob.offset, blob.size);
    }

private:
    const BlobStore& m_store;
    InputFile m_open;
    std::size_t m_open_source = 0;
};

Result<void> write_pieces(const BlobStore& store,
                          const ExpandedModel& expanded,
                          const std::filesystem::path& path) {
    AISPRINT_TRY_ASSIGN(OutputFile file, OutputFile::create(path));
    BlobCopier copier(store);
    for (const ExpandedModel::Piece& piece : expanded.pieces) {
        AISPRINT_TRY(file.append(piece.bytes.data(), piece.bytes.size()));
        if (piece.blob) {
            AISPRINT_TRY(copier.copy(*piece.blob, file));
        }
    }
    AISPRINT_ASSERT(file.size() == expanded.size);
    return file.finish();
}

/// Writes the file of external data; returns its size.
Result<std::uint64_t> write_external(const BlobStore& store,
                                     const ExpandedModel& expanded,
                                     const std::filesystem::path& path) {
    AISPRINT_TRY_ASSIGN(OutputFile file, OutputFile::create(path));
    BlobCopier copier(store);
    for (const ExpandedModel::Placed& placed : expanded.external) {
        AISPRINT_TRY(file.pad_to(placed.offset));
        AISPRINT_TRY(copier.copy(placed.blob, file));
    }
    const std::uint64_t size = file.size();
    AISPRINT_TRY(file.finish());
    return size;
}

tl::unexpected<Failure> too_large(const std::filesystem::path& path, std::uint64_t bytes) {
    return fail(ErrorKind::input,
                make_error("PRT015",
                           fmt::format("{} would have {} bytes, an ONNX file has at most {}",
                                       path.string(), bytes, k_file_limit),
                           "save the model with its tensors as external data first"));
}

std::vector<std::string> names_of(const Model::Impl& model, const std::vector<Id>& ids) {
    std::vector<std::string> names;
    for (const Id id : ids) {
        names.emplace_back(model.graph.tensors[id].name);
    }
    return names;
}

/// Writes a model that has been put together from parts of another.
Result<WrittenModel> write_model(const Model::Impl& source,
                                 const onnx::ModelProto& part,
                                 const std::filesystem::path& path,
                                 const WriteOptions& options) {
    if (source.checked) {
        const std::string reason = check_model(part);
        if (!reason.empty()) {
            return fail(ErrorKind::input,
                        make_error("PRT003",
                                   fmt::format("{} would not be a valid model: {}",
                                               path.filename().string(), reason),
                                   "choose another cut"));
        }
    }
    const std::optional<std::string> reduced = serialise_model(part);
    if (!reduced) {
        return too_large(path, part.ByteSizeLong());
    }
    WrittenModel written;
    written.file = path;
    ExpandedModel expanded = expand_model(source.store, *reduced, std::nullopt);
    if (expanded.size > std::min(options.embed_limit_bytes, k_file_limit)) {
        const std::filesystem::path name = path.filename().string() + ".data";
        expanded = expand_model(source.store, *reduced, name.string());
        if (!expanded.external.empty()) {
            written.data_file = path.parent_path() / name;
        }
    }
    if (expanded.size > k_file_limit) {
        return too_large(path, expanded.size);
    }
    if (written.data_file) {
        AISPRINT_TRY_ASSIGN(written.bytes,
                            write_external(source.store, expanded, *written.data_file));
    }
    AISPRINT_TRY(write_pieces(source.store, expanded, path));
    written.bytes += expanded.size;
    written.nodes = static_cast<std::size_t>(part.graph().node_size());
    written.initializers = static_cast<std::size_t>(part.graph().initializer_size() +
                                                    part.graph().sparse_initializer_size());
    written.value_infos = static_cast<std::size_t>(part.graph().value_info_size());
    return written;
}

Result<WrittenModel> write_part(const Model::Impl& model,
                                const Part& part,
                                const std::vector<Id>& inputs,
                                const std::vector<Id>& outputs,
                                const std::filesystem::path& path,
                                const WriteOptions& options) {
    AISPRINT_TRY_ASSIGN(const onnx::ModelProto built, build_part(model, part, inputs, outputs));
    AISPRINT_TRY_ASSIGN(WrittenModel written, write_model(model, built, path, options));
    written.inputs = names_of(model, inputs);
    written.outputs = names_of(model, outputs);
    return written;
}

Id id_of(const GraphIndex& graph, const std::string& name) {
    Id id = 0;
    AISPRINT_ASSERT(graph.find(name, id));
    return id;
}

std::vector<Id> ids_of(const GraphIndex& graph, const std::vector<std::string>& names) {
    std::vector<Id> ids;
    for (const std::string& name : names) {
        ids.push_back(id_of(graph, name));
    }
    return ids;
}

/// Appends those of `more` that are not in `ids` yet.
void append_new(std::vector<Id>& ids, const std::vector<Id>& more) {
    for (const Id id : more) {
        if (std::ranges::find(ids, id) == ids.end()) {
            ids.push_back(id);
        }
    }
}

} // namespace

Result<WrittenHalves> write_halves(const Model& model,
                                   const Cut& cut,
                                   const std::filesystem::path& first,
                                   const std::filesystem::path& second,
                                   const WriteOptions& options) {
    const Model::Impl& impl = model.impl();
    std::vector<Id> crossing;
    std::vector<Id> first_outputs;
    for (const TensorInfo& tensor : cut.tensors) {
        const Id id = id_of(impl.graph, tensor.name);
        crossing.push_back(id);
        if (impl.graph.tensors[id].origin != GraphIndex::Origin::input) {
            first_outputs.push_back(id);
        }
    }
    std::vector<Id> second_outputs = impl.graph.outputs;
    std::erase_if(second_outputs,
                  [&crossing](Id id) { return std::ranges::count(crossing, id) != 0; });
    const Part second_part = find_part(impl.graph, second_outputs, crossing);
    WrittenHalves halves;
    AISPRINT_TRY_ASSIGN(halves.first, write_part(impl, find_part(impl.graph, first_outputs, {}),
                                                 impl.graph.inputs, first_outputs, first, options));
    AISPRINT_TRY_ASSIGN(halves.second, write_part(impl, second_part, second_part.used,
                                                  second_outputs, second, options));
    return halves;
}

Result<std::vector<WrittenModel>>
write_exit_segments(const Model& model,
                    const std::vector<Exit>& exits,
                    const std::vector<std::filesystem::path>& segment_files,
                    const WriteOptions& options) {
    AISPRINT_ASSERT(segment_files.size() == exits.size() + 1);
    const Model::Impl& impl = model.impl();
    std::vector<WrittenModel> segments;
    std::vector<Id> remaining = impl.graph.outputs;
    std::vector<Id> inputs = impl.graph.inputs;
    for (std::size_t i = 0; i < segment_files.size(); ++i) {
        std::vector<Id> outputs;
        if (i < exits.size()) {
            append_new(outputs, ids_of(impl.graph, exits[i].input_tensors));
            append_new(outputs, ids_of(impl.graph, exits[i].output_tensors));
            std::erase_if(remaining,
                          [&outputs](Id id) { return std::ranges::count(outputs, id) != 0; });
        } else {
            outputs = remaining;
        }
        const Part part = find_part(impl.graph, outputs, inputs);
        AISPRINT_TRY_ASSIGN(WrittenModel written,
                            write_part(impl, part, inputs, outputs, segment_files[i], options));
        segments.push_back(std::move(written));
        if (i < exits.size()) {
            inputs = ids_of(impl.graph, exits[i].input_tensors);
        }
    }
    return segments;
}

} // namespace aisprint::partition
