// SPDX-License-Identifier: Apache-2.0
// From a reduced model to what is written.
#include "wire.hpp"
#include "wire_format.hpp"

#include <utility>

namespace aisprint::partition {

namespace {

/// Large contents in a data file start where a page does, so that they can be mapped.
constexpr std::uint64_t k_page_bytes = 4096;
constexpr std::uint64_t k_small_alignment = 64;
constexpr std::uint64_t k_page_aligned_from = std::uint64_t{1} << 20;

/// Walks over the reduced model.
class Expander {
public:
    Expander(const BlobStore& store, const std::optional<std::string>& data_file_name)
        : m_store(store), m_data_file_name(data_file_name) {}

    ExpandedModel expand(Message kind, std::string_view message) {
        if (message.find(k_placeholder_mark) == std::string_view::npos) {
            ExpandedModel result;
            append(result, message);
            return result;
        }
        if (kind == Message::tensor) {
            return expand_tensor(message);
        }
        ExpandedModel result;
        for (std::size_t at = 0; at < message.size();) {
            const Field field = field_at(message, at);
            at = static_cast<std::size_t>(field.end);
            const std::optional<Message> child =
                field.wire == k_length_delimited ? child_message(kind, field.number) : std::nullopt;
            if (!child) {
                append(result, range(message, field.begin, field.end));
                continue;
            }
            ExpandedModel inner = expand(*child, range(message, field.payload, field.end));
            std::string header;
            append_header(header, field.number, inner.size);
            append(result, header);
            append(result, std::move(inner));
        }
        return result;
    }

    std::vector<ExpandedModel::Placed> take_external() { return std::move(m_external); }

private:
    static std::string_view
    range(std::string_view message, std::uint64_t begin, std::uint64_t end) {
        return message.substr(static_cast<std::size_t>(begin),
                              static_cast<std::size_t>(end - begin));
    }

    static void append(ExpandedModel& model, std::string_view bytes) {
        if (model.pieces.empty() || model.pieces.back().blob) {
            model.pieces.emplace_back();
        }
        model.pieces.back().bytes += bytes;
        model.size += bytes.size();
    }

    static void append(ExpandedModel& model, ExpandedModel&& other) {
        for (ExpandedModel::Piece& piece : other.pieces) {
            if (!model.pieces.empty() && !model.pieces.back().blob) {
                model.pieces.back().bytes += piece.bytes;
                model.pieces.back().blob = piece.blob;
            } else {
                model.pieces.push_back(std::move(piece));
            }
        }
        model.size += other.size;
    }

    /// Writes the fields in the order of their numbers, as protobuf does.
    ExpandedModel expand_tensor(std::string_view message) {
        std::vector<Field> fields;
        std::optional<std::size_t> blob;
        std::uint64_t data_type = 0;
        for (std::size_t at = 0; at < message.size();) {
            const Field field = field_at(message, at);
            at = static_cast<std::size_t>(field.end);
            const std::optional<std::size_t> found =
                field.number == k_raw_data
                    ? blob_of_placeholder(range(message, field.payload, field.end))
                    : std::nullopt;
            data_type = field.number == k_data_type ? field.value : data_type;
            if (found) {
                blob = found;
            } else {
                fields.push_back(field);
            }
        }
        ExpandedModel result;
        if (!blob) { // the magic number was part of something else
            append(result, message);
            return result;
        }
        const bool outside = m_data_file_name && can_be_external(m_store.blobs()[*blob]);
        const std::uint32_t number = outside ? k_external_data : m_store.blobs()[*blob].field;
        bool done = false;
        for (const Field& field : fields) {
            if (!done && field.number > number) {
                append_content(result, *blob, outside);
                done = true;
            }
            append(result, range(message, field.begin, field.end));
        }
        if (!done) {
            append_content(result, *blob, outside);
        }
        return result;
    }

    /// External data is raw data; contents that are written as variable-length integers are not.
    static bool can_be_external(const Blob& blob) {
        return blob.field == k_raw_data || blob.field == k_float_data ||
               blob.field == k_double_data;
    }

    void append_content(ExpandedModel& model, std::size_t index, bool outside) {
        const Blob& blob = m_store.blobs()[index];
        if (!outside) {
            std::string header;
            append_header(header, blob.field, blob.size);
            append(model, header);
            model.pieces.back().blob = index;
            model.size += blob.size;
            return;
        }
        const std::uint64_t alignment =
            blob.size >= k_page_aligned_from ? k_page_bytes : k_small_alignment;
        m_external_end += (alignment - m_external_end % alignment) % alignment;
        std::string bytes;
        append_entry(bytes, "location", *m_data_file_name);
        append_entry(bytes, "offset", std::to_string(m_external_end));
        append_entry(bytes, "length", std::to_string(blob.size));
        append_varint(bytes, k_data_location << 3);
        append_varint(bytes, 1);
        append(model, bytes);
        m_external.push_back({index, m_external_end});
        m_external_end += blob.size;
    }

    static void append_entry(std::string& out, std::string_view key, std::string_view value) {
        std::string entry;
        append_header(entry, 1, key.size());
        entry += key;
        append_header(entry, 2, value.size());
        entry += value;
        append_header(out, k_external_data, entry.size());
        out += entry;
    }

    const BlobStore& m_store;
    const std::optional<std::string>& m_data_file_name;
    std::vector<ExpandedModel::Placed> m_external;
    std::uint64_t m_external_end = 0;
};

} // namespace

ExpandedModel expand_model(const BlobStore& store,
                           std::string_view reduced,
                           const std::optional<std::string>& data_file_name) {
    Expander expander(store, data_file_name);
    ExpandedModel model = expander.expand(Message::model, reduced);
    model.external = expander.take_external();
    return model;
}

} // namespace aisprint::partition
