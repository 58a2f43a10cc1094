// SPDX-License-Identifier: Apache-2.0
#include "wire.hpp"

#include "aisprint/base/files.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cstring>
#include <limits>
#include <utility>

namespace aisprint::partition {

namespace {

/// Contents up to this size stay in the model: shape inference looks at small ones.
constexpr std::uint64_t k_inline_bytes = 4096;
/// As deep as protobuf itself follows nested messages.
constexpr int k_max_depth = 100;
constexpr std::uint64_t k_message_limit = std::numeric_limits<std::int32_t>::max();
constexpr std::string_view k_magic = "\x93\xa1sprBlob"; // 9 bytes, then 7 bytes of number
constexpr std::size_t k_placeholder_bytes = 16;
/// Large contents in a data file start where a page does, so that they can be mapped.
constexpr std::uint64_t k_page_bytes = 4096;
constexpr std::uint64_t k_small_alignment = 64;
constexpr std::uint64_t k_page_aligned_from = std::uint64_t{1} << 20;

/// The messages of onnx.proto that tensors can be in.
enum class Message { model, graph, node, attribute, tensor, sparse, function, training };

std::optional<Message> child_message(Message parent, std::uint32_t field) {
    struct Row {
        Message parent;
        std::uint32_t field;
        Message child;
    };
    static constexpr Row k_rows[] = {
        {Message::model, 7, Message::graph},         {Message::model, 20, Message::training},
        {Message::model, 25, Message::function},     {Message::graph, 1, Message::node},
        {Message::graph, 5, Message::tensor},        {Message::graph, 15, Message::sparse},
        {Message::node, 5, Message::attribute},      {Message::attribute, 5, Message::tensor},
        {Message::attribute, 6, Message::graph},     {Message::attribute, 10, Message::tensor},
        {Message::attribute, 11, Message::graph},    {Message::attribute, 22, Message::sparse},
        {Message::attribute, 23, Message::sparse},   {Message::sparse, 1, Message::tensor},
        {Message::sparse, 2, Message::tensor},       {Message::function, 7, Message::node},
        {Message::function, 11, Message::attribute}, {Message::training, 1, Message::graph},
        {Message::training, 2, Message::graph},
    };
    for (const Row& row : k_rows) {
        if (row.parent == parent && row.field == field) {
            return row.child;
        }
    }
    return std::nullopt;
}

// Fields of TensorProto.
constexpr std::uint32_t k_data_type = 2;
constexpr std::uint32_t k_float_data = 4;
constexpr std::uint32_t k_int32_data = 5;
constexpr std::uint32_t k_int64_data = 7;
constexpr std::uint32_t k_raw_data = 9;
constexpr std::uint32_t k_double_data = 10;
constexpr std::uint32_t k_uint64_data = 11;
constexpr std::uint32_t k_external_data = 13;
constexpr std::uint32_t k_data_location = 14;

bool holds_content(std::uint32_t field) {
    return field == k_float_data || field == k_int32_data || field == k_int64_data ||
           field == k_raw_data || field == k_double_data || field == k_uint64_data;
}

constexpr std::uint32_t k_varint = 0;
constexpr std::uint32_t k_fixed64 = 1;
constexpr std::uint32_t k_length_delimited = 2;
constexpr std::uint32_t k_fixed32 = 5;

void append_varint(std::string& out, std::uint64_t value) {
    while (value >= 0x80) {
        out.push_back(static_cast<char>(value | 0x80));
        value >>= 7;
    }
    out.push_back(static_cast<char>(value));
}

void append_header(std::string& out, std::uint32_t field, std::uint64_t size) {
    append_varint(out, (std::uint64_t{field} << 3) | k_length_delimited);
    append_varint(out, size);
}

/// One field of a message; the payload of a varint is its value, otherwise a range.
struct Field {
    std::uint32_t number = 0;
    std::uint32_t wire = 0;
    std::uint64_t value = 0;
    std::uint64_t begin = 0;
    std::uint64_t payload = 0;
    std::uint64_t end = 0;

    [[nodiscard]] std::uint64_t size() const { return end - payload; }
};

/// Reads a varint from at most `available` bytes; the number of bytes used, 0 if it is malformed.
std::size_t parse_varint(const char* bytes, std::size_t available, std::uint64_t& value) {
    value = 0;
    for (std::size_t i = 0; i < std::min<std::size_t>(available, 10); ++i) {
        const auto byte = static_cast<unsigned char>(bytes[i]);
        value |= std::uint64_t{byte & 0x7fU} << (7 * i);
        if ((byte & 0x80U) == 0) {
            return i + 1;
        }
    }
    return 0;
}

/// The field that starts at `begin`, of which `head` are the first bytes; false if malformed.
bool parse_field(std::string_view head, std::uint64_t begin, std::uint64_t limit, Field& field) {
    std::uint64_t tag = 0;
    const std::size_t tag_bytes = parse_varint(head.data(), head.size(), tag);
    if (tag_bytes == 0 || tag >> 3 == 0 || tag >> 32 != 0) {
        return false;
    }
    field.number = static_cast<std::uint32_t>(tag >> 3);
    field.wire = static_cast<std::uint32_t>(tag & 7);
    field.begin = begin;
    field.payload = begin + tag_bytes;
    std::uint64_t size = 0;
    if (field.wire == k_varint || field.wire == k_length_delimited) {
        const std::size_t used =
            parse_varint(head.data() + tag_bytes, head.size() - tag_bytes, field.value);
        if (used == 0) {
            return false;
        }
        size = field.wire == k_varint ? used : field.value;
        field.payload += field.wire == k_varint ? 0 : used;
    } else if (field.wire == k_fixed64 || field.wire == k_fixed32) {
        size = field.wire == k_fixed64 ? 8 : 4;
    } else {
        return false;
    }
    if (field.payload > limit || size > limit - field.payload) {
        return false;
    }
    field.end = field.payload + size;
    return true;
}

/// The field at `begin` of a message in memory that is known to be well-formed.
Field field_at(std::string_view message, std::size_t begin) {
    Field field;
    AISPRINT_ASSERT(parse_field(message.substr(begin), begin, message.size(), field));
    return field;
}

/// The first walk: from the file to the reduced model.
class Reducer {
public:
    explicit Reducer(BlobStore& store) : m_store(store), m_window(store.model_file()) {}

    Result<void>
    reduce(Message kind, std::uint64_t begin, std::uint64_t end, int depth, std::string& out) {
        if (depth > k_max_depth) {
            return malformed(begin, "messages are nested too deeply");
        }
        if (kind == Message::tensor) {
            return reduce_tensor(begin, end, out);
        }
        for (std::uint64_t at = begin; at < end;) {
            Field field;
            AISPRINT_TRY(read_field(at, end, field));
            at = field.end;
            const std::optional<Message> child =
                field.wire == k_length_delimited ? child_message(kind, field.number) : std::nullopt;
            if (!child) {
                AISPRINT_TRY(copy(field.begin, field.end, out));
                continue;
            }
            std::string reduced;
            AISPRINT_TRY(reduce(*child, field.payload, field.end, depth + 1, reduced));
            append_header(out, field.number, reduced.size());
            out += reduced;
        }
        return {};
    }

private:
    struct Content {
        std::size_t ranges = 0;
        std::size_t raw_ranges = 0;
        Field range;
        bool external = false;
        std::map<std::string, std::string> entries;
    };

    [[nodiscard]] tl::unexpected<Failure> malformed(std::uint64_t offset, const char* what) const {
        return fail(
            ErrorKind::input,
            make_error("PRT002",
                       fmt::format("{} is not an ONNX model: {} at byte {} of {}",
                                   m_store.shown_as(), what, offset, m_store.model_file().size()),
                       "check that the file was copied in full"));
    }

    Result<void> read_field(std::uint64_t at, std::uint64_t end, Field& field) {
        // A tag has at most 5 bytes, a length or value at most 10.
        const auto count = static_cast<std::size_t>(std::min<std::uint64_t>(15, end - at));
        const char* head = m_window.bytes_at(at, count);
        if (head == nullptr || !parse_field({head, count}, at, end, field)) {
            return malformed(at, "damaged or cut off data");
        }
        return {};
    }

    Result<void> copy(std::uint64_t begin, std::uint64_t end, std::string& out) {
        constexpr std::uint64_t step = 64 * 1024;
        if (out.size() + (end - begin) > k_message_limit) {
            return malformed(begin, "more than 2 GiB besides large tensors");
        }
        while (begin < end) {
            const auto count = static_cast<std::size_t>(std::min(step, end - begin));
            const char* bytes = m_window.bytes_at(begin, count);
            if (bytes == nullptr) {
                return malformed(begin, "unreadable data");
            }
            out.append(bytes, count);
            begin += count;
        }
        return {};
    }

    Result<void> reduce_tensor(std::uint64_t begin, std::uint64_t end, std::string& out) {
        AISPRINT_TRY_ASSIGN(const Content content, find_content(begin, end));
        AISPRINT_TRY_ASSIGN(const std::optional<Blob> blob, find_blob(content));
        const bool stays = !blob && !content.external;
        for (std::uint64_t at = begin; at < end;) {
            Field field;
            AISPRINT_TRY(read_field(at, end, field));
            at = field.end;
            const bool dropped =
                content.external
                    ? field.number == k_external_data || field.number == k_data_location ||
                          holds_content(field.number)
                    : field.begin == content.range.begin && holds_content(field.number);
            if (stays || !dropped) {
                AISPRINT_TRY(copy(field.begin, field.end, out));
            }
        }
        if (blob) {
            AISPRINT_TRY(append_content(*blob, out));
        }
        return {};
    }

    /// Small external contents are read into the model, all else gets a placeholder.
    Result<void> append_content(const Blob& blob, std::string& out) {
        std::string content;
        if (blob.source != 0 && blob.size <= k_inline_bytes) {
            AISPRINT_TRY_ASSIGN(const InputFile file, m_store.open_source(blob.source));
            content.resize(static_cast<std::size_t>(blob.size));
            if (!file.read_at(blob.offset, content.data(), content.size())) {
                return malformed(0, "unreadable external data");
            }
            if (blob_of_placeholder(content)) {
                content = m_store.add(blob);
            }
        } else {
            content = m_store.add(blob);
        }
        append_header(out, k_raw_data, content.size());
        out += content;
        return {};
    }

    Result<std::optional<Blob>> find_blob(const Content& content) {
        if (content.external) {
            const auto entry = [&content](const char* key) -> std::optional<std::string> {
                const auto found = content.entries.find(key);
                return found == content.entries.end() ? std::nullopt : std::optional(found->second);
            };
            AISPRINT_TRY_ASSIGN(const Blob blob,
                                m_store.find_external(entry("location").value_or(""),
                                                      entry("offset"), entry("length")));
            return blob;
        }
        if (content.ranges != 1) {
            return std::nullopt;
        }
        if (content.range.size() <= k_inline_bytes) {
            // Data that happens to look like a placeholder must not be taken for one.
            const std::size_t count = static_cast<std::size_t>(content.range.size());
            const char* bytes = m_window.bytes_at(content.range.payload, count);
            if (bytes == nullptr || !blob_of_placeholder({bytes, count})) {
                return std::nullopt;
            }
        }
        return Blob{0, content.range.payload, content.range.size(), content.range.number};
    }

    Result<Content> find_content(std::uint64_t begin, std::uint64_t end) {
        Content content;
        for (std::uint64_t at = begin; at < end;) {
            Field field;
            AISPRINT_TRY(read_field(at, end, field));
            at = field.end;
            if (field.number == k_data_location && field.wire == k_varint) {
                content.external = field.value == 1;
            } else if (field.number == k_external_data && field.wire == k_length_delimited) {
                AISPRINT_TRY(read_entry(field, content.entries));
            } else if (holds_content(field.number)) {
                ++content.ranges;
                content.ranges += field.wire == k_length_delimited ? 0 : 1;
                content.raw_ranges += field.number == k_raw_data ? 1 : 0;
                content.range = field;
            }
        }
        if (content.raw_ranges > 0 && content.ranges > 1 && !content.external) {
            return malformed(content.range.begin, "a tensor with two contents");
        }
        return content;
    }

    /// A StringStringEntryProto.
    Result<void> read_entry(const Field& entry, std::map<std::string, std::string>& entries) {
        std::string key;
        std::string value;
        for (std::uint64_t at = entry.payload; at < entry.end;) {
            Field field;
            AISPRINT_TRY(read_field(at, entry.end, field));
            at = field.end;
            if (field.wire == k_length_delimited && field.number <= 2) {
                std::string& target = field.number == 1 ? key : value;
                target.clear();
                AISPRINT_TRY(copy(field.payload, field.end, target));
            }
        }
        entries[key] = value;
        return {};
    }

    BlobStore& m_store;
    FileWindow m_window;
};

/// The second walk: from a reduced model to what is written.
class Expander {
public:
    Expander(const BlobStore& store, const std::optional<std::string>& data_file_name)
        : m_store(store), m_data_file_name(data_file_name) {}

    ExpandedModel expand(Message kind, std::string_view message) {
        if (message.find(k_magic) == std::string_view::npos) {
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

/// A decimal number without sign.
std::optional<std::uint64_t> parse_number(const std::string& text) {
    std::uint64_t value = 0;
    const char* end = text.data() + text.size();
    const std::from_chars_result result = std::from_chars(text.data(), end, value);
    return result.ec == std::errc() && result.ptr == end ? std::optional(value) : std::nullopt;
}

} // namespace

BlobStore::BlobStore(std::filesystem::path model, std::string shown_as, InputFile file)
    : m_model(std::move(model)), m_shown_as(std::move(shown_as)), m_model_file(std::move(file)) {}

std::string BlobStore::add(const Blob& blob) {
    std::string placeholder(k_magic);
    std::uint64_t index = m_blobs.size();
    while (placeholder.size() < k_placeholder_bytes) {
        placeholder.push_back(static_cast<char>(index & 0xff));
        index >>= 8;
    }
    m_blobs.push_back(blob);
    return placeholder;
}

std::optional<std::size_t> blob_of_placeholder(std::string_view raw_data) {
    if (raw_data.size() != k_placeholder_bytes || !raw_data.starts_with(k_magic)) {
        return std::nullopt;
    }
    std::size_t index = 0;
    for (std::size_t i = k_placeholder_bytes; i > k_magic.size(); --i) {
        index = index << 8 | static_cast<unsigned char>(raw_data[i - 1]);
    }
    return index;
}

Result<Blob> BlobStore::find_external(const std::string& location,
                                      const std::optional<std::string>& offset,
                                      const std::optional<std::string>& length) {
    const auto wrong = [&](const std::string& what, const std::string& hint) {
        return fail(
            ErrorKind::input,
            make_error("PRT005", fmt::format("external data of {}: {}", m_shown_as, what), hint));
    };
    const std::filesystem::path relative = std::filesystem::path(location).lexically_normal();
    if (location.empty() || relative.is_absolute() || *relative.begin() == "..") {
        return wrong(
            fmt::format("location \"{}\" is not a file in the folder of the model", location),
            "save the model again with its data file next to it");
    }
    auto [found, is_new] = m_external_by_location.try_emplace(location, m_external.size() + 1);
    if (is_new) {
        m_external.push_back({location, 0});
        AISPRINT_TRY_ASSIGN(const InputFile file, open_source(found->second));
        m_external.back().size = file.size();
    }
    const std::uint64_t size = m_external[found->second - 1].size;
    const std::optional<std::uint64_t> begin = parse_number(offset.value_or("0"));
    const std::optional<std::uint64_t> count =
        begin && *begin <= size ? parse_number(length.value_or(std::to_string(size - *begin)))
                                : std::nullopt;
    if (!count || *count > size - *begin) {
        return wrong(fmt::format("{} has {} bytes, a tensor is said to be at {} with length {}",
                                 location, size, offset.value_or("0"),
                                 length.value_or("of the rest")),
                     "check that the data file belongs to the model and was copied in full");
    }
    return Blob{found->second, *begin, *count, k_raw_data};
}

Result<InputFile> BlobStore::open_source(std::size_t source) const {
    AISPRINT_ASSERT(source > 0 && source <= m_external.size());
    const std::string& location = m_external[source - 1].location;
    auto file = InputFile::open(m_model.parent_path() / location);
    if (!file) {
        return fail(ErrorKind::io,
                    make_error("PRT005",
                               fmt::format("external data of {}: cannot read {}: {}", m_shown_as,
                                           location, file.error().message()),
                               "put the data file into the folder of the model"));
    }
    return std::move(*file);
}

Result<std::string> read_reduced_model(BlobStore& store) {
    std::string reduced;
    Reducer reducer(store);
    AISPRINT_TRY(reducer.reduce(Message::model, 0, store.model_file().size(), 0, reduced));
    return reduced;
}

ExpandedModel expand_model(const BlobStore& store,
                           std::string_view reduced,
                           const std::optional<std::string>& data_file_name) {
    Expander expander(store, data_file_name);
    ExpandedModel model = expander.expand(Message::model, reduced);
    model.external = expander.take_external();
    return model;
}

} // namespace aisprint::partition
