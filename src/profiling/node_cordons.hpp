// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "aisprint/base/result.hpp"
#include "aisprint/clients/kubectl.hpp"

#include <cstdint>
#include <filesystem>
#include <map>
#include <stop_token>
#include <string>
#include <vector>

namespace aisprint::profiling {

/// Sets how many worker nodes of clusters take jobs, by cordoning the others. How nodes were found
/// is on disk before the first of them is changed, so that it can be put back after a campaign that
/// was killed, too.
class NodeCordons {
public:
    /// Keeps its record in `file`, which is there only while nodes are changed.
    explicit NodeCordons(std::filesystem::path file);

    /// Reads what an earlier campaign left. Fails (input, PRF097) if that cannot be understood,
    /// (io).
    [[nodiscard]] Result<void> load();

    /// Changes that let the first `wanted` workers that are ready take jobs, and no others: node to
    /// whether it may. A cluster without workers takes jobs on its front end, and is left alone.
    /// Fails (remote, PRF090) if it cannot be asked, (remote, PRF091) if it has too few nodes.
    struct Changes {
        std::map<std::string, bool> nodes;
        std::map<std::string, bool> found; ///< all workers as they are
    };
    [[nodiscard]] static Result<Changes> plan(const std::string& cluster,
                                              const clients::Kubectl& kubectl,
                                              std::int64_t wanted,
                                              const std::stop_token& stop);

    /// Records how nodes were found, unless that is known, then makes the changes. Fails (remote,
    /// PRF090), (io).
    [[nodiscard]] Result<void> apply(const std::string& cluster,
                                     const clients::Kubectl& kubectl,
                                     const Changes& changes,
                                     const std::stop_token& stop);

    /// Puts all nodes of a cluster back as they were found; nodes that are gone are left out. Fails
    /// (remote, PRF093) with what is left to be done by hand, and keeps the record then; (io),
    /// (cancelled).
    [[nodiscard]] Result<void> restore(const std::string& cluster,
                                       const clients::Kubectl& kubectl,
                                       const std::stop_token& stop);

    /// Forgets how nodes of a cluster were found. Fails (io).
    [[nodiscard]] Result<void> forget(const std::string& cluster);

    /// Clusters with nodes that are to be put back.
    [[nodiscard]] std::vector<std::string> recorded() const;

private:
    using Nodes = std::map<std::string, bool>; ///< may take jobs

    [[nodiscard]] Result<void> save() const;

    std::filesystem::path m_file;
    std::map<std::string, Nodes> m_found;
};

} // namespace aisprint::profiling
