// SPDX-License-Identifier: Apache-2.0
// killed_deployment deploy|delete URL FOLDER MOMENT
// Deploys or deletes three components in a row at the server of URL, as the command does, and
// kills itself at the MOMENT-th moment of writing its state (0: never).
#include "deploy_bench.hpp"

#include "aisprint/deploy/run.hpp"

#include <algorithm>
#include <csignal>
#include <cstdlib>
#include <iostream>

namespace {

using namespace aisprint;
using namespace aisprint::deploy;

int complain(const Failure& failure) {
    for (const Diagnostic& diagnostic : failure.diagnostics) {
        std::cerr << format_diagnostic(diagnostic);
    }
    return 1;
}

Result<RunSummary> work(RunContext& context, const std::string& what, const RunOptions& options) {
    if (what == "delete") {
        return delete_all(context, {"a", "b", "c"}, {}, options);
    }
    const std::vector<Unit> units = test::chain();
    AISPRINT_TRY(settle_unknown(context, options));
    AISPRINT_TRY_ASSIGN(const auto live, ask_states(context));
    AISPRINT_TRY_ASSIGN(const auto plan, make_plan(units, context.store.state(), live, {}));
    return carry_out(context, units, plan, options);
}

int run(const std::string& what, const std::string& url, const char* folder, int moment) {
    auto store = StateStore::open(folder, "im");
    if (!store) {
        return complain(store.error());
    }
    int moments = 0;
    store->observe_writes([&](WriteMoment) {
        if (++moments == moment) {
            std::raise(SIGKILL);
        }
    });
    const auto transport = clients::make_curl_transport({});
    clients::SystemClock clock;
    clients::ImClientOptions client_options;
    client_options.url = url;
    client_options.authorization =
        Secret("id = im; type = InfrastructureManager; username = ann; password = pw1");
    clients::ImClient client(*transport, clock, client_options);
    SystemRandomSource random;
    const Redactor redactor;
    RunContext context{client, clock, random, *store, redactor, folder, {}, {}};
    RunOptions options;
    options.poll = std::chrono::milliseconds(5);
    options.creation_grace = std::chrono::seconds(0);
    if (auto ready = store->set_im_url(url); !ready) {
        return complain(ready.error());
    }
    const auto summary = work(context, what, options);
    if (!summary) {
        return complain(summary.error());
    }
    return std::ranges::all_of(summary->components, &ComponentOutcome::ok) ? 0 : 6;
}

} // namespace

int main(int argc, char** argv) {
    if (argc != 5) {
        std::cerr << "usage: killed_deployment deploy|delete URL FOLDER MOMENT\n";
        return 2;
    }
    return run(argv[1], argv[2], argv[3], std::atoi(argv[4]));
}
