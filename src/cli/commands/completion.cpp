// SPDX-License-Identifier: Apache-2.0
#include "command.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <memory>

namespace aisprint::cli {

namespace {

/// The long options of a command, first spelling of each.
std::vector<std::string> option_words(const Command& command) {
    CLI::App app;
    if (command.setup != nullptr) {
        const CommandAction action = command.setup(app);
    }
    std::vector<std::string> words{"--help"};
    for (const CLI::Option* option : app.get_options()) {
        const bool is_hidden = option->get_group().empty();
        if (!is_hidden && !option->get_lnames().empty() && option->get_lnames().front() != "help") {
            words.push_back("--" + option->get_lnames().front());
        }
    }
    return words;
}

std::string names_of(const std::vector<Command>& among) {
    std::vector<std::string> names;
    for (const Command& command : among) {
        names.push_back(command.name);
    }
    return fmt::format("{}", fmt::join(names, " "));
}

/// Branches of a case statement that set `words` for the command in `$command`: its options, or
/// its subcommands.
std::string cases(const std::vector<Command>& among, const std::string& above) {
    std::string text;
    for (const Command& command : among) {
        const std::string name = above + command.name;
        const bool is_group = !command.subcommands.empty();
        text += fmt::format("    \"{}\") words=\"{}\" ;;\n", name,
                            is_group ? names_of(command.subcommands)
                                     : fmt::format("{}", fmt::join(option_words(command), " ")));
        text += cases(command.subcommands, name + " ");
    }
    return text;
}

/// Commands that have subcommands: those are programs of their own, too.
std::vector<std::string> programs() {
    std::vector<std::string> names;
    for (const Command& command : commands()) {
        if (!command.subcommands.empty()) {
            names.push_back(command.name);
        }
    }
    return names;
}

std::string bash_script() {
    return fmt::format(R"(_aisprint() {{
    local words="" command="" at=1
    case "${{COMP_WORDS[0]##*/}}" in
    {0}) command="${{COMP_WORDS[0]##*/}}" ;;
    *) [ "$COMP_CWORD" -lt 2 ] || {{ command="${{COMP_WORDS[1]}}"; at=2; }} ;;
    esac
    case "$command" in
    {0}) [ "$COMP_CWORD" -le "$at" ] || command="$command ${{COMP_WORDS[at]}}" ;;
    esac
    case "$command" in
    "") words="{1} help" ;;
{2}    esac
    COMPREPLY=($(compgen -W "$words" -- "${{COMP_WORDS[COMP_CWORD]}}"))
    [ ${{#COMPREPLY[@]}} -gt 0 ] || COMPREPLY=($(compgen -f -- "${{COMP_WORDS[COMP_CWORD]}}"))
}}
complete -F _aisprint aisprint {3}
)",
                       fmt::join(programs(), "|"), names_of(commands()), cases(commands(), ""),
                       fmt::join(programs(), " "));
}

/// Lines for the commands `among`, offered when `condition` holds.
std::string fish_lines(const std::vector<Command>& among, const std::string& condition) {
    std::string text;
    for (const Command& command : among) {
        text += fmt::format("complete -c aisprint -n '{}' -a {} -d '{}'\n", condition, command.name,
                            command.summary);
        const std::string seen = "__fish_seen_subcommand_from " + command.name;
        for (const std::string& word : option_words(command)) {
            text += fmt::format("complete -c aisprint -n '{}' -l {}\n", seen, word.substr(2));
        }
        text += fish_lines(command.subcommands, seen);
    }
    return text;
}

std::string fish_script() {
    return fish_lines(commands(), "__fish_use_subcommand");
}

int run(const std::string& shell, Session& session) {
    if (shell == "fish") {
        session.print(fish_script());
    } else {
        const std::string loader =
            shell == "zsh" ? "autoload -U +X bashcompinit && bashcompinit\n" : "";
        session.print(loader + bash_script());
    }
    return session.finish(nlohmann::ordered_json{{"shell", shell}});
}

CommandAction setup(CLI::App& app) {
    auto shell = std::make_shared<std::string>();
    app.add_option("SHELL", *shell, "bash, zsh or fish.")
        ->required()
        ->check(CLI::IsMember({"bash", "zsh", "fish"}));
    return [shell](Session& session) { return run(*shell, session); };
}

} // namespace

Command completion_command() {
    return {"completion",
            "Print a script that completes commands and options in a shell.",
            CommandGroup::more,
            {"source <(aisprint completion bash)",
             "aisprint completion fish > ~/.config/fish/completions/aisprint.fish"},
            "",
            setup};
}

} // namespace aisprint::cli
