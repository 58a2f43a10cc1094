// SPDX-License-Identifier: Apache-2.0
// codes_check SOURCE_DIR: every diagnostic code of src/ is described in docs/diagnostics.md and
// appears in a golden case, or in untested_codes.txt with the reason why it cannot.

#include "golden_text.hpp"

#include <filesystem>
#include <iostream>
#include <regex>
#include <set>

namespace {

namespace fs = std::filesystem;
using aisprint::golden::read_text;
using aisprint::golden::split_lines;
using Codes = std::set<std::string>;

void collect(const std::string& text, const std::regex& pattern, Codes& codes) {
    for (std::sregex_iterator match(text.begin(), text.end(), pattern), end; match != end;
         ++match) {
        codes.insert((*match)[1]);
    }
}

template <class Accept>
Codes codes_below(const fs::path& folder, const std::regex& pattern, Accept accept) {
    Codes codes;
    for (const fs::directory_entry& entry : fs::recursive_directory_iterator(folder)) {
        if (entry.is_regular_file() && accept(entry.path())) {
            collect(read_text(entry.path()), pattern, codes);
        }
    }
    return codes;
}

/// Codes at the beginning of a line, with text after them.
Codes codes_of_lines(const fs::path& file, const std::regex& pattern) {
    Codes codes;
    for (const std::string& line : split_lines(read_text(file))) {
        std::smatch match;
        if (std::regex_search(line, match, pattern)) {
            codes.insert(match[1]);
        }
    }
    return codes;
}

/// Prints the codes of the first set that are not in the second one; returns how many.
int report_missing(const Codes& codes, const Codes& in, const std::string& message) {
    int count = 0;
    for (const std::string& code : codes) {
        if (!in.contains(code)) {
            std::cerr << code << ' ' << message << '\n';
            ++count;
        }
    }
    return count;
}

int check(const fs::path& source) {
    const fs::path golden = source / "tests/golden";
    const Codes used = codes_below(source / "src", std::regex("\"([A-Z]{3}[0-9]{3})\""),
                                   [](const fs::path& path) { return path.extension() == ".cpp"; });
    const Codes described = codes_of_lines(source / "docs/diagnostics.md",
                                           std::regex("^\\| `?([A-Z]{3}[0-9]{3})`? \\|"));
    Codes tested = codes_below(golden, std::regex("(?:\\[|\"code\": \")([A-Z]{3}[0-9]{3})[\\]\"]"),
                               [](const fs::path& path) {
                                   const std::string stem = path.stem().string();
                                   return stem == "stdout" || stem == "stderr";
                               });
    const Codes untested =
        codes_of_lines(golden / "untested_codes.txt", std::regex("^([A-Z]{3}[0-9]{3}) \\S"));
    int wrong = report_missing(used, described, "is in src/, but not in docs/diagnostics.md");
    wrong += report_missing(described, used, "is in docs/diagnostics.md, but not in src/");
    wrong += report_missing(untested, used, "is in untested_codes.txt, but not in src/");
    for (const std::string& code : untested) {
        if (tested.contains(code)) {
            std::cerr << code << " is in untested_codes.txt, but a golden case shows it\n";
            ++wrong;
        }
    }
    tested.insert(untested.begin(), untested.end());
    wrong += report_missing(used, tested, "is in src/, but no golden case shows it");
    std::cout << used.size() << " codes, " << untested.size() << " of them without a case\n";
    return wrong == 0 && !used.empty() ? 0 : 1;
}

} // namespace

int main(int argc, char** argv) {
    if (argc != 2) {
        std::cerr << "usage: codes_check SOURCE_DIR\n";
        return 2;
    }
    return check(argv[1]);
}
