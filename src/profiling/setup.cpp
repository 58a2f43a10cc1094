// SPDX-License-Identifier: Apache-2.0
#include "aisprint/profiling/setup.hpp"

#include "last_line.hpp"

#include "aisprint/base/files.hpp"
#include "aisprint/base/process.hpp"

#include <fmt/format.h>

#include <map>
#include <set>

namespace aisprint::profiling {

namespace {

namespace fs = std::filesystem;

constexpr const char* k_environment = ".venv";
constexpr const char* k_interpreter = ".venv/bin/python";
constexpr const char* k_requirements = "requirements.txt";

class Environments {
public:
    Environments(fs::path designs, std::string python, const LineSink& tell, std::stop_token stop)
        : m_designs(std::move(designs)), m_python(std::move(python)), m_tell(tell),
          m_stop(std::move(stop)) {}

    Result<void> make(const std::string& design) {
        const fs::path folder = m_designs / design;
        const auto requirements = read_file(folder / k_requirements);
        if (!requirements) {
            return fail(ErrorKind::input,
                        make_error_in((folder / k_requirements).string(), "PRF056",
                                      "there are no requirements to set the design up from",
                                      "run 'aisprint design' again"));
        }
        const auto [first, is_new] = m_made.try_emplace(*requirements, folder);
        if (!is_new && !fs::exists(folder / k_interpreter)) {
            return share(first->second, folder);
        }
        if (!fs::exists(folder / k_interpreter)) {
            m_tell(fmt::format("Making {}/{}...", design, k_environment));
            AISPRINT_TRY(remove_tree(folder / k_environment)); // a link to what is gone
            AISPRINT_TRY(run({m_python, "-m", "venv", k_environment}, folder));
        }
        m_tell(fmt::format("Installing what {}/{} lists...", design, k_requirements));
        return run({(folder / k_interpreter).string(), "-m", "pip", "install",
                    "--disable-pip-version-check", "-r", k_requirements},
                   folder);
    }

private:
    /// Lets a design use the environment of another one.
    Result<void> share(const fs::path& from, const fs::path& folder) const {
        AISPRINT_TRY(remove_tree(folder / k_environment));
        std::error_code reason;
        fs::create_directory_symlink(fs::relative(from / k_environment, folder),
                                     folder / k_environment, reason);
        if (reason) {
            return io_failure("BAS002", "write", folder / k_environment, reason);
        }
        return {};
    }

    Result<void> run(const std::vector<std::string>& command, const fs::path& folder) const {
        ProcessRequest request;
        request.command = command;
        request.directory = folder;
        AISPRINT_TRY_ASSIGN(const ProcessResult result, run_process(request, m_stop));
        if (result.stopped) {
            return fail(ErrorKind::cancelled,
                        make_error("PRF058", "interrupted; what is installed stays",
                                   "go on with the same command"));
        }
        if (result.exit_code != 0) {
            return fail(
                ErrorKind::remote,
                make_error_in(folder.string(), "PRF057",
                              fmt::format("'{} -m {}' failed ({}): {}", command[0], command[2],
                                          result.exit_code, last_line(result.standard_error)),
                              "see that the interpreter has the modules venv and pip, and that "
                              "pip reaches its index"));
        }
        return {};
    }

    fs::path m_designs;
    std::string m_python;
    const LineSink& m_tell;
    std::stop_token m_stop;
    std::map<std::string, fs::path> m_made; ///< folders by the text of their requirements
};

} // namespace

Result<void> set_up_designs(const Testbed& testbed,
                            const fs::path& application,
                            const std::string& python,
                            const LineSink& tell,
                            const std::stop_token& stop) {
    Environments environments(application / "aisprint/designs", python, tell, stop);
    std::set<std::string> designs;
    for (const Unit& unit : testbed.units) {
        if (designs.insert(unit.design).second) {
            AISPRINT_TRY(environments.make(unit.design));
        }
    }
    return {};
}

} // namespace aisprint::profiling
