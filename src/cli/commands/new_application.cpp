// SPDX-License-Identifier: Apache-2.0
#include "command.hpp"
#include "locate.hpp"

#include "aisprint/design/new_application.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <istream>
#include <memory>
#include <optional>
#include <ostream>

namespace aisprint::cli {

namespace {

const char* const k_default_name = "ai-sprint_example_app";

struct Options {
    std::optional<std::string> name;
};

/// Asks for the name; an empty answer, or nobody to ask, gives the default.
std::string ask_for_name(Session& session) {
    std::string answer;
    if (!session.options().no_input) {
        session.environment().err << fmt::format("application_name [{}]: ", k_default_name)
                                  << std::flush;
        std::getline(session.environment().in, answer);
    }
    return answer.empty() ? k_default_name : answer;
}

int run(const Options& options, Session& session) {
    const bool asked = !options.name;
    const std::string name = asked ? ask_for_name(session) : *options.name;
    const auto templates = find_templates();
    if (!templates) {
        return session.finish(templates.error());
    }
    const auto created = design::create_application(".", name, *templates);
    if (!created) {
        return session.finish(created.error());
    }
    session.print(fmt::format("\n\n[AI-SPRINT]: Done! New {}AI-SPRINT application created.\n",
                              asked ? "" : "'" + name + "' "));
    return session.finish(nlohmann::ordered_json{{"application", name}});
}

CommandAction setup(CLI::App& app) {
    auto options = std::make_shared<Options>();
    app.add_option(spellings("--application_name"), options->name,
                   "Name of the new application, and of its folder; asked for when absent.")
        ->type_name("NAME");
    return [options](Session& session) { return run(*options, session); };
}

} // namespace

Command new_application_command() {
    return {"new-application",
            "Create a new application directory.",
            CommandGroup::guide,
            {"aisprint new-application --application_name my_app", "aisprint new-application"},
            "write the components in my_app/src, then 'aisprint check --application_dir my_app'",
            setup};
}

} // namespace aisprint::cli
