// SPDX-License-Identifier: Apache-2.0
#include "toscarizer_options.hpp"

namespace aisprint::cli {

Command toscarizer_command() {
    return {"toscarizer",
            "Build images, write TOSCA and FDL, deploy.",
            CommandGroup::guide,
            {"aisprint toscarizer docker --application_dir my_app --registry docker.io "
             "--registry_folder me",
             "aisprint toscarizer tosca --application_dir my_app --optimal",
             "toscarizer deploy --application_dir my_app --optimal --plan"},
            "",
            nullptr,
            {toscarizer_docker_command(), toscarizer_tosca_command(), toscarizer_fdl_command(),
             toscarizer_validate_command(), toscarizer_deploy_command(),
             toscarizer_status_command(), toscarizer_outputs_command(),
             toscarizer_delete_command()},
            {}};
}

} // namespace aisprint::cli
