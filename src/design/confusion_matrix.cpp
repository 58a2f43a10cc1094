// SPDX-License-Identifier: Apache-2.0
#include "aisprint/design/performance.hpp"

#include "class_names.hpp"

#include "aisprint/base/files.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <optional>
#include <regex>

namespace aisprint::design {

namespace fs = std::filesystem;

namespace {

constexpr std::string_view k_magic = "\x93NUMPY";

/// The header of a .npy file.
struct NpyHeader {
    std::string type; ///< for example "<f8"
    bool column_major = false;
    std::size_t rows = 0;
    std::size_t columns = 0;
    std::size_t data_offset = 0;
};

std::optional<NpyHeader> parse_header(const std::string& bytes) {
    const bool long_form = bytes.size() > 6 && bytes[6] >= 2;
    const std::size_t length_bytes = long_form ? 4 : 2;
    if (!bytes.starts_with(k_magic) || bytes.size() < 8 + length_bytes) {
        return std::nullopt;
    }
    std::size_t length = 0;
    for (std::size_t i = 0; i < length_bytes; ++i) {
        length |= static_cast<std::size_t>(static_cast<unsigned char>(bytes[8 + i])) << (8 * i);
    }
    NpyHeader header;
    header.data_offset = 8 + length_bytes + length;
    if (header.data_offset > bytes.size() || length > 4096) {
        return std::nullopt;
    }
    const std::string text = bytes.substr(8 + length_bytes, length);
    static const std::regex type("'descr'\\s*:\\s*'([^']{2,4})'");
    static const std::regex order("'fortran_order'\\s*:\\s*(True|False)");
    static const std::regex shape("'shape'\\s*:\\s*\\(([0-9]{1,6}),\\s*([0-9]{1,6})\\)");
    std::smatch match;
    if (!std::regex_search(text, match, type)) {
        return std::nullopt;
    }
    header.type = match.str(1);
    if (!std::regex_search(text, match, order)) {
        return std::nullopt;
    }
    header.column_major = match.str(1) == "True";
    if (!std::regex_search(text, match, shape)) {
        return std::nullopt;
    }
    header.rows = std::stoul(match.str(1));
    header.columns = std::stoul(match.str(2));
    return header;
}

template <class T>
double read_element(const char* data, bool swap) {
    std::array<char, sizeof(T)> bytes{};
    std::memcpy(bytes.data(), data, sizeof(T));
    if (swap) {
        std::reverse(bytes.begin(), bytes.end());
    }
    T value{};
    std::memcpy(&value, bytes.data(), sizeof(T));
    return static_cast<double>(value);
}

using Element = double (*)(const char*, bool);

/// Size and reader of an element type; null for types that are no real numbers.
std::pair<std::size_t, Element> element_reader(const std::string& type) {
    const std::string kind = type.substr(1);
    if (kind == "f8") {
        return {8, read_element<double>};
    }
    if (kind == "f4") {
        return {4, read_element<float>};
    }
    if (kind == "i8") {
        return {8, read_element<std::int64_t>};
    }
    if (kind == "i4") {
        return {4, read_element<std::int32_t>};
    }
    if (kind == "u8") {
        return {8, read_element<std::uint64_t>};
    }
    if (kind == "u4") {
        return {4, read_element<std::uint32_t>};
    }
    if (kind == "i2") {
        return {2, read_element<std::int16_t>};
    }
    if (kind == "u2") {
        return {2, read_element<std::uint16_t>};
    }
    if (kind == "i1") {
        return {1, read_element<std::int8_t>};
    }
    if (kind == "u1" || kind == "b1") {
        return {1, read_element<std::uint8_t>};
    }
    return {0, nullptr};
}

tl::unexpected<Failure> wrong(const std::string& file, const std::string& text) {
    return fail(ErrorKind::input,
                make_error_in(file, "DSN031", text,
                              "save a square two-dimensional float array with numpy.save; "
                              "entries are shares of all samples"));
}

Result<ConfusionMatrix> parse_matrix(const std::string& bytes, const std::string& shown_as) {
    const auto header = parse_header(bytes);
    if (!header) {
        return wrong(shown_as, "not a NumPy file with a two-dimensional array");
    }
    const auto [size, element] = element_reader(header->type);
    if (element == nullptr || header->rows != header->columns || header->rows == 0) {
        return wrong(shown_as, fmt::format("array of type {} and shape {}x{} is not a square "
                                           "table of numbers",
                                           header->type, header->rows, header->columns));
    }
    ConfusionMatrix matrix;
    matrix.classes = header->rows;
    const std::size_t count = matrix.classes * matrix.classes;
    if (bytes.size() < header->data_offset + count * size) {
        return wrong(shown_as, "the file ends before the last number");
    }
    const bool swap = header->type.front() == '>';
    matrix.cells.resize(count);
    for (std::size_t i = 0; i < count; ++i) {
        const double value = element(bytes.data() + header->data_offset + i * size, swap);
        if (!(value >= 0) || std::isinf(value)) {
            return wrong(shown_as, fmt::format("entry {} is {}, not a share", i, value));
        }
        const std::size_t row = i / matrix.classes;
        const std::size_t column = i % matrix.classes;
        matrix.cells[header->column_major ? column * matrix.classes + row : i] = value;
    }
    return matrix;
}

} // namespace

Result<ConfusionMatrix> load_confusion_matrix(const fs::path& folder, const std::string& shown_as) {
    const std::string matrix_name = shown_as + "/confusion_matrix.npy";
    for (const char* name : {"confusion_matrix.npy", "class_names_dictionary.csv"}) {
        if (!fs::is_regular_file(folder / name)) {
            return wrong(shown_as + "/" + name,
                         fmt::format("file '{}' is missing, which model_performance needs", name));
        }
    }
    AISPRINT_TRY_ASSIGN(const std::string bytes, read_file(folder / "confusion_matrix.npy"));
    AISPRINT_TRY_ASSIGN(ConfusionMatrix matrix, parse_matrix(bytes, matrix_name));
    AISPRINT_TRY_ASSIGN(matrix.names, parse_class_names(folder / "class_names_dictionary.csv",
                                                        shown_as + "/class_names_dictionary.csv"));
    if (matrix.names.size() != matrix.classes) {
        return wrong(matrix_name, fmt::format("{} classes, but class_names_dictionary.csv has {}",
                                              matrix.classes, matrix.names.size()));
    }
    return matrix;
}

} // namespace aisprint::design
