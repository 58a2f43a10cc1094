// SPDX-License-Identifier: Apache-2.0
// What OSCAR's answers mean, and the JSON of a service. Pure functions.
#pragma once

#include "answer.hpp"

#include "aisprint/clients/oscar_client.hpp"

#include <map>
#include <string>
#include <vector>

namespace aisprint::clients {

/// Kind and text of an answer whose status is not 2xx.
[[nodiscard]] RemoteError oscar_error_of(const HttpResponse& response);

/// A page of a list of jobs.
struct OscarJobPage {
    std::map<std::string, OscarJob> jobs;
    std::string next; ///< what asks for the next page; empty: there is none
};

[[nodiscard]] Parsed<OscarInfo> parse_oscar_info(const HttpResponse& response);
[[nodiscard]] Parsed<OscarConfig> parse_oscar_config(const HttpResponse& response);
[[nodiscard]] Parsed<OscarDeployedService> parse_oscar_service(const HttpResponse& response);
[[nodiscard]] Parsed<std::vector<OscarDeployedService>>
parse_oscar_services(const HttpResponse& response);
[[nodiscard]] Parsed<OscarJobPage> parse_oscar_jobs(const HttpResponse& response);

/// A service as OSCAR wants to be told of it.
[[nodiscard]] std::string to_oscar_json(const OscarService& service);

} // namespace aisprint::clients
