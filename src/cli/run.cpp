// SPDX-License-Identifier: Apache-2.0
#include "aisprint/cli/run.hpp"

#include "command.hpp"
#include "help.hpp"
#include "usage_text.hpp"
#include "version.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <csignal>
#include <exception>
#include <filesystem>
#include <iostream>
#include <sys/ioctl.h>
#include <unistd.h>

namespace aisprint::cli {

namespace {

std::vector<Command> make_commands() {
    return {design_command(),  new_application_command(), profile_command(),
            run_command(),     space4aid_command(),       toscarizer_command(),
            check_command(),   partition_command(),       train_command(),
            predict_command(), schema_command(),          completion_command()};
}

void add_global_options(CLI::App& app, GlobalOptions& options) {
    app.add_flag("--json", options.json, "Print one JSON document instead of text.")
        ->group(k_global_group);
    app.add_flag("-q,--quiet", options.quiet, "Print errors only.")->group(k_global_group);
    app.add_flag("-v,--verbose", options.verbose, "Print notes and details too.")
        ->group(k_global_group);
    app.add_option("--color", options.color, "auto (default), always or never.")
        ->type_name("WHEN")
        ->check(CLI::IsMember({"auto", "always", "never"}))
        ->group(k_global_group);
    app.add_flag(spellings("--no_input"), options.no_input, "Ask nothing; take defaults.")
        ->group(k_global_group);
    app.add_option("--chdir", options.chdir, "Change to this folder first.")
        ->type_name("DIR")
        ->group(k_global_group);
    app.add_option(spellings("--max_errors"), options.max_errors,
                   "Print so many errors only; 0 (default) prints all.")
        ->type_name("N")
        ->group(k_global_group);
}

/// How much a drawing on the error stream may take.
void measure_terminal(Environment& environment) {
    winsize size{};
    if (::ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 && size.ws_row > 0) {
        environment.err_columns = size.ws_col;
        environment.err_lines = size.ws_row;
    }
}

/// Parses a command line and runs the command.
class Program {
public:
    Program(std::vector<std::string> arguments, Environment& environment)
        : m_arguments(std::move(arguments)), m_environment(environment),
          m_app("From annotated components to a running application", "aisprint") {
        m_app.fallthrough();
        m_app.set_help_flag();
        m_app.add_flag("-h,--help", m_help, "Show this help and exit.")->group(k_global_group);
        m_app.add_flag("--version", m_version, "Show the version and exit.")->group(k_global_group);
        add_global_options(m_app, m_options);
        for (const Command& command : commands()) {
            add_command(m_app, command, command.name);
        }
    }

    int run() {
        if (const auto code = check_command_names()) {
            return *code;
        }
        const Command* command = find_command(m_command);
        try {
            // CLI11 takes the arguments last first.
            std::vector<std::string> reversed(m_arguments.rbegin(), m_arguments.rend());
            m_app.parse(reversed);
        } catch (const CLI::ParseError& error) {
            if (wants_help()) {
                return print_help();
            }
            return usage_error(error);
        }
        if (m_version) {
            m_environment.out << fmt::format("aisprint {}\n", k_version);
            return 0;
        }
        if (m_help || command == nullptr || command->setup == nullptr) {
            return print_help();
        }
        Session session(m_environment, m_options, m_command);
        if (!m_options.chdir.empty()) {
            std::error_code reason;
            std::filesystem::current_path(m_options.chdir, reason);
            if (reason) {
                return session.finish(
                    Failure{ErrorKind::usage,
                            {make_error("CLI004",
                                        fmt::format("cannot change to '{}': {}", m_options.chdir,
                                                    reason.message()),
                                        "give an existing folder")}});
            }
        }
        return m_actions.at(m_command)(session);
    }

private:
    void add_command(CLI::App& parent, const Command& command, const std::string& name) {
        CLI::App* app = parent.add_subcommand(command.name, command.summary);
        app->set_help_flag();
        app->option_defaults()->group("Options");
        m_apps[name] = app;
        if (command.setup != nullptr) {
            m_actions[name] = command.setup(*app);
        }
        for (const Command& sub : command.subcommands) {
            add_command(*app, sub, name + " " + sub.name);
        }
    }

    [[nodiscard]] bool wants_help() const {
        return std::ranges::any_of(m_arguments, [](const std::string& argument) {
            return argument == "-h" || argument == "--help";
        });
    }

    int print_help() {
        const Command* command = find_command(m_command);
        m_environment.out << (command == nullptr
                                  ? program_help(m_app)
                                  : command_help(m_command, *command, *m_apps.at(m_command)));
        return 0;
    }

    /// The next word at or after `from` that is neither an option nor the value of a global one.
    [[nodiscard]] std::vector<std::string>::iterator
    next_word(std::vector<std::string>::iterator from) {
        return std::find_if(from, m_arguments.end(), [this](const std::string& argument) {
            return !argument.starts_with('-') && !is_value_of_global_option(argument);
        });
    }

    /// CLI11 tells little about an unknown command, so names are looked at first. Returns an
    /// exit code if there is nothing left to do.
    std::optional<int> check_command_names() {
        auto word = next_word(m_arguments.begin());
        if (word != m_arguments.end() && *word == "help") {
            m_arguments.erase(word);
            return print_topic();
        }
        const std::vector<Command>* among = &commands();
        while (word != m_arguments.end() && !among->empty()) {
            const Command* command = find_command(*among, *word);
            if (command == nullptr) {
                return unknown_command(*among, *word);
            }
            *word = command->name;
            m_command += (m_command.empty() ? "" : " ") + command->name;
            among = &command->subcommands;
            word = next_word(std::next(word));
        }
        return std::nullopt;
    }

    int unknown_command(const std::vector<Command>& among, const std::string& word) {
        std::vector<std::string> names;
        for (const Command& command : among) {
            names.push_back(command.name);
        }
        const std::string whole = (m_command.empty() ? "" : m_command + " ") + word;
        const std::string program = m_command.empty() ? "aisprint" : "aisprint " + m_command;
        const auto close = closest_name(word, names);
        return usage_failure(
            m_command, make_error("CLI001", fmt::format("no such command '{}'", whole),
                                  close ? fmt::format("did you mean '{}'?", *close)
                                        : fmt::format("'{} --help' lists the commands", program)));
    }

    [[nodiscard]] bool is_value_of_global_option(const std::string& argument) const {
        const auto place = static_cast<std::size_t>(&argument - m_arguments.data());
        static const std::vector<std::string> with_value{"--color", "--chdir", "--max_errors",
                                                         "--max-errors"};
        return place > 0 &&
               std::ranges::find(with_value, m_arguments[place - 1]) != with_value.end();
    }

    int print_topic() {
        m_command.clear();
        for (auto word = next_word(m_arguments.begin()); word != m_arguments.end();
             word = next_word(std::next(word))) {
            m_command += (m_command.empty() ? "" : " ") + *word;
        }
        if (m_command.empty() || find_command(m_command) != nullptr) {
            return print_help();
        }
        if (const auto topic = help_topic(m_command)) {
            m_environment.out << *topic;
            return 0;
        }
        return usage_failure(
            "", make_error("CLI001", fmt::format("no help on '{}'", m_command),
                           fmt::format("topics are {}", fmt::join(help_topics(), ", "))));
    }

    int usage_error(const CLI::ParseError& error) {
        Diagnostic diagnostic = make_error("CLI004", error.what(), "");
        if (dynamic_cast<const CLI::ExtrasError*>(&error) != nullptr) {
            const std::string word = first_unknown_word();
            const auto close = closest_name(word, option_names());
            diagnostic =
                make_error("CLI003",
                           word.starts_with('-') ? fmt::format("no such option '{}'", word)
                                                 : fmt::format("unexpected argument '{}'", word),
                           close ? fmt::format("did you mean '{}'?", *close) : "");
        } else if (dynamic_cast<const CLI::RequiredError*>(&error) != nullptr) {
            diagnostic.code = "CLI002";
        }
        std::ranges::replace(diagnostic.message, '\n', ' ');
        if (diagnostic.code != "CLI003") {
            explain_usage_error(diagnostic);
        }
        return usage_failure(m_command, std::move(diagnostic));
    }

    [[nodiscard]] std::string first_unknown_word() const {
        const std::vector<std::string> extras = m_app.remaining(true);
        return extras.empty() ? "" : extras.front();
    }

    [[nodiscard]] std::vector<std::string> option_names() const {
        std::vector<std::string> names;
        const auto add = [&](const CLI::App& app) {
            for (const CLI::Option* option : app.get_options()) {
                for (const std::string& name : option->get_lnames()) {
                    names.push_back("--" + name);
                }
            }
        };
        add(m_app);
        if (find_command(m_command) != nullptr) {
            add(*m_apps.at(m_command));
        }
        return names;
    }

    int usage_failure(const std::string& command, Diagnostic diagnostic) {
        diagnostic.span.file = "<command line>";
        GlobalOptions options;
        options.json = std::ranges::find(m_arguments, "--json") != m_arguments.end();
        Session session(m_environment, options, command);
        if (!options.json) {
            m_environment.err << usage_lines(command);
        }
        return session.finish(Failure{ErrorKind::usage, {std::move(diagnostic)}});
    }

    std::vector<std::string> m_arguments;
    Environment& m_environment;
    CLI::App m_app;
    GlobalOptions m_options;
    bool m_help = false;
    bool m_version = false;
    std::string m_command; ///< with its subcommand: "toscarizer fdl"
    std::map<std::string, CLI::App*> m_apps;
    std::map<std::string, CommandAction> m_actions;
};

} // namespace

const std::vector<Command>& commands() {
    static const std::vector<Command> all = make_commands();
    return all;
}

const Command* find_command(const std::vector<Command>& among, const std::string& word) {
    const auto found = std::ranges::find_if(among, [&](const Command& command) {
        return command.name == word ||
               std::ranges::find(command.aliases, word) != command.aliases.end();
    });
    return found == among.end() ? nullptr : &*found;
}

const Command* find_command(const std::string& name) {
    const std::vector<Command>* among = &commands();
    const Command* command = nullptr;
    std::size_t start = 0;
    while (start <= name.size()) {
        const std::size_t end = std::min(name.find(' ', start), name.size());
        command = find_command(*among, name.substr(start, end - start));
        if (command == nullptr) {
            return nullptr;
        }
        among = &command->subcommands;
        start = end + 1;
    }
    return command;
}

std::string spellings(const std::string& name) {
    std::string hyphens = name;
    std::ranges::replace(hyphens, '_', '-');
    return hyphens == name ? name : name + "," + hyphens;
}

int run(const std::vector<std::string>& arguments, Environment& environment) {
    std::vector<std::string> rest(arguments.begin() + (arguments.empty() ? 0 : 1), arguments.end());
    const std::string program =
        arguments.empty() ? "" : std::filesystem::path(arguments.front()).filename().string();
    if (program == "toscarizer") {
        rest.insert(rest.begin(), program);
    }
    return Program(std::move(rest), environment).run();
}

int run(int argc, char** argv) {
    // A reader that has seen enough closes the pipe; that is no error of ours.
    std::signal(SIGPIPE, SIG_DFL);
    Environment environment{std::cin,
                            std::cout,
                            std::cerr,
                            ::isatty(STDIN_FILENO) != 0,
                            ::isatty(STDOUT_FILENO) != 0,
                            ::isatty(STDERR_FILENO) != 0};
    measure_terminal(environment);
    try {
        return run(std::vector<std::string>(argv, argv + argc), environment);
    } catch (const std::exception& error) {
        std::cerr << fmt::format("aisprint: internal error: {}\nplease report this with the "
                                 "command that you ran and 'aisprint --version'\n",
                                 error.what());
        return exit_code_of(ErrorKind::internal);
    }
}

} // namespace aisprint::cli
