// SPDX-License-Identifier: Apache-2.0
#include "fake_engine.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <set>
#include <thread>

namespace aisprint::images {

namespace fs = std::filesystem;

namespace {

const char* const k_script = R"text(#!/bin/sh
here=$(dirname "$0")
echo "$*" >>"$here/calls"
number=$(grep -c '' "$here/calls")
case " $* " in *" version "*) [ ! -f "$here/dumb" ] && exit; echo "no daemon" >&2; exit 1 ;; esac
if [ "$(cat "$here/wait" 2>/dev/null)" = "$number" ]; then
    touch "$here/waiting"
    while [ -f "$here/wait" ]; do sleep 0.01; done
fi
pattern=$(cat "$here/fail" 2>/dev/null)
[ -n "$pattern" ] && case " $* " in *"$pattern"*) cat "$here/fail_text" >&2; exit 1 ;; esac
action=none
for argument; do
    case "$last" in --tag) tag=$argument ;; --label) label=${argument#*=} ;; esac
    case "$last" in --digestfile) digests=$argument ;; esac
    case "$argument" in build | push | inspect) action=$argument ;; esac
    last=$argument
done
file_of() { printf '%s' "$1" | tr '/:' '__'; }
mkdir -p "$here/images" "$here/pushed"
case $action in
build) echo "STEP 1: $(grep ENV "$(dirname "$last/x")"/Dockerfile)"
    echo "$label" >"$here/images/$(file_of "$tag")" ;;
inspect) cat "$here/images/$(file_of "$last")" ;;
push) echo "$last" >"$here/pushed/$(file_of "$last")"
    digest=sha256:$(printf '%s' "$last" | sha256sum | cut -c 1-64)
    if [ -n "$digests" ]; then echo "$digest" >"$digests"
    else echo "latest: digest: $digest size: 1"; fi ;;
esac
)text";

void write(const fs::path& path, const std::string& text) {
    ASSERT_TRUE(write_file_atomic(path, text).has_value());
}

} // namespace

FakeEngine::FakeEngine(EngineKind kind) : m_kind(kind) {
    const fs::path program = engine().program;
    write(program, k_script);
    fs::permissions(program, fs::perms::owner_all);
}

Engine FakeEngine::engine() const {
    Engine result;
    result.kind = m_kind;
    const char* const name = m_kind == EngineKind::docker   ? "docker"
                             : m_kind == EngineKind::podman ? "podman"
                                                            : "buildah";
    result.program = (folder() / name).string();
    return result;
}

std::vector<std::string> FakeEngine::calls() const {
    std::vector<std::string> lines;
    std::ifstream file(folder() / "calls");
    for (std::string line; std::getline(file, line);) {
        lines.push_back(line);
    }
    return lines;
}

std::size_t FakeEngine::count(const std::string& a, const std::string& b) const {
    const std::vector<std::string> lines = calls();
    return static_cast<std::size_t>(std::ranges::count_if(lines, [&a, &b](const std::string& line) {
        return line.find(a) != std::string::npos && line.find(b) != std::string::npos;
    }));
}

void FakeEngine::forget_calls() const {
    fs::remove(folder() / "calls");
}

void FakeEngine::fail_on(const std::string& pattern, const std::string& text) const {
    write(folder() / "fail_text", text + "\n");
    write(folder() / "fail", pattern);
}

void FakeEngine::wait_at(std::size_t call) const {
    write(folder() / "wait", std::to_string(call));
}

void FakeEngine::wait_no_more() const {
    fs::remove(folder() / "wait");
    fs::remove(folder() / "waiting");
}

void FakeEngine::await_waiting() const {
    while (!fs::exists(folder() / "waiting")) {
        std::this_thread::yield();
    }
}

std::vector<std::string> FakeEngine::pushed() const {
    std::set<std::string> references;
    if (fs::exists(folder() / "pushed")) {
        for (const auto& entry : fs::directory_iterator(folder() / "pushed")) {
            std::string line;
            std::ifstream file(entry.path());
            std::getline(file, line);
            references.insert(line);
        }
    }
    return {references.begin(), references.end()};
}

void FakeEngine::remove_images() const {
    fs::remove_all(folder() / "images");
}

} // namespace aisprint::images
