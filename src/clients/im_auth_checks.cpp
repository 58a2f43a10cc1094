// SPDX-License-Identifier: Apache-2.0
#include "im_auth_checks.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <map>
#include <optional>
#include <string_view>

namespace aisprint::clients {

namespace {

constexpr std::string_view k_im = "InfrastructureManager";

/// Fields that a type needs; "a|b" is satisfied by either.
struct TypeRule {
    std::string_view type;
    std::vector<std::string_view> needed;
};

/// Types of which we know what they need.
const std::vector<TypeRule>& type_rules() {
    static const std::vector<TypeRule> k_rules = {
        {"InfrastructureManager", {"username|token", "password|token"}},
        {"EC2", {"username", "password"}},
        {"OpenStack", {"host", "username", "password", "tenant|project|auth_version"}},
        {"OpenNebula", {"host", "username", "password"}},
        {"OSCAR", {"host", "username|token", "password|token"}},
        {"Lambda", {"username", "password", "role"}},
        {"DeployedNode", {"id"}}};
    return k_rules;
}

/// Types that the Infrastructure Manager knows beside those.
constexpr std::array<std::string_view, 22> k_other_types = {
    "AppDB",  "AppDBIS", "Azure",   "AzureClassic", "CloudStack", "Docker",   "Dummy",   "EGI",
    "FogBow", "GCE",     "Hetzner", "KubeVirt",     "Kubernetes", "LibCloud", "LibVirt", "Linode",
    "OCCI",   "Orange",  "UpCloud", "VMRC",         "Vault",      "vSphere"};

/// Types that are no clouds, so that their order does not matter.
constexpr std::array<std::string_view, 5> k_no_clouds = {k_im, "VMRC", "AppDB", "AppDBIS", "Vault"};

const RawField* find(const RawCredential& credential, std::string_view key) {
    const auto found = std::find_if(credential.fields.begin(), credential.fields.end(),
                                    [&](const RawField& field) { return field.key == key; });
    return found == credential.fields.end() ? nullptr : &*found;
}

std::string_view value_of(const RawCredential& credential, std::string_view key) {
    const RawField* field = find(credential, key);
    return field == nullptr ? std::string_view{} : std::string_view(field->value);
}

std::vector<std::string> known_types() {
    std::vector<std::string> names(k_other_types.begin(), k_other_types.end());
    for (const TypeRule& rule : type_rules()) {
        names.emplace_back(rule.type);
    }
    std::sort(names.begin(), names.end());
    return names;
}

class Checker {
public:
    Checker(const RawAuth& auth, std::vector<Diagnostic>& errors, Reporter& reporter)
        : m_auth(auth), m_credentials(auth.credentials), m_errors(errors), m_reporter(reporter) {}

    void check(const std::string& file) {
        for (const RawCredential& credential : m_credentials) {
            check_fields(credential);
            check_type(credential);
            check_id(credential);
        }
        check_manager(file);
        check_order();
    }

private:
    void error(const Span& span, const char* code, std::string message, std::string hint = {}) {
        m_errors.push_back(auth_error(span, code, std::move(message), std::move(hint)));
    }

    void warn(const Span& span, const char* code, std::string message, std::string hint) {
        m_reporter.report(as_warning(auth_error(span, code, std::move(message), std::move(hint))));
    }

    void check_fields(const RawCredential& credential) {
        for (std::size_t i = 0; i < credential.fields.size(); ++i) {
            const RawField& field = credential.fields[i];
            const auto end = credential.fields.begin() + static_cast<std::ptrdiff_t>(i);
            if (std::any_of(credential.fields.begin(), end,
                            [&](const RawField& other) { return other.key == field.key; })) {
                error(field.key_span, "IMC008", "a field that the credential already has",
                      "keep one of them; a value with ';' in it is put into quotes");
            }
            check_value(field);
        }
    }

    /// What a server would read otherwise than it is written.
    void check_value(const RawField& field) {
        constexpr std::string_view k_edges = " \t\r\n";
        const std::string& value = field.value;
        if (value.empty()) {
            return;
        }
        const auto is_edge = [&](std::string_view text) {
            return k_edges.find(text.front()) != std::string_view::npos;
        };
        const bool begins = is_edge(value) || value.compare(0, 2, "\xC2\xA0") == 0;
        const bool ends = is_edge(std::string_view(value).substr(value.size() - 1)) ||
                          (value.size() > 1 && value.compare(value.size() - 2, 2, "\xC2\xA0") == 0);
        if (begins || ends) {
            error(field.value_span, "IMC015",
                  "a value that begins or ends with a blank cannot be sent: servers drop it",
                  "remove the blank");
        }
        if (value.find("\\n") != std::string::npos) {
            error(field.value_span, "IMC015",
                  "a value with a backslash before an n cannot be sent: servers take it for a line "
                  "end",
                  "choose another value");
        }
        for (const std::string_view word : {"file(", "command("}) {
            if (value.compare(0, word.size(), word) == 0 && value.back() == ')') {
                error(field.value_span, "IMC015",
                      fmt::format("a value of the form {}...) cannot be sent: servers would read "
                                  "files of their own",
                                  word),
                      "choose another value");
            }
        }
        check_characters(field);
    }

    void check_characters(const RawField& field) {
        const std::string& value = field.value;
        if (!is_utf8(value)) {
            error(field.value_span, "IMC003", "a value that is not UTF-8",
                  "write it as UTF-8 text; binary data in base64");
            return;
        }
        bool control = false;
        bool foreign = false;
        for (std::size_t i = 0; i < value.size(); ++i) {
            const auto byte = static_cast<unsigned char>(value[i]);
            control |= (byte < 0x20 && byte != '\t' && byte != '\n') || byte == 0x7f ||
                       (byte == 0xC2 && static_cast<unsigned char>(value[i + 1]) < 0xA0);
            foreign |= byte > 0xC3;
        }
        if (control) {
            error(field.value_span, "IMC004",
                  "a value with a control character, which no header can hold", "remove it");
        }
        if (foreign) {
            error(field.value_span, "IMC005",
                  "a value with a character outside of Latin-1, which no header can hold",
                  "use only characters up to U+00FF");
        }
    }

    void check_type(const RawCredential& credential) {
        if (!credential.is_complete) {
            return; // what is missing may stand in the part that could not be read
        }
        const RawField* type = find(credential, "type");
        if (type == nullptr || type->value.empty()) {
            error(credential.span, "IMC020", "a credential without a type",
                  "add type = InfrastructureManager, EC2, OSCAR, ...");
            return;
        }
        const std::vector<TypeRule>& rules = type_rules();
        const auto rule = std::find_if(rules.begin(), rules.end(), [&](const TypeRule& item) {
            return item.type == type->value;
        });
        if (rule != rules.end()) {
            check_needed(credential, *rule);
            return;
        }
        if (std::find(k_other_types.begin(), k_other_types.end(), type->value) ==
            k_other_types.end()) {
            const std::optional<std::string> close = closest_name(type->value, known_types());
            warn(type->value_span, "IMC021", "an unknown type of credential",
                 close ? fmt::format("did you mean {}?", *close)
                       : fmt::format("known types: {}", fmt::join(known_types(), ", ")));
        }
    }

    void check_needed(const RawCredential& credential, const TypeRule& rule) {
        for (std::string_view needed : rule.needed) {
            const std::string words(needed);
            bool found = false;
            while (!needed.empty() && !found) {
                const std::size_t end = needed.find('|');
                found = !value_of(credential, needed.substr(0, end)).empty();
                needed =
                    end == std::string_view::npos ? std::string_view{} : needed.substr(end + 1);
            }
            if (!found) {
                std::string text = words;
                for (std::size_t at = text.find('|'); at != std::string::npos;
                     at = text.find('|')) {
                    text.replace(at, 1, " or ");
                }
                error(credential.span, "IMC022",
                      fmt::format("a credential of type {} needs {}", rule.type, text),
                      fmt::format("add {} = ...", words.substr(0, words.find('|'))));
            }
        }
    }

    void check_id(const RawCredential& credential) {
        const RawField* id = find(credential, "id");
        if (id == nullptr) {
            const std::string_view type = value_of(credential, "type");
            if (type != k_im && type != "DeployedNode" && !type.empty()) {
                warn(credential.span, "IMC028", "a credential without an id",
                     "add id = NAME, so that documents and messages can name it");
            }
            return;
        }
        if (id->value.empty() || std::isalpha(static_cast<unsigned char>(id->value.front())) == 0 ||
            !is_field_name(id->value)) {
            error(id->value_span, "IMC023",
                  "an id must begin with a letter; letters, digits, '.', '_' and '-' may follow");
            return;
        }
        const auto [first, is_new] = m_ids.emplace(id->value, id->value_span);
        if (!is_new) {
            Diagnostic diagnostic =
                auth_error(id->value_span, "IMC024", "an id that another credential has",
                           "give each credential an id of its own");
            diagnostic.notes.push_back({"the other one is here", first->second});
            m_errors.push_back(std::move(diagnostic));
        }
    }

    void check_manager(const std::string& file) {
        const RawCredential* manager = nullptr;
        bool is_certain = m_auth.is_complete;
        for (const RawCredential& credential : m_credentials) {
            if (value_of(credential, "type") != k_im) {
                is_certain = is_certain && credential.is_complete;
                continue;
            }
            if (manager != nullptr) {
                warn(credential.span, "IMC026",
                     "a second credential of type InfrastructureManager is not used",
                     "remove the one that is not yours");
            }
            manager = manager == nullptr ? &credential : manager;
        }
        if (manager == nullptr && is_certain) {
            error({file, 0, 0, 0}, "IMC025", "no credential of type InfrastructureManager",
                  "add a line: id = im; type = InfrastructureManager; username = ...; password = "
                  "...");
        }
    }

    void check_order() {
        const RawCredential* ec2 = nullptr;
        for (const RawCredential& credential : m_credentials) {
            const std::string_view type = value_of(credential, "type");
            if (type == "EC2") {
                ec2 = &credential;
            } else if (ec2 != nullptr && std::find(k_no_clouds.begin(), k_no_clouds.end(), type) ==
                                             k_no_clouds.end()) {
                warn(ec2->span, "IMC027",
                     "EC2 stands before other providers: the Infrastructure Manager takes the "
                     "first one that can serve a request, and EC2 can serve many",
                     "move the line of EC2 to the end");
                return;
            }
        }
    }

    const RawAuth& m_auth;
    const std::vector<RawCredential>& m_credentials;
    std::vector<Diagnostic>& m_errors;
    Reporter& m_reporter;
    std::map<std::string, Span> m_ids;
};

} // namespace

void check_credentials(const std::string& file,
                       const RawAuth& auth,
                       std::vector<Diagnostic>& errors,
                       Reporter& reporter) {
    Checker(auth, errors, reporter).check(file);
}

bool is_public_field(const std::string& type, const std::string& key) {
    constexpr std::array<std::string_view, 17> k_public = {
        "host",         "tenant",         "tenant_id",    "project",   "domain",
        "auth_version", "service_region", "service_name", "base_url",  "network_url",
        "image_url",    "volume_url",     "vo",           "namespace", "region",
        "api_version",  "provider"};
    if (key == "username") {
        return type != "EC2" && type != "Lambda"; // half of a pair of keys there
    }
    return std::find(k_public.begin(), k_public.end(), key) != k_public.end();
}

} // namespace aisprint::clients
