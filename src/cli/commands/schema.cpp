// SPDX-License-Identifier: Apache-2.0
#include "command.hpp"

#include "aisprint/base/files.hpp"
#include "aisprint/config/json_schema.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <memory>

namespace aisprint::cli {

namespace {

struct Options {
    std::string name;
    bool all = false;
    std::string out;
};

std::vector<std::string> format_names() {
    std::vector<std::string> names;
    for (const config::Format& format : config::formats()) {
        names.push_back(format.name);
    }
    return names;
}

Result<nlohmann::ordered_json> write_all(const std::string& folder) {
    AISPRINT_TRY(make_directories(folder));
    nlohmann::ordered_json files = nlohmann::ordered_json::array();
    for (const config::Format& format : config::formats()) {
        const std::filesystem::path file =
            std::filesystem::path(folder) / config::schema_file_name(format);
        AISPRINT_TRY(write_file_atomic(file, config::to_json_schema(format).dump(2) + "\n"));
        files.push_back(file.string());
    }
    return files;
}

Failure usage(std::string message, std::string hint) {
    return {ErrorKind::usage, {make_error("CLI004", std::move(message), std::move(hint))}};
}

int run(const Options& options, Session& session) {
    if (options.all) {
        if (options.out.empty()) {
            return session.finish(usage("--all needs --out DIR", "add --out with a folder"));
        }
        const auto files = write_all(options.out);
        return files ? session.finish(nlohmann::ordered_json{{"files", *files}})
                     : session.finish(files.error());
    }
    if (options.name.empty() && !options.out.empty()) {
        return session.finish(
            usage("--out needs the name of a format, or --all", "add --all to write all of them"));
    }
    if (options.name.empty()) {
        std::string text;
        for (const config::Format& format : config::formats()) {
            text += fmt::format("{:<32}{}\n", format.name, format.path);
        }
        session.print(text);
        return session.finish(nlohmann::ordered_json{{"formats", format_names()}});
    }
    const config::Format* format = config::find_format(options.name);
    if (format == nullptr) {
        const auto close = closest_name(options.name, format_names());
        return session.finish(usage(fmt::format("no format is called '{}'", options.name),
                                    close ? fmt::format("did you mean '{}'?", *close)
                                          : "'aisprint schema' lists them"));
    }
    const nlohmann::ordered_json schema = config::to_json_schema(*format);
    if (options.out.empty()) {
        session.print(schema.dump(2) + "\n");
        return session.finish(schema);
    }
    const auto written = write_file_atomic(options.out, schema.dump(2) + "\n");
    return written ? session.finish(nlohmann::ordered_json{{"files", {options.out}}})
                   : session.finish(written.error());
}

CommandAction setup(CLI::App& app) {
    auto options = std::make_shared<Options>();
    app.add_option("NAME", options->name, "Name of a format; without it the formats are listed.");
    app.add_flag("--all", options->all, "Write the schemas of all formats.");
    app.add_option("--out", options->out,
                   "File to write to; with --all a folder. Standard output by default.")
        ->type_name("PATH");
    return [options](Session& session) { return run(*options, session); };
}

} // namespace

Command schema_command() {
    return {"schema",
            "Print the JSON Schema of a YAML file of an application.",
            CommandGroup::more,
            {"aisprint schema", "aisprint schema candidate_resources",
             "aisprint schema --all --out schemas"},
            "name a schema in the first line of a YAML file: "
            "# yaml-language-server: $schema=PATH",
            setup};
}

} // namespace aisprint::cli
