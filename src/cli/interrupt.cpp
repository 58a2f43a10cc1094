// SPDX-License-Identifier: Apache-2.0
#include "interrupt.hpp"

#include "aisprint/base/result.hpp"

#include <array>
#include <atomic>
#include <cerrno>
#include <csignal>
#include <unistd.h>

namespace aisprint::cli {

namespace {

// A signal handler reaches nothing but globals. The read end is the listener's.
std::array<int, 2> g_pipe{-1, -1};
std::atomic<int> g_signals{0};

constexpr std::array<int, 2> k_signals{SIGINT, SIGTERM};

extern "C" void on_signal(int) {
    const int saved = errno;
    if (g_signals.fetch_add(1) > 0) {
        ::_exit(128 + SIGINT);
    }
    const char byte = 's';
    [[maybe_unused]] const ssize_t written = ::write(g_pipe[1], &byte, 1);
    errno = saved;
}

} // namespace

Interrupt::Interrupt() {
    AISPRINT_ASSERT(g_pipe[0] < 0);
    AISPRINT_ASSERT(::pipe(g_pipe.data()) == 0);
    g_signals = 0;
    m_listener = std::jthread([source = m_source, descriptor = g_pipe[0]]() mutable {
        char byte = 0;
        ssize_t count = 0;
        do {
            count = ::read(descriptor, &byte, 1);
        } while (count < 0 && errno == EINTR);
        if (count == 1 && byte == 's') {
            source.request_stop();
        }
    });
    struct sigaction action {};
    action.sa_handler = on_signal;
    sigemptyset(&action.sa_mask);
    for (const int signal : k_signals) {
        ::sigaction(signal, &action, nullptr);
    }
}

Interrupt::~Interrupt() {
    for (const int signal : k_signals) {
        std::signal(signal, SIG_DFL);
    }
    const char byte = 'e';
    [[maybe_unused]] const ssize_t written = ::write(g_pipe[1], &byte, 1);
    m_listener.join();
    ::close(g_pipe[0]);
    ::close(g_pipe[1]);
    g_pipe = {-1, -1};
}

} // namespace aisprint::cli
