// SPDX-License-Identifier: Apache-2.0
#include "run_files.hpp"

#include "aisprint/base/files.hpp"

#include <algorithm>
#include <fcntl.h>
#include <unistd.h>

namespace aisprint::profiling {

namespace fs = std::filesystem;

Result<void> stage_file(const fs::path& from, const fs::path& to) {
    // of what a symbolic link names, not of the link itself
    const bool linked =
        ::linkat(AT_FDCWD, from.c_str(), AT_FDCWD, to.c_str(), AT_SYMLINK_FOLLOW) == 0;
    return linked ? Result<void>{} : copy_regular_file(from, to);
}

std::vector<std::string> files_below(const fs::path& folder) {
    std::vector<std::string> files;
    std::error_code ignored;
    fs::recursive_directory_iterator entry(folder, ignored);
    for (; entry != fs::recursive_directory_iterator(); entry.increment(ignored)) {
        if (entry->is_regular_file(ignored)) {
            files.push_back(entry->path().lexically_relative(folder).string());
        }
    }
    std::sort(files.begin(), files.end());
    return files;
}

std::vector<fs::path> objects_of(const fs::path& bucket) {
    std::vector<fs::path> objects;
    std::error_code ignored;
    for (const fs::directory_entry& entry : fs::directory_iterator(bucket, ignored)) {
        if (entry.is_regular_file(ignored)) {
            objects.push_back(entry.path());
        }
    }
    std::sort(objects.begin(), objects.end());
    return objects;
}

} // namespace aisprint::profiling
