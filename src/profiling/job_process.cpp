// SPDX-License-Identifier: Apache-2.0
#include "job_process.hpp"

#include "aisprint/base/descriptor.hpp"
#include "aisprint/base/exec_arguments.hpp"
#include "aisprint/base/files.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdint>
#include <fcntl.h>
#include <fstream>
#include <poll.h>
#include <sched.h>
#include <sys/eventfd.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

namespace aisprint::profiling {

namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

constexpr milliseconds k_patience{5000};    ///< between asking a process to end and killing it
constexpr milliseconds k_memory_pause{100}; ///< between two looks at the memory of a process
constexpr int k_cannot_start = 127;
constexpr int k_signal_base = 128;

/// All that the child needs, made before the fork: after it, memory must not be asked for.
struct Prepared {
    explicit Prepared(const JobProcess& process)
        : arguments(process.command, process.environment) {}

    ExecArguments arguments;
    std::vector<std::string> join_files;
    std::string directory;
    int log = -1;
    int null = -1;
    cpu_set_t cpus{};
    bool has_cpus = false;
    pid_t parent = 0;
    const JobGuard* guard = nullptr;
};

/// The child's way from fork to exec; only calls that are safe there.
[[noreturn]] void become(const Prepared& prepared) {
    ::setsid();
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (prepared.guard != nullptr) {
        prepared.guard->job_begins(::getpid());
    }
    if (::getppid() != prepared.parent) {
        ::_exit(k_cannot_start); // the parent died before the line above
    }
    for (const std::string& file : prepared.join_files) {
        const int fd = ::open(file.c_str(), O_WRONLY | O_CLOEXEC);
        if (fd < 0 || ::write(fd, "0", 1) != 1) {
            ::_exit(k_cannot_start);
        }
        ::close(fd);
    }
    if (prepared.has_cpus) {
        ::sched_setaffinity(0, sizeof prepared.cpus, &prepared.cpus);
    }
    const rlimit no_core{0, 0};
    ::setrlimit(RLIMIT_CORE, &no_core);
    sigset_t none;
    ::sigemptyset(&none);
    ::sigprocmask(SIG_SETMASK, &none, nullptr);
    if (::chdir(prepared.directory.c_str()) != 0 || ::dup2(prepared.null, STDIN_FILENO) < 0 ||
        ::dup2(prepared.log, STDOUT_FILENO) < 0 || ::dup2(prepared.log, STDERR_FILENO) < 0) {
        ::_exit(k_cannot_start);
    }
    ::execve(prepared.arguments.argv()[0], prepared.arguments.argv(), prepared.arguments.envp());
    constexpr char k_message[] = "cannot start the interpreter\n";
    [[maybe_unused]] const ssize_t written =
        ::write(STDERR_FILENO, k_message, sizeof k_message - 1);
    ::_exit(k_cannot_start);
}

/// Resident memory of a process and its descendants. What goes away meanwhile counts as nothing.
std::uint64_t resident_bytes(pid_t root) {
    static const auto page = static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
    std::uint64_t pages = 0;
    std::vector<long> processes{root};
    while (!processes.empty()) {
        const long process = processes.back();
        processes.pop_back();
        std::uint64_t total = 0;
        std::uint64_t resident = 0;
        std::ifstream(fmt::format("/proc/{}/statm", process)) >> total >> resident;
        pages += resident;
        std::ifstream children(fmt::format("/proc/{0}/task/{0}/children", process));
        for (long child = 0; children >> child;) {
            processes.push_back(child);
        }
    }
    return pages * page;
}

/// Waits until the process ends, a stop is asked for, or the time is over; true if it ended.
bool wait_for_end(int process, int stop_event, std::optional<milliseconds> time) {
    pollfd events[2] = {{process, POLLIN, 0}, {stop_event, POLLIN, 0}};
    const nfds_t count = stop_event < 0 ? 1 : 2;
    const auto deadline = Clock::now() + time.value_or(milliseconds(0));
    for (;;) {
        int left = -1;
        if (time) {
            left = static_cast<int>(std::max<std::int64_t>(
                0, std::chrono::duration_cast<milliseconds>(deadline - Clock::now()).count()));
        }
        const int ready = ::poll(events, count, left);
        if (ready < 0 && errno == EINTR) {
            continue;
        }
        return (events[0].revents & POLLIN) != 0;
    }
}

JobEnd collect(pid_t child) {
    JobEnd end;
    int status = 0;
    rusage usage{};
    while (::wait4(child, &status, 0, &usage) < 0 && errno == EINTR) {}
    end.exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : k_signal_base + WTERMSIG(status);
    const auto seconds = [](const timeval& time) {
        return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) * 1e-6;
    };
    end.cpu_seconds = seconds(usage.ru_utime) + seconds(usage.ru_stime);
    end.peak_resident_bytes = static_cast<std::uint64_t>(usage.ru_maxrss) * 1024;
    return end;
}

/// Signals a child that is not reaped yet, and its group, which it may not have made so far.
void end_group(pid_t child, int signal) {
    ::kill(-child, signal);
    ::kill(child, signal);
}

tl::unexpected<Failure> no_process(const JobProcess& process) {
    return io_failure("PRF051", "start", process.command.front(), last_system_error());
}

/// How waiting for a process came to its end.
enum class Waited { ended, stopped, timed_out, too_large };

/// Waits as wait_for_end() does, and looks at the memory of the process now and then.
Waited watch(const JobProcess& process, pid_t child, int handle, int stop_event) {
    const auto begin = Clock::now();
    for (;;) {
        std::optional<milliseconds> left;
        if (process.timeout) {
            left = std::max(milliseconds(0),
                            *process.timeout -
                                std::chrono::duration_cast<milliseconds>(Clock::now() - begin));
        }
        const bool is_watched = process.memory_limit_bytes.has_value();
        const auto pause =
            is_watched ? std::min(left.value_or(k_memory_pause), k_memory_pause) : left;
        if (wait_for_end(handle, stop_event, pause)) {
            return Waited::ended;
        }
        pollfd stop{stop_event, POLLIN, 0};
        if (::poll(&stop, 1, 0) > 0) {
            return Waited::stopped;
        }
        if (is_watched && resident_bytes(child) > *process.memory_limit_bytes) {
            return Waited::too_large;
        }
        if (left && (!is_watched || *left <= k_memory_pause)) {
            return Waited::timed_out;
        }
    }
}

} // namespace

Result<JobEnd> run_job(const JobProcess& process, const std::stop_token& stop) {
    Prepared prepared(process);
    for (const auto& file : process.join_files) {
        prepared.join_files.push_back(file.string());
    }
    prepared.directory = process.directory.string();
    prepared.has_cpus = !process.cpus.empty();
    for (const int cpu : process.cpus) {
        CPU_SET(static_cast<std::size_t>(cpu), &prepared.cpus);
    }
    prepared.parent = ::getpid();
    prepared.guard = process.guard;
    const Descriptor log(
        ::open(process.log.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644));
    const Descriptor null(::open("/dev/null", O_RDONLY | O_CLOEXEC));
    const Descriptor stop_event(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
    if (log.get() < 0 || null.get() < 0 || stop_event.get() < 0) {
        return no_process(process);
    }
    prepared.log = log.get();
    prepared.null = null.get();
    const pid_t child = ::fork();
    if (child < 0) {
        return no_process(process);
    }
    if (child == 0) {
        become(prepared);
    }
    const Descriptor handle(static_cast<int>(::syscall(SYS_pidfd_open, child, 0)));
    AISPRINT_ASSERT(handle.get() >= 0);
    Waited waited = Waited::ended;
    {
        const std::stop_callback wake(stop, [&] {
            const std::uint64_t one = 1;
            [[maybe_unused]] const ssize_t written = ::write(stop_event.get(), &one, sizeof one);
        });
        waited = watch(process, child, handle.get(), stop_event.get());
        if (waited == Waited::stopped || waited == Waited::timed_out) {
            end_group(child, SIGTERM);
            wait_for_end(handle.get(), -1, k_patience);
        }
    }
    end_group(child, SIGKILL); // what it left behind, and itself if it did not listen
    if (process.guard != nullptr) {
        process.guard->job_ends(child); // before its number can be another's
    }
    JobEnd end = collect(child);
    end.stopped = waited == Waited::stopped;
    end.timed_out = waited == Waited::timed_out;
    end.out_of_memory = waited == Waited::too_large;
    return end;
}

} // namespace aisprint::profiling
