// SPDX-License-Identifier: Apache-2.0
// The double as a program: im_double_server PORT_FILE [VERSION [PORT]]
// Writes its URL to PORT_FILE and serves until it is ended by a signal.
#include "im_double.hpp"

#include "aisprint/base/files.hpp"

#include <csignal>
#include <cstdio>
#include <cstdlib>

int main(int argc, char** argv) {
    using namespace aisprint;
    if (argc < 2 || argc > 4) {
        std::fputs("usage: im_double_server PORT_FILE [VERSION [PORT]]\n", stderr);
        return 2;
    }
    sigset_t ending;
    sigemptyset(&ending);
    sigaddset(&ending, SIGTERM);
    sigaddset(&ending, SIGINT);
    sigprocmask(SIG_BLOCK, &ending, nullptr); // before the threads start, so that all inherit it
    clients::test::ImDoubleOptions options;
    if (argc > 2) {
        options.version = argv[2];
    }
    clients::test::ImDouble server(options);
    const std::string url = server.serve(argc > 3 ? std::atoi(argv[3]) : 0);
    if (!write_file_atomic(argv[1], url + "\n")) {
        std::fprintf(stderr, "cannot write %s\n", argv[1]);
        return 1;
    }
    int signal = 0;
    sigwait(&ending, &signal);
    return 0;
}
