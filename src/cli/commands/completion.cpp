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
    const CommandAction action = command.setup(app);
    std::vector<std::string> words{"--help"};
    for (const CLI::Option* option : app.get_options()) {
        if (!option->get_lnames().empty() && option->get_lnames().front() != "help") {
            words.push_back("--" + option->get_lnames().front());
        }
    }
    return words;
}

std::string command_words() {
    std::string words;
    for (const Command& command : commands()) {
        words += command.name + " ";
    }
    return words + "help";
}

/// A case statement that sets `words` for the command in `$command`.
std::string cases() {
    std::string text;
    for (const Command& command : commands()) {
        text += fmt::format("        {}) words=\"{}\" ;;\n", command.name,
                            fmt::join(option_words(command), " "));
    }
    return text;
}

std::string bash_script() {
    return fmt::format(R"(_aisprint() {{
    local command="${{COMP_WORDS[1]}}" words=""
    if [ "$COMP_CWORD" -eq 1 ]; then
        words="{}"
    else
        case "$command" in
{}        esac
    fi
    COMPREPLY=($(compgen -W "$words" -- "${{COMP_WORDS[COMP_CWORD]}}"))
    [ ${{#COMPREPLY[@]}} -gt 0 ] || COMPREPLY=($(compgen -f -- "${{COMP_WORDS[COMP_CWORD]}}"))
}}
complete -F _aisprint aisprint
)",
                       command_words(), cases());
}

std::string fish_script() {
    std::string text;
    for (const Command& command : commands()) {
        text += fmt::format("complete -c aisprint -n __fish_use_subcommand -a {} -d '{}'\n",
                            command.name, command.summary);
        for (const std::string& word : option_words(command)) {
            text += fmt::format("complete -c aisprint -n '__fish_seen_subcommand_from {}' -l {}\n",
                                command.name, word.substr(2));
        }
    }
    return text;
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
