// SPDX-License-Identifier: Apache-2.0
// From the file of a model to the reduced model.
#include "wire.hpp"
#include "wire_format.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <map>

namespace aisprint::partition {

namespace {

/// Contents up to this size stay in the model: shape inference looks at small ones.
constexpr std::uint64_t k_inline_bytes = 4096;
/// As deep as protobuf itself follows nested messages.
constexpr int k_max_depth = 100;
constexpr std::uint64_t k_message_limit = std::numeric_limits<std::int32_t>::max();

/// Walks over the file.
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

} // namespace

Result<std::string> read_reduced_model(BlobStore& store) {
    std::string reduced;
    Reducer reducer(store);
    AISPRINT_TRY(reducer.reduce(Message::model, 0, store.model_file().size(), 0, reduced));
    return reduced;
}

} // namespace aisprint::partition
