// SPDX-License-Identifier: Apache-2.0
#include "help.hpp"

#include "aisprint/config/schema.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <map>

namespace aisprint::cli {

namespace {

constexpr std::size_t k_width = 90;
constexpr std::size_t k_text_column = 26;

/// Breaks text at blanks so that it fits beside a column of names.
std::string wrap(const std::string& text, std::size_t indent) {
    std::string result;
    std::size_t column = indent;
    std::size_t start = 0;
    while (start < text.size()) {
        const std::size_t end = std::min(text.find(' ', start), text.size());
        const std::size_t length = end - start;
        if (column > indent && column + 1 + length > k_width) {
            result += "\n" + std::string(indent, ' ');
            column = indent;
        } else if (column > indent) {
            result += ' ';
            ++column;
        }
        result += text.substr(start, length);
        column += length;
        start = end + 1;
    }
    return result;
}

std::string two_columns(const std::string& name, const std::string& text) {
    const std::string left = "  " + name;
    if (left.size() + 2 > k_text_column) {
        return left + "\n" + std::string(k_text_column, ' ') + wrap(text, k_text_column) + "\n";
    }
    return left + std::string(k_text_column - left.size(), ' ') + wrap(text, k_text_column) + "\n";
}

std::string option_names(const CLI::Option& option) {
    if (option.get_positional()) {
        return option.get_name();
    }
    std::string names;
    for (const std::string& name : option.get_snames()) {
        names += "-" + name + ", ";
    }
    names += "--" + option.get_lnames().front();
    // The name that we gave; CLI11 adds the allowed values, which the description has.
    const std::string whole = option.get_type_name();
    const std::string type = whole.substr(0, whole.find(':'));
    return type.empty() ? names : names + " " + type;
}

/// " MODEL [NAME]": what stands after the options of a command.
std::string positional_names(const CLI::App& app) {
    std::string text;
    for (const CLI::Option* option : app.get_options()) {
        if (option->get_positional()) {
            text +=
                option->get_required() ? " " + option->get_name() : " [" + option->get_name() + "]";
        }
    }
    return text;
}

constexpr const char* k_command_and_arguments = " COMMAND [ARGS]...";

/// What follows the options of a command in its usage line.
std::string arguments_of(const Command& command, const CLI::App& app) {
    return command.subcommands.empty() ? positional_names(app) : k_command_and_arguments;
}

std::string option_section(const CLI::App& app) {
    std::map<std::string, std::string> groups;
    std::vector<std::string> order;
    const auto add = [&](const CLI::App& source) {
        for (const CLI::Option* option : source.get_options()) {
            const std::string group = option->get_group();
            if (group.empty()) {
                continue;
            }
            if (!groups.contains(group)) {
                order.push_back(group);
            }
            groups[group] += two_columns(option_names(*option), option->get_description());
        }
    };
    for (const CLI::App* source = &app; source != nullptr; source = source->get_parent()) {
        add(*source);
    }
    std::string text;
    for (const std::string& group : order) {
        text += fmt::format("\n{}:\n{}", group, groups[group]);
    }
    return text;
}

const char* const k_exit_codes = R"(Exit codes:
  0    done
  1    failed, none of the below
  2    wrong usage
  3    the input has errors; nothing was written
  4    no feasible solution
  5    remote or network failure; may be tried again
  6    finished, but degraded
  70   internal error
  130  interrupted
)";

const char* const k_environment = R"(Environment:
  AISPRINT_APPLICATION_DIR  application directory, when --application_dir is absent
  AISPRINT_TEMPLATES        folder with the templates, when it is not beside the program
  AISPRINT_PYTHON           interpreter tried for the package onnxruntime by --verify
  NO_COLOR, TERM=dumb       switch colours off
A flag goes before the environment.
)";

std::string formats_topic() {
    std::string text = "Files of an application ('aisprint schema NAME' prints the JSON Schema):\n";
    for (const config::Format& format : config::formats()) {
        text += two_columns(format.name, format.description + ": " + format.path);
    }
    return text;
}

} // namespace

std::string program_help(const CLI::App& app) {
    std::string text = "Usage: aisprint [OPTIONS] COMMAND [ARGS]...\n\n"
                       "  From annotated Python components to a running AI application on edge and "
                       "cloud.\n\nCommands:\n";
    std::string more = "\nMore commands:\n";
    for (const Command& command : commands()) {
        (command.group == CommandGroup::guide ? text : more) +=
            two_columns(command.name, command.summary);
    }
    more += two_columns("help", "Help on a command or a topic: environment, exit-codes, formats.");
    return text + more + option_section(app) +
           "\nExamples:\n  aisprint new-application --application_name my_app\n"
           "  aisprint design --application_dir my_app\n"
           "\n'aisprint COMMAND --help' tells more.\n";
}

std::string command_help(const std::string& name, const Command& command, const CLI::App& app) {
    std::string text = fmt::format("{}\n\nUsage: aisprint {} [OPTIONS]{}\n", command.summary, name,
                                   arguments_of(command, app));
    if (!command.subcommands.empty()) {
        text += "\nCommands:\n";
        for (const Command& sub : command.subcommands) {
            text += two_columns(sub.name, sub.summary);
        }
    }
    text += "\nExamples:\n";
    for (const std::string& example : command.examples) {
        text += "  " + example + "\n";
    }
    text += option_section(app);
    text += "\n";
    text += command.subcommands.empty()
                ? k_exit_codes
                : fmt::format("'aisprint {} COMMAND --help' tells more.\n", name);
    if (!command.next.empty()) {
        text += "\nNext: " + command.next + "\n";
    }
    return text;
}

std::string usage_lines(const std::string& command) {
    const std::string name = command.empty() ? "aisprint" : "aisprint " + command;
    std::string rest = k_command_and_arguments;
    if (const Command* known = command.empty() ? nullptr : find_command(command)) {
        CLI::App app;
        if (known->setup != nullptr) {
            const CommandAction action = known->setup(app);
        }
        rest = arguments_of(*known, app);
    }
    return fmt::format("Usage: {} [OPTIONS]{}\nTry '{} --help' for help.\n\n", name, rest, name);
}

std::optional<std::string> help_topic(const std::string& name) {
    if (name == "environment") {
        return k_environment;
    }
    if (name == "exit-codes") {
        return k_exit_codes;
    }
    if (name == "formats") {
        return formats_topic();
    }
    return std::nullopt;
}

const std::vector<std::string>& help_topics() {
    static const std::vector<std::string> names{"environment", "exit-codes", "formats"};
    return names;
}

} // namespace aisprint::cli
