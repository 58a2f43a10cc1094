// SPDX-License-Identifier: Apache-2.0
// Answers of an OSCAR cluster to every call. Input: a line with the status and one with the content
// type, then the body.
#include "aisprint/base/source_file.hpp"
#include "aisprint/clients/oscar_client.hpp"

#include "fixed_transport.hpp"

#include <cstddef>
#include <cstdint>
#include <set>
#include <string>

namespace {

using namespace aisprint;
using namespace aisprint::clients;
using test::require;

template <class T>
void check(const RemoteResult<T>& result) {
    if (result) {
        return;
    }
    require(!result.error().message.empty());
    require(count_code_points(result.error().message) < 900);
    require(result.error().message.find('\n') == std::string::npos);
}

/// Every job once, by name, with words of the protocol.
void check_jobs(const RemoteResult<std::vector<OscarJob>>& jobs) {
    check(jobs);
    if (!jobs) {
        return;
    }
    for (std::size_t i = 1; i < jobs->size(); ++i) {
        require((*jobs)[i - 1].name < (*jobs)[i].name);
    }
    for (const OscarJob& job : *jobs) {
        require(parse_oscar_job_status(to_string(job.status)) == job.status);
        if (job.creation) {
            const std::chrono::year_month_day day(
                std::chrono::floor<std::chrono::days>(*job.creation));
            require(day.year() >= std::chrono::year{-1} && day.year() <= std::chrono::year{10000});
        }
    }
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    test::FixedTransport transport(test::response_of(std::string(data, data + size)));
    test::NoClock clock;
    OscarClientOptions options;
    options.url = "https://oscar.example/";
    options.retries.attempts = 2;
    const OscarClient client(transport, clock, options);
    OscarService service;
    service.name = "s";
    check(client.health({}));
    check(client.info({}));
    check(client.config({}));
    check(client.services({}));
    check(client.service("s", {}));
    check(client.create(service, {}));
    check(client.update(service, {}));
    check(client.remove("s", {}));
    check_jobs(client.jobs("s", {}));
    check(client.log("s", "j", LogTimestamps::no, {}));
    check(client.remove_logs("s", OscarLogs::of_all_jobs, {}));
    check(client.invoke("s", Secret("t"), "x", {}, {}));
    return 0;
}
