// SPDX-License-Identifier: Apache-2.0
#include "process.hpp"

#include "aisprint/base/files.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <system_error>
#include <utility>

namespace aisprint::partition {

namespace {

constexpr int k_not_found = 127;
constexpr int k_signal_base = 128;
constexpr std::size_t k_error_text_bytes = 64 * 1024;

/// A descriptor that is closed with the object.
class Descriptor {
public:
    explicit Descriptor(int number = -1) : m_number(number) {}
    Descriptor(Descriptor&& other) noexcept : m_number(std::exchange(other.m_number, -1)) {}
    Descriptor& operator=(Descriptor&& other) noexcept {
        std::swap(m_number, other.m_number);
        return *this;
    }
    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;
    ~Descriptor() { close(); }

    [[nodiscard]] int get() const { return m_number; }

    void close() {
        if (m_number >= 0) {
            ::close(std::exchange(m_number, -1));
        }
    }

private:
    int m_number;
};

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
    return fail(ErrorKind::io, make_error("PRT021", "cannot run " + program + ": " + reason,
                                          "close other programs and try again"));
}

/// Appends what can be read; false at the end.
bool read_some(int descriptor, std::string& text) {
    std::array<char, 4096> buffer{};
    const ssize_t count = ::read(descriptor, buffer.data(), buffer.size());
    if (count > 0) {
        text.append(buffer.data(), static_cast<std::size_t>(count));
    }
    return count > 0 || (count < 0 && errno == EINTR);
}

void read_both(Pipe& output, Pipe& error, ProcessResult& result) {
    while (output.read.get() >= 0 || error.read.get() >= 0) {
        std::array<pollfd, 2> polled{pollfd{output.read.get(), POLLIN, 0},
                                     pollfd{error.read.get(), POLLIN, 0}};
        if (::poll(polled.data(), polled.size(), -1) < 0 && errno != EINTR) {
            return;
        }
        if (polled[0].revents != 0 && !read_some(output.read.get(), result.standard_output)) {
            output.read.close();
        }
        if (polled[1].revents != 0 && !read_some(error.read.get(), result.standard_error)) {
            error.read.close();
        }
        if (result.standard_error.size() > 2 * k_error_text_bytes) {
            result.standard_error.erase(0, result.standard_error.size() - k_error_text_bytes);
        }
    }
}

} // namespace

Result<ProcessResult> run_process(const std::vector<std::string>& command) {
    AISPRINT_ASSERT(!command.empty());
    Pipe output;
    Pipe error;
    const Descriptor nothing(::open("/dev/null", O_RDONLY | O_CLOEXEC));
    if (nothing.get() < 0 || !output.open() || !error.open()) {
        return cannot_run(command.front());
    }
    std::vector<std::string> arguments = command;
    std::vector<char*> pointers;
    for (std::string& argument : arguments) {
        pointers.push_back(argument.data());
    }
    pointers.push_back(nullptr);
    const pid_t child = ::fork();
    if (child < 0) {
        return cannot_run(command.front());
    }
    if (child == 0) {
        // Only calls that are safe after fork().
        ::dup2(nothing.get(), STDIN_FILENO);
        ::dup2(output.write.get(), STDOUT_FILENO);
        ::dup2(error.write.get(), STDERR_FILENO);
        ::execvp(pointers.front(), pointers.data());
        ::_exit(k_not_found);
    }
    output.write.close();
    error.write.close();
    ProcessResult result;
    read_both(output, error, result);
    int status = 0;
    while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {}
    result.exit_code = WIFSIGNALED(status) ? k_signal_base + WTERMSIG(status) : WEXITSTATUS(status);
    return result;
}

} // namespace aisprint::partition
