// SPDX-License-Identifier: Apache-2.0
#include "golden_case.hpp"

#include "golden_text.hpp"

#include <algorithm>
#include <cstdlib>
#include <stdexcept>

namespace aisprint::golden {

Folders make_folders(const std::string& program,
                     const std::string& golden,
                     const std::string& scratch,
                     const std::string& name) {
    Folders folders;
    folders.program = program;
    folders.golden = golden;
    folders.test_case = folders.golden / name;
    folders.name = name;
    folders.scratch = fs::path(scratch) / name;
    folders.work = folders.scratch / "work";
    return folders;
}

namespace {

const char* const k_unchanged = "(unchanged)\n";

/// Folder of an `in_from` line: another case, or a folder of common/ or examples/.
fs::path find_origin(const Folders& folders, const std::string& name) {
    for (const fs::path& candidate :
         {folders.golden / name / "in", folders.golden / "common" / name,
          folders.golden.parent_path().parent_path() / "examples" / name}) {
        if (fs::is_directory(candidate)) {
            return candidate;
        }
    }
    throw std::runtime_error("in_from: no folder '" + name + "'");
}

} // namespace

void prepare(const Folders& folders) {
    fs::remove_all(folders.scratch);
    fs::create_directories(folders.work);
    fs::create_directories(folders.scratch / "bin");
    fs::create_symlink(folders.program, folders.scratch / "bin/aisprint");
    fs::create_symlink("aisprint", folders.scratch / "bin/toscarizer");
    const auto options = fs::copy_options::recursive | fs::copy_options::overwrite_existing;
    const fs::path in_from = folders.test_case / "in_from";
    if (fs::exists(in_from)) {
        // "ORIGIN" or "ORIGIN as FOLDER"
        for (const std::string& line : split_lines(read_text(in_from))) {
            const std::size_t as = line.find(" as ");
            const fs::path target =
                as == std::string::npos ? folders.work : folders.work / line.substr(as + 4);
            fs::create_directories(target);
            fs::copy(find_origin(folders, line.substr(0, as)), target, options);
        }
    }
    if (fs::exists(folders.test_case / "in")) {
        fs::copy(folders.test_case / "in", folders.work, options);
    }
    if (fs::exists(folders.test_case / "edit")) {
        apply_edits(folders.work, read_text(folders.test_case / "edit"));
    }
    write_text(folders.scratch / "stdout", "");
    write_text(folders.scratch / "stderr", "");
    write_text(folders.scratch / "before", snapshot(folders.work));
}

std::string list_tree(const fs::path& folder) {
    std::vector<std::string> paths;
    for (const fs::directory_entry& entry : fs::recursive_directory_iterator(folder)) {
        const bool is_folder = entry.is_directory() && !entry.is_symlink();
        paths.push_back(entry.path().lexically_relative(folder).string() + (is_folder ? "/" : ""));
    }
    std::ranges::sort(paths);
    std::string text;
    for (const std::string& path : paths) {
        text += path + "\n";
    }
    return text;
}

std::string snapshot(const fs::path& folder) {
    std::string text;
    for (const std::string& path : split_lines(list_tree(folder))) {
        text += path + "\n";
        if (fs::is_regular_file(folder / path)) {
            const std::string content = read_text(folder / path);
            text += std::to_string(content.size()) + " bytes\n" + content + "\n";
        }
    }
    return text;
}

Expectations::Expectations(const Folders& folders)
    : m_folders(folders), m_update(std::getenv("AISPRINT_UPDATE_GOLDEN") != nullptr) {}

std::string Expectations::masked(std::string text) const {
    replace_all(text, m_folders.work.string(), "<work>");
    replace_all(text, m_folders.scratch.string(), "<scratch>");
    replace_all(text, m_folders.golden.parent_path().parent_path().string(), "<source>");
    replace_all(text, AISPRINT_VERSION, "<version>");
    return text;
}

void Expectations::compare(const std::string& title,
                           const fs::path& file,
                           const std::string& expected,
                           const std::string& found) {
    if (expected == found) {
        return;
    }
    m_report += m_folders.name + ": " + title + " differs\n--- expected\n+++ found\n" +
                difference(expected, found);
    if (!m_update) {
        return;
    }
    if (found.empty()) {
        fs::remove(file);
    } else {
        write_text(file, found);
    }
    m_report += "(rewritten)\n";
}

void Expectations::check_exit(const std::string& codes) {
    const fs::path file = m_folders.test_case / "exit";
    std::string zeros;
    for (std::size_t i = 0; i < split_lines(codes).size(); ++i) {
        zeros += "0\n";
    }
    const std::string expected = fs::exists(file) ? read_text(file) : zeros;
    compare("the exit code", file, expected, codes);
    if (m_update && codes == zeros) {
        fs::remove(file);
    }
}

void Expectations::check_stream(const std::string& name) {
    const std::string found = masked(read_text(m_folders.scratch / name));
    const fs::path glob = m_folders.test_case / (name + ".glob");
    if (fs::exists(glob)) {
        const std::string pattern = read_text(glob);
        if (!matches_glob(pattern, found)) {
            m_report += m_folders.name + ": " + name + " does not match " + name + ".glob\n" +
                        difference(pattern, found);
        }
        return;
    }
    const fs::path exact = m_folders.test_case / (name + ".exact");
    compare(name, exact, fs::exists(exact) ? read_text(exact) : "", found);
}

void Expectations::check_tree() {
    const fs::path file = m_folders.test_case / "tree";
    if (!fs::exists(file)) {
        return;
    }
    const std::string expected = read_text(file);
    if (expected != k_unchanged) {
        compare("the tree", file, expected, list_tree(m_folders.work));
        return;
    }
    const std::string before = read_text(m_folders.scratch / "before");
    if (const std::string after = snapshot(m_folders.work); before != after) {
        m_report +=
            m_folders.name + ": the files were to stay as they are\n" + difference(before, after);
    }
}

void Expectations::check_files() {
    const fs::path folder = m_folders.test_case / "out";
    if (!fs::exists(folder)) {
        return;
    }
    for (const std::string& path : split_lines(list_tree(folder))) {
        if (path.ends_with('/')) {
            continue;
        }
        const fs::path found = m_folders.work / path;
        if (!fs::is_regular_file(found)) {
            m_report += m_folders.name + ": no file " + path + " was written\n";
            continue;
        }
        compare(path, folder / path, read_text(folder / path), read_text(found));
    }
}

} // namespace aisprint::golden
