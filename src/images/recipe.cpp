// SPDX-License-Identifier: Apache-2.0
#include "recipe.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>

namespace aisprint::images {

namespace {

constexpr std::string_view k_compss_check = R"text(
# Components that use COMPSs or dislib need its runtime.
RUN test -d /opt/COMPSs || \
    { echo "the base image has no /opt/COMPSs; choose another with --component_base_image" >&2; \
      exit 1; }
)text";

constexpr std::string_view k_requirements = R"text(
COPY requirements.* ./
RUN touch requirements.sys && \
    if grep -q '[^[:space:]]' requirements.sys; then \
        apt-get update && \
        xargs -a requirements.sys env DEBIAN_FRONTEND=noninteractive \
            apt-get install -y --no-install-recommends && \
        apt-get clean && rm -rf /var/lib/apt/lists/*; \
    fi
RUN python -m pip install --no-cache-dir --upgrade pip
RUN python -m pip install --no-cache-dir -r requirements.txt

COPY . .
RUN chmod +x script.sh
)text";

/// Python fetches: every base image has it, and not every one has curl.
constexpr std::string_view k_telegraf = R"text(
WORKDIR /var/task
RUN case "$(uname -m)" in aarch64 | arm64) arch=arm64 ;; *) arch=amd64 ;; esac && \
    url="https://dl.influxdata.com/telegraf/releases/telegraf-@TELEGRAF@_linux_$arch.tar.gz" && \
    python -c "import sys, urllib.request as r; r.urlretrieve(sys.argv[1], '/tmp/telegraf.tgz')" \
        "$url" && \
    mkdir -p /opt/telegraf/bin /tmp/telegraf && \
    tar xzf /tmp/telegraf.tgz -C /tmp/telegraf && \
    find /tmp/telegraf -type f -path '*/usr/bin/telegraf' -exec cp {} /opt/telegraf/bin/ ';' && \
    rm -rf /tmp/telegraf /tmp/telegraf.tgz && \
    test -x /opt/telegraf/bin/telegraf
)text";

/// The release for arm64 is a zip file that holds the same program.
constexpr std::string_view k_supervisor = R"text(
RUN url="https://github.com/grycap/faas-supervisor/releases/download/@SUPERVISOR@" && \
    fetch="import sys, urllib.request as r; r.urlretrieve(sys.argv[1], sys.argv[2])" && \
    case "$(uname -m)" in \
    aarch64 | arm64) \
        python -c "$fetch" "$url/supervisor-arm64.zip" /tmp/supervisor.zip && \
        python -m zipfile -e /tmp/supervisor.zip /opt/supervisor && \
        ln -s /opt/supervisor/supervisor/supervisor supervisor && \
        chmod +x /opt/supervisor/supervisor/supervisor && rm /tmp/supervisor.zip ;; \
    *) python -c "$fetch" "$url/supervisor" supervisor && chmod +x supervisor ;; \
    esac
)text";

constexpr std::string_view k_lambda_files = R"text(
COPY telegraf.conf /opt/telegraf/bin/
COPY start.sh script.sh ./
RUN chmod +x start.sh script.sh
ENV PATH="/var/task:${PATH}"
CMD ["start.sh"]
)text";

constexpr std::string_view k_entry = R"text(#!/bin/sh
# Runs component @COMPONENT@ on one file. INPUT_FILE_PATH and TMP_OUTPUT_DIR are set by
# faas-supervisor; a request keeps its UUID from component to component in the names of its files.
name=$(basename "$INPUT_FILE_PATH")
name=${name%%.*}
case "$name" in
aisprint-*)
    UUID=$(printf '%s' "$name" | cut -c 10-45)
    output="$TMP_OUTPUT_DIR/$name"
    ;;
*)
    UUID=$(uuidgen 2>/dev/null || cat /proc/sys/kernel/random/uuid)
    output="$TMP_OUTPUT_DIR/aisprint-$UUID"
    ;;
esac
export UUID
echo "SCRIPT: Processing file '$INPUT_FILE_PATH', saving the output in '$output'"
echo "UUID: $UUID"
cd "/opt/@COMPONENT@/" || exit 1
exec python main.py -i "$INPUT_FILE_PATH" -o "$output"
)text";

constexpr std::string_view k_start = R"text(#!/bin/sh
# Starts what a Lambda function needs: the collector of measurements, then the supervisor.
/opt/telegraf/bin/telegraf --config /opt/telegraf/bin/telegraf.conf &
exec supervisor
)text";

constexpr std::string_view k_telegraf_conf = R"text([agent]
  interval = "2s"
  round_interval = true
  metric_batch_size = 1000
  metric_buffer_limit = 10000
  collection_jitter = "0s"
  flush_interval = "200ms"
  flush_jitter = "0s"
  hostname = "Lambda"
  omit_hostname = false

[[inputs.mem]]

[[inputs.socket_listener]]
  service_address = "udp://:8094"
  data_format = "influx"

[[outputs.influxdb_v2]]
  urls = ["$INFLUX_ENDPOINT"]
  token = "$INFLUX_TOKEN"
  organization = "$INFLUX_ORG"
  bucket = "$INFLUX_BUCKET"
)text";

constexpr std::string_view k_ignore = R"text(Dockerfile*
.dockerignore
**/.venv
**/__pycache__
**/*.pyc
)text";

std::string fill(std::string_view text, std::string_view mark, const std::string& value) {
    std::string result(text);
    for (std::size_t at = result.find(mark); at != std::string::npos;
         at = result.find(mark, at + value.size())) {
        result.replace(at, mark.size(), value);
    }
    return result;
}

} // namespace

std::string quote_environment(const std::string& value) {
    const auto is_simple = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               std::string_view("._-/:@%+,=").find(c) != std::string_view::npos;
    };
    if (!value.empty() && std::ranges::all_of(value, is_simple)) {
        return value;
    }
    std::string quoted = "\"";
    for (const char c : value) {
        if (c == '"' || c == '\\' || c == '$') {
            quoted += '\\';
        }
        quoted += c;
    }
    return quoted + '"';
}

std::string dockerfile(const Recipe& recipe) {
    std::string text = fmt::format("FROM {}\n", recipe.base_image);
    for (const auto& [name, value] : recipe.environment) {
        text += fmt::format("ENV {}={}\n", name, quote_environment(value));
    }
    if (recipe.needs_compss) {
        text += k_compss_check;
    }
    text += fmt::format("\nRUN mkdir -p /opt/{}", recipe.component);
    if (recipe.partition != "base") {
        text += fmt::format(" && ln -s /opt/{0} /opt/{0}_{1}", recipe.component, recipe.partition);
    }
    text += fmt::format("\nWORKDIR /opt/{}\n", recipe.component);
    text += k_requirements;
    return text;
}

std::string lambda_dockerfile(const Recipe& recipe) {
    return dockerfile(recipe) + fill(k_telegraf, "@TELEGRAF@", recipe.telegraf_version) +
           fill(k_supervisor, "@SUPERVISOR@", recipe.supervisor_version) +
           std::string(k_lambda_files);
}

std::string entry_script(const std::string& component) {
    return fill(k_entry, "@COMPONENT@", component);
}

std::string start_script() {
    return std::string(k_start);
}

std::string telegraf_configuration() {
    return std::string(k_telegraf_conf);
}

std::string ignore_file() {
    return std::string(k_ignore);
}

} // namespace aisprint::images
