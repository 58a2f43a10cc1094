// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "aisprint/base/result.hpp"
#include "aisprint/design/output_tree.hpp"

#include <filesystem>
#include <memory>
#include <vector>

namespace aisprint::design {

/// The lock and the staging folder of a run that changes an application.
///
/// All that is written goes to APP/.aisprint-staging first. Then a journal is put there, the
/// prepared folder aisprint/ is exchanged with the old one in one step, and the few files outside
/// of it are renamed into place. A run that is killed before the journal is there has changed
/// nothing; one killed later is completed by open() of the next run.
class Transaction {
public:
    /// Locks the application and completes or discards what an earlier run left. Fails (input,
    /// DSN001) while another run is at work, (io) when the folder cannot be written.
    [[nodiscard]] static Result<Transaction> open(const std::filesystem::path& application);

    Transaction(Transaction&&) noexcept;
    Transaction& operator=(Transaction&&) noexcept;
    ~Transaction();

    /// A folder for files in the making; it vanishes with the transaction.
    [[nodiscard]] const std::filesystem::path& workspace() const;

    /// Brings the tree into the application. Below aisprint/, files of an earlier run that are not
    /// in `tree` disappear and files that no run wrote stay. Fails (io); then nothing is changed,
    /// or the next open() completes it.
    [[nodiscard]] Result<void> commit(const OutputTree& tree);

private:
    struct State;
    explicit Transaction(std::unique_ptr<State> state);
    std::unique_ptr<State> m_state;
};

/// The paths below aisprint/ that earlier runs of `design` wrote, relative to the application:
/// from the manifest, or by their names if there is none.
[[nodiscard]] Result<std::vector<RelativePath>>
generated_paths(const std::filesystem::path& application);

} // namespace aisprint::design
