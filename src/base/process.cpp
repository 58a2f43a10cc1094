// SPDX-License-Identifier: Apache-2.0
#include "aisprint/base/process.hpp"

#include "aisprint/base/descriptor.hpp"
#include "aisprint/base/exec_arguments.hpp"
#include "aisprint/base/files.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstdint>
#include <optional>
#include <system_error>

namespace aisprint {

namespace {

using Clock = std::chrono::steady_clock;

constexpr int k_signal_base = 128;
constexpr std::size_t k_tail_bytes = 64 * 1024;
constexpr mode_t k_log_mode = 0600;

struct Pipe {
    Descriptor read;
    Descriptor write;

    [[nodiscard]] bool open() {
        std::array<int, 2> ends{};
        if (::pipe2(ends.data(), O_CLOEXEC) != 0) {
            return false;
        }
        read = Descriptor(ends[0]);
        write = Descriptor(ends[1]);
        return true;
    }
};

tl::unexpected<Failure> cannot_run(const std::string& program) {
    const std::string reason = last_system_error().message();
    return fail(ErrorKind::io, make_error("BAS005", "cannot run " + program + ": " + reason,
                                          "close other programs and try again"));
}

/// A descriptor that can be read when the process has ended. glibc 2.36 declares pidfd_open() for C
/// only.
Descriptor open_handle(pid_t process) {
    return Descriptor(static_cast<int>(::syscall(SYS_pidfd_open, process, 0)));
}

void keep_tail(std::string& text) {
    if (text.size() > 2 * k_tail_bytes) {
        text.erase(0, text.size() - k_tail_bytes);
    }
}

/// What a stream of the child turns into. A line that never ends is cut, so that memory stays
/// bounded; a secret across such a cut would not be seen, but nothing of ours has such lines.
class Log {
public:
    Log(const ProcessRequest& request, std::string& tail) : m_request(request), m_tail(tail) {}

    [[nodiscard]] bool open() {
        m_file = Descriptor(
            ::open(m_request.log.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, k_log_mode));
        return m_file.is_open() && ::fchmod(m_file.get(), k_log_mode) == 0;
    }

    void append(std::string_view bytes) {
        m_line += bytes;
        const std::size_t end = m_line.rfind('\n');
        if (end != std::string::npos) {
            write(end + 1);
        } else if (m_line.size() > k_tail_bytes) {
            write(m_line.size());
        }
    }

    void finish() { write(m_line.size()); }

    /// What went wrong first; nothing if all was written.
    [[nodiscard]] std::error_code error() const { return m_error; }

private:
    void write(std::size_t size) {
        const std::string text =
            m_request.redactor.redact(std::string_view(m_line).substr(0, size));
        m_line.erase(0, size);
        m_tail += text;
        keep_tail(m_tail);
        for (std::size_t done = 0; done < text.size() && !m_error;) {
            const ssize_t count = ::write(m_file.get(), text.data() + done, text.size() - done);
            if (count >= 0) {
                done += static_cast<std::size_t>(count);
            } else if (errno != EINTR) {
                m_error = last_system_error();
            }
        }
    }

    const ProcessRequest& m_request;
    std::string& m_tail;
    Descriptor m_file;
    std::string m_line;
    std::error_code m_error;
};

/// Descriptors of the child's streams.
struct Streams {
    int input = -1;
    int output = -1;
    int error = -1;
};

/// The child's part. Only calls that are safe after fork().
[[noreturn]] void become(const ExecArguments& arguments,
                         const char* directory,
                         const Streams& streams,
                         pid_t parent) {
    ::setpgid(0, 0);
    ::prctl(PR_SET_PDEATHSIG, SIGTERM);
    if (::getppid() != parent || (*directory != '\0' && ::chdir(directory) != 0)) {
        ::_exit(k_program_not_found);
    }
    for (const int number : {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGPIPE}) {
        ::signal(number, SIG_DFL);
    }
    sigset_t none;
    ::sigemptyset(&none);
    ::sigprocmask(SIG_SETMASK, &none, nullptr);
    ::dup2(streams.input, STDIN_FILENO);
    ::dup2(streams.output, STDOUT_FILENO);
    ::dup2(streams.error, STDERR_FILENO);
    ::execvpe(arguments.argv()[0], arguments.argv(), arguments.envp());
    ::_exit(k_program_not_found);
}

/// A child from its start to its end.
class Child {
public:
    Child(const ProcessRequest& request, ProcessResult& result)
        : m_request(request), m_result(result), m_log(request, result.standard_error) {}

    Result<void> start() {
        if (has_log() && !m_log.open()) {
            return io_failure("BAS002", "write", m_request.log, last_system_error());
        }
        const Descriptor nothing(::open("/dev/null", O_RDONLY | O_CLOEXEC));
        m_wake = Descriptor(::eventfd(0, EFD_CLOEXEC));
        if (!nothing.is_open() || !m_wake.is_open() || !m_output.open() ||
            (!has_log() && !m_error.open())) {
            return cannot_run(m_request.command.front());
        }
        const ExecArguments arguments(m_request.command, m_request.environment);
        const std::string directory = m_request.directory.string();
        const pid_t parent = ::getpid();
        const Streams streams{nothing.get(), m_output.write.get(),
                              has_log() ? m_output.write.get() : m_error.write.get()};
        m_process = ::fork();
        if (m_process == 0) {
            become(arguments, directory.c_str(), streams, parent);
        }
        if (m_process < 0) {
            return cannot_run(m_request.command.front());
        }
        // In the child, too: whoever comes first, the group is there when it is needed.
        ::setpgid(m_process, m_process);
        m_output.write.close();
        m_error.write.close();
        m_handle = open_handle(m_process);
        if (!m_handle.is_open()) {
            const auto failure = cannot_run(m_request.command.front());
            ::kill(-m_process, SIGKILL);
            static_cast<void>(reap());
            return failure;
        }
        return {};
    }

    /// Makes wait() end the child; may be called from another thread.
    void request_end() const {
        const std::uint64_t one = 1;
        while (::write(m_wake.get(), &one, sizeof one) < 0 && errno == EINTR) {}
    }

    /// Waits until the child has ended, reading what it writes.
    void wait() {
        while (!poll_once()) {}
        // What processes of the child's own may write later does not count.
        while (drain(m_output.read, &Child::take_output) ||
               drain(m_error.read, &Child::take_error)) {}
        if (has_log()) {
            m_log.finish();
        }
        if (m_result.stopped) {
            ::kill(-m_process, SIGKILL);
        }
        const int status = reap();
        m_result.exit_code =
            WIFSIGNALED(status) ? k_signal_base + WTERMSIG(status) : WEXITSTATUS(status);
    }

    /// Why the log is not complete, if it is not.
    [[nodiscard]] std::error_code log_error() const { return m_log.error(); }

private:
    using Take = void (Child::*)(std::string_view);

    [[nodiscard]] bool has_log() const { return !m_request.log.empty(); }

    void take_output(std::string_view bytes) {
        if (has_log()) {
            m_log.append(bytes);
        } else {
            m_result.standard_output += bytes;
        }
    }

    void take_error(std::string_view bytes) {
        m_result.standard_error += bytes;
        keep_tail(m_result.standard_error);
    }

    /// Milliseconds until the child is killed; -1 without a limit.
    [[nodiscard]] int timeout_ms() const {
        if (!m_kill_at) {
            return -1;
        }
        const auto left =
            std::chrono::duration_cast<std::chrono::milliseconds>(*m_kill_at - Clock::now());
        return static_cast<int>(std::clamp<std::int64_t>(left.count() + 1, 0, 60'000));
    }

    /// Takes one round of events; true when the child has ended.
    bool poll_once() {
        const int wake = m_result.stopped ? -1 : m_wake.get();
        std::array<pollfd, 4> polled{pollfd{m_handle.get(), POLLIN, 0}, pollfd{wake, POLLIN, 0},
                                     pollfd{m_output.read.get(), POLLIN, 0},
                                     pollfd{m_error.read.get(), POLLIN, 0}};
        if (::poll(polled.data(), polled.size(), timeout_ms()) < 0) {
            return false;
        }
        if (polled[1].revents != 0) {
            m_result.stopped = true;
            m_kill_at = Clock::now() + m_request.patience;
            ::kill(-m_process, SIGTERM);
        }
        if (m_kill_at && Clock::now() >= *m_kill_at) {
            m_kill_at.reset();
            ::kill(-m_process, SIGKILL);
        }
        if (polled[2].revents != 0) {
            read_some(m_output.read, &Child::take_output);
        }
        if (polled[3].revents != 0) {
            read_some(m_error.read, &Child::take_error);
        }
        return polled[0].revents != 0;
    }

    /// Takes what can be read; closes the pipe at its end.
    bool read_some(Descriptor& from, Take take) {
        std::array<char, 65536> buffer{};
        const ssize_t count = ::read(from.get(), buffer.data(), buffer.size());
        if (count > 0) {
            (this->*take)(std::string_view(buffer.data(), static_cast<std::size_t>(count)));
        } else if (count == 0 || errno != EINTR) {
            from.close();
        }
        return count > 0;
    }

    /// Takes what is in a pipe now; false when there is nothing.
    bool drain(Descriptor& from, Take take) {
        pollfd polled{from.get(), POLLIN, 0};
        return from.is_open() && ::poll(&polled, 1, 0) > 0 && read_some(from, take);
    }

    [[nodiscard]] int reap() const {
        int status = 0;
        while (::waitpid(m_process, &status, 0) < 0 && errno == EINTR) {}
        return status;
    }

    const ProcessRequest& m_request;
    ProcessResult& m_result;
    Log m_log;
    Pipe m_output;
    Pipe m_error;
    Descriptor m_wake;
    Descriptor m_handle;
    pid_t m_process = -1;
    std::optional<Clock::time_point> m_kill_at;
};

} // namespace

Result<ProcessResult> run_process(const ProcessRequest& request, const std::stop_token& stop) {
    AISPRINT_ASSERT(!request.command.empty());
    ProcessResult result;
    Child child(request, result);
    AISPRINT_TRY(child.start());
    const std::stop_callback end(stop, [&child] { child.request_end(); });
    child.wait();
    if (const std::error_code error = child.log_error()) {
        return io_failure("BAS002", "write", request.log, error);
    }
    return result;
}

} // namespace aisprint
