// SPDX-License-Identifier: Apache-2.0
#include "double_process.hpp"

#include <gtest/gtest.h>

#include <array>
#include <cerrno>
#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

namespace aisprint::profiling::test {

namespace {

constexpr const char* k_python = "/usr/bin/python3";
constexpr const char* k_program = AISPRINT_SOURCE_DIR "/tests/support/oscar_double/oscar_double.py";

std::string read_line(int descriptor) {
    std::string line;
    char byte = 0;
    while (::read(descriptor, &byte, 1) == 1 && byte != '\n') {
        line += byte;
    }
    return line;
}

} // namespace

DoubleProcess::DoubleProcess(const std::vector<std::string>& arguments) {
    std::array<int, 2> input{};
    std::array<int, 2> output{};
    EXPECT_EQ(::pipe2(input.data(), O_CLOEXEC), 0);
    EXPECT_EQ(::pipe2(output.data(), O_CLOEXEC), 0);
    std::vector<std::string> words{k_python, k_program};
    words.insert(words.end(), arguments.begin(), arguments.end());
    std::vector<char*> pointers;
    for (std::string& word : words) {
        pointers.push_back(word.data());
    }
    pointers.push_back(nullptr);
    m_child = ::fork();
    if (m_child == 0) {
        ::dup2(input[0], STDIN_FILENO);
        ::dup2(output[1], STDOUT_FILENO);
        ::execv(k_python, pointers.data());
        ::_exit(127);
    }
    ::close(input[0]);
    ::close(output[1]);
    m_input = input[1];
    m_description = nlohmann::json::parse(read_line(output[0]), nullptr, false);
    ::close(output[0]);
    EXPECT_TRUE(m_description.is_object()) << "the double did not start";
    m_transport = clients::make_curl_transport({});
}

DoubleProcess::~DoubleProcess() {
    ::close(m_input);
    int status = 0;
    while (::waitpid(m_child, &status, 0) < 0 && errno == EINTR) {}
}

std::string
DoubleProcess::ask(const std::string& method, const std::string& path, const std::string& body) {
    clients::HttpRequest request;
    request.method = method;
    request.url = m_description["control"].get<std::string>() + path;
    request.body = body;
    const auto answer = m_transport->send(request, {});
    if (!answer) {
        ADD_FAILURE() << answer.error().message;
        return {};
    }
    EXPECT_LT(answer->status, 300) << method << " " << path;
    return answer->body;
}

nlohmann::json DoubleProcess::state() {
    return nlohmann::json::parse(ask("GET", "/state"));
}

void DoubleProcess::add_faults(const nlohmann::json& faults) {
    ask("POST", "/faults", faults.dump());
}

void DoubleProcess::clear_faults() {
    ask("DELETE", "/faults");
}

void DoubleProcess::change(const std::string& cluster, const nlohmann::json& wishes) {
    ask("POST", "/clusters/" + cluster, wishes.dump());
}

Cluster DoubleProcess::cluster(const std::string& name,
                               const std::filesystem::path& known_hosts) const {
    const nlohmann::json& facts = m_description["clusters"][name];
    Cluster cluster;
    cluster.resource = name;
    cluster.oscar_endpoint = facts["oscar"];
    cluster.oscar_password = Secret(facts["oscar_password"]);
    cluster.minio_endpoint = facts["minio"];
    cluster.minio_secret_key = Secret(facts["minio_secret_key"]);
    cluster.verification = clients::TlsVerification::off;
    if (!known_hosts.empty()) {
        clients::SshTarget target;
        target.host = facts["host"];
        target.user = "ubuntu";
        target.known_hosts_file = known_hosts;
        target.program = m_description["ssh"];
        cluster.ssh = target;
    }
    return cluster;
}

} // namespace aisprint::profiling::test
