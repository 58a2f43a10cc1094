// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "aisprint/base/files.hpp"
#include "aisprint/base/reporter.hpp"
#include "aisprint/config/application.hpp"

#include <string>
#include <vector>

namespace aisprint::images {

/// A small application in a scratch folder: components `reader` (base, and two segments), which
/// may run on arm64 or amd64, and `writer` (base), which may run on amd64 or as a function.
class Application {
public:
    Application();

    [[nodiscard]] const config::ApplicationFolder& folder() const { return m_folder; }
    [[nodiscard]] std::filesystem::path path(const std::string& relative) const {
        return m_folder.path / relative;
    }

    void write(const std::string& relative, const std::string& content) const;
    [[nodiscard]] std::string read(const std::string& relative) const;
    [[nodiscard]] bool has(const std::string& relative) const;

    /// Replaces a part of a file that must be there.
    void replace(const std::string& relative, const std::string& from, const std::string& to) const;

    CollectingReporter reporter;

private:
    ScratchDirectory m_scratch;
    config::ApplicationFolder m_folder;
};

/// Codes of diagnostics, in their order.
[[nodiscard]] std::vector<std::string> codes(const std::vector<Diagnostic>& diagnostics);

} // namespace aisprint::images
