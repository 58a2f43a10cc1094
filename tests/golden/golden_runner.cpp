// SPDX-License-Identifier: Apache-2.0
// Runs one golden case: golden_runner PROGRAM GOLDEN_DIR SCRATCH_DIR SUITE/CASE.
// README.md beside this file describes the layout of a case.

#include "golden_case.hpp"
#include "golden_text.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <exception>
#include <iostream>
#include <sstream>
#include <stdexcept>

namespace aisprint::golden {

namespace {

/// How one line of `cmd` is to be run.
struct CommandLine {
    std::vector<std::string> environment;
    std::vector<std::string> words;
    bool stdout_is_closed = false;
};

CommandLine parse_command_line(const std::string& line) {
    CommandLine result;
    for (std::string& word : split_words(line)) {
        const std::size_t equals = word.find('=');
        if (result.words.empty() && equals != std::string::npos && word.find('-') > equals) {
            result.environment.push_back(std::move(word));
        } else if (result.words.empty() && word == "closed-stdout") {
            result.stdout_is_closed = true;
        } else {
            result.words.push_back(std::move(word));
        }
    }
    return result;
}

int open_or_throw(const fs::path& path, int flags) {
    const int fd = ::open(path.c_str(), flags | O_CLOEXEC, 0644);
    if (fd < 0) {
        throw std::runtime_error("cannot open " + path.string());
    }
    return fd;
}

/// A pipe that nobody reads from: its end for writing.
int closed_pipe() {
    int ends[2] = {-1, -1};
    if (::pipe2(ends, O_CLOEXEC) != 0) {
        throw std::runtime_error("cannot make a pipe");
    }
    ::close(ends[0]);
    return ends[1];
}

/// The environment of a command: nothing of the user's beside what sanitizers read.
std::vector<std::string> make_environment(const Folders& folders, const CommandLine& command) {
    std::vector<std::string> all{"PATH=/usr/local/bin:/usr/bin:/bin", "LC_ALL=C", "NO_COLOR=1",
                                 "TERM=dumb", "HOME=" + folders.work.string()};
    for (const char* name : {"ASAN_OPTIONS", "UBSAN_OPTIONS", "LSAN_OPTIONS", "TSAN_OPTIONS"}) {
        if (const char* value = std::getenv(name)) {
            all.push_back(std::string(name) + "=" + value);
        }
    }
    all.insert(all.end(), command.environment.begin(), command.environment.end());
    return all;
}

std::vector<char*> pointers(std::vector<std::string>& texts) {
    std::vector<char*> result;
    for (std::string& text : texts) {
        result.push_back(text.data());
    }
    result.push_back(nullptr);
    return result;
}

/// Runs the program in the work folder, output appended to the two files. Returns the exit code,
/// or 128 and the number of the signal that ended it.
int run_program(const Folders& folders, CommandLine command) {
    const fs::path program = folders.scratch / "bin" / command.words.front();
    if (!fs::exists(program)) {
        throw std::runtime_error("no program '" + command.words.front() + "' for golden cases");
    }
    std::vector<std::string> environment = make_environment(folders, command);
    const std::vector<char*> arguments = pointers(command.words);
    const std::vector<char*> variables = pointers(environment);
    const fs::path input = folders.test_case / "stdin";
    const int in = open_or_throw(fs::exists(input) ? input : "/dev/null", O_RDONLY);
    const int flags = O_WRONLY | O_CREAT | O_APPEND;
    const int out =
        command.stdout_is_closed ? closed_pipe() : open_or_throw(folders.scratch / "stdout", flags);
    const int err = open_or_throw(folders.scratch / "stderr", flags);
    const pid_t child = ::fork();
    if (child == 0) {
        ::dup2(in, STDIN_FILENO);
        ::dup2(out, STDOUT_FILENO);
        ::dup2(err, STDERR_FILENO);
        if (::chdir(folders.work.c_str()) == 0) {
            ::execve(program.c_str(), arguments.data(), variables.data());
        }
        ::_exit(127);
    }
    ::close(in);
    ::close(out);
    ::close(err);
    int status = 0;
    if (child < 0 || ::waitpid(child, &status, 0) != child) {
        throw std::runtime_error("cannot run " + program.string());
    }
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

/// The few other commands that a case may use to prepare its work folder.
bool run_builtin(const Folders& folders, const std::vector<std::string>& words) {
    const std::string& name = words.front();
    if (name == "mkdir" && words.size() == 2) {
        fs::create_directories(folders.work / words[1]);
    } else if (name == "rm" && words.size() == 2) {
        if (fs::remove_all(folders.work / words[1]) == 0) {
            throw std::runtime_error("cmd: nothing to remove at " + words[1]);
        }
    } else if (name == "symlink" && words.size() == 3) {
        fs::create_symlink(words[1], folders.work / words[2]);
    } else if (name == "fill" && words.size() == 3) {
        // A file of so many bytes, all of them '#'.
        write_text(folders.work / words[2], std::string(std::stoul(words[1]), '#'));
    } else if (name == "copy" && words.size() == 3) {
        fs::copy(folders.work / words[1], folders.work / words[2], fs::copy_options::recursive);
    } else if (name == "lock" && words.size() == 2) {
        // Held until the runner ends, as by another run of the program.
        ::flock(open_or_throw(folders.work / words[1], O_RDONLY | O_DIRECTORY), LOCK_EX);
    } else if (name == "snapshot" && words.size() == 1) {
        write_text(folders.scratch / "before", snapshot(folders.work));
    } else {
        return false;
    }
    return true;
}

/// Runs every line of `cmd`; returns the exit codes of the programs, one a line.
std::string run_commands(const Folders& folders) {
    std::string codes;
    std::istringstream lines(read_text(folders.test_case / "cmd"));
    for (std::string line; std::getline(lines, line);) {
        if (line.empty() || line.front() == '#') {
            continue;
        }
        const std::size_t place = line.find("{work}");
        if (place != std::string::npos) {
            line.replace(place, 6, folders.work.string());
        }
        const CommandLine command = parse_command_line(line);
        if (command.words.empty() || run_builtin(folders, command.words)) {
            continue;
        }
        codes += std::to_string(run_program(folders, command)) + "\n";
    }
    return codes;
}

int run_case(const Folders& folders) {
    prepare(folders);
    const std::string codes = run_commands(folders);
    Expectations expectations(folders);
    expectations.check_exit(codes);
    expectations.check_stream("stdout");
    expectations.check_stream("stderr");
    expectations.check_tree();
    expectations.check_files();
    if (!expectations.report().empty()) {
        std::cerr << expectations.report() << "(AISPRINT_UPDATE_GOLDEN=1 rewrites what is "
                  << "expected; the files are in " << folders.scratch.string() << ")\n";
        return 1;
    }
    return 0;
}

} // namespace

} // namespace aisprint::golden

int main(int argc, char** argv) {
    namespace golden = aisprint::golden;
    if (argc != 5) {
        std::cerr << "usage: golden_runner PROGRAM GOLDEN_DIR SCRATCH_DIR SUITE/CASE\n";
        return 2;
    }
    try {
        return golden::run_case(golden::make_folders(argv[1], argv[2], argv[3], argv[4]));
    } catch (const std::exception& error) {
        std::cerr << argv[4] << ": " << error.what() << '\n';
        return 2;
    }
}
