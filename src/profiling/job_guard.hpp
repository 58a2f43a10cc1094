// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "aisprint/base/descriptor.hpp"
#include "aisprint/base/result.hpp"

#include <sys/types.h>

namespace aisprint::profiling {

/// A process that outlives this program by a moment, however it ends, and kills what jobs have
/// started. The kernel ends a job itself with us, but not its children.
class JobGuard {
public:
    /// Starts the process. Fails (io, PRF051) if it cannot be made.
    [[nodiscard]] static Result<JobGuard> start();

    JobGuard(JobGuard&& other) noexcept;
    JobGuard& operator=(JobGuard&&) = delete;
    /// Ends the process; it kills nothing when all jobs have ended.
    ~JobGuard();

    /// A job is under way, the leader of its process group. Safe between fork and exec.
    void job_begins(pid_t leader) const;

    /// The job has ended, with its group.
    void job_ends(pid_t leader) const;

private:
    JobGuard(Descriptor channel, pid_t process);

    Descriptor m_channel;
    pid_t m_process = -1;
};

} // namespace aisprint::profiling
