// SPDX-License-Identifier: Apache-2.0
#include "aisprint/cli/run.hpp"

int main(int argc, char** argv) {
    return aisprint::cli::run(argc, argv);
}
