// SPDX-License-Identifier: Apache-2.0
// Writes the report of a made-up campaign, and its pictures, into a folder.
#include "aisprint/base/files.hpp"
#include "aisprint/profiling/report.hpp"

#include "sample_report.hpp"

#include <cstdio>
#include <filesystem>

int main(int argc, char** argv) {
    if (argc != 2) {
        std::fputs("usage: write_report FOLDER\n", stderr);
        return 2;
    }
    const std::filesystem::path folder = argv[1];
    const auto report = aisprint::profiling::make_report(aisprint::tests::sample_report(1500));
    std::vector<aisprint::FileContent> files{{folder / "report.html", report.html, {}}};
    for (const auto& [name, text] : report.pictures) {
        files.push_back({folder / name, text, {}});
    }
    return aisprint::write_files_together(files) ? 0 : 1;
}
