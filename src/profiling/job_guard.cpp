// SPDX-License-Identifier: Apache-2.0
#include "job_guard.hpp"

#include "aisprint/base/files.hpp"

#include <array>
#include <cerrno>
#include <csignal>
#include <cstddef>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>
#include <utility>

namespace aisprint::profiling {

namespace {

constexpr std::size_t k_most_jobs = 16384; ///< at once; the guard must not ask for memory

/// Jobs that are under way, by their leaders; 0 is a free place.
using Leaders = std::array<pid_t, k_most_jobs>;

void replace(Leaders& leaders, pid_t before, pid_t now) {
    for (pid_t& leader : leaders) {
        if (leader == before) {
            leader = now;
            return;
        }
    }
}

/// The guard's life: leaders that begin, and negative ones that end, until the other end of the
/// channel is closed. Only calls that are safe after a fork.
[[noreturn]] void watch(int channel) {
    static Leaders leaders{};
    // locks and pipes are the program's: nobody must wait for us to let go of them
    ::close_range(0, static_cast<unsigned>(channel) - 1, 0);
    ::close_range(static_cast<unsigned>(channel) + 1, ~0U, 0);
    ::setsid(); // signals to our group are for the program
    ::prctl(PR_SET_NAME, "aisprint-guard");
    for (const int number : {SIGINT, SIGTERM, SIGHUP, SIGQUIT}) {
        ::signal(number, SIG_IGN);
    }
    for (;;) {
        pid_t message = 0;
        const ssize_t size = ::recv(channel, &message, sizeof message, 0);
        if (size < 0 && errno == EINTR) {
            continue;
        }
        if (size != static_cast<ssize_t>(sizeof message)) {
            break;
        }
        replace(leaders, message > 0 ? 0 : -message, message > 0 ? message : 0);
    }
    for (const pid_t leader : leaders) {
        if (leader > 0) {
            ::kill(-leader, SIGKILL);
        }
    }
    ::_exit(0);
}

void tell(int channel, pid_t message) {
    // without the guard jobs run all the same
    [[maybe_unused]] const ssize_t sent = ::send(channel, &message, sizeof message, MSG_NOSIGNAL);
}

} // namespace

Result<JobGuard> JobGuard::start() {
    std::array<int, 2> ends{-1, -1};
    if (::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends.data()) != 0) {
        return io_failure("PRF051", "start", "the guard of jobs", last_system_error());
    }
    Descriptor ours(ends[0]);
    const Descriptor theirs(ends[1]);
    const pid_t process = ::fork();
    if (process == 0) {
        watch(theirs.get());
    }
    if (process < 0) {
        return io_failure("PRF051", "start", "the guard of jobs", last_system_error());
    }
    return JobGuard(std::move(ours), process);
}

JobGuard::JobGuard(Descriptor channel, pid_t process)
    : m_channel(std::move(channel)), m_process(process) {}

JobGuard::JobGuard(JobGuard&& other) noexcept
    : m_channel(std::move(other.m_channel)), m_process(std::exchange(other.m_process, -1)) {}

JobGuard::~JobGuard() {
    m_channel.close();
    while (m_process > 0 && ::waitpid(m_process, nullptr, 0) < 0 && errno == EINTR) {}
}

void JobGuard::job_begins(pid_t leader) const {
    tell(m_channel.get(), leader);
}

void JobGuard::job_ends(pid_t leader) const {
    tell(m_channel.get(), -leader);
}

} // namespace aisprint::profiling
