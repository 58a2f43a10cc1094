// SPDX-License-Identifier: Apache-2.0
// The files of a model, and the contents of tensors that were left there.
#include "wire.hpp"
#include "wire_format.hpp"

#include <fmt/format.h>

#include <charconv>
#include <utility>

namespace aisprint::partition {

namespace {

constexpr std::size_t k_placeholder_bytes = 16;

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
    std::string placeholder(k_placeholder_mark);
    std::uint64_t index = m_blobs.size();
    while (placeholder.size() < k_placeholder_bytes) {
        placeholder.push_back(static_cast<char>(index & 0xff));
        index >>= 8;
    }
    m_blobs.push_back(blob);
    return placeholder;
}

std::optional<std::size_t> blob_of_placeholder(std::string_view raw_data) {
    if (raw_data.size() != k_placeholder_bytes || !raw_data.starts_with(k_placeholder_mark)) {
        return std::nullopt;
    }
    std::size_t index = 0;
    for (std::size_t i = k_placeholder_bytes; i > k_placeholder_mark.size(); --i) {
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

} // namespace aisprint::partition
