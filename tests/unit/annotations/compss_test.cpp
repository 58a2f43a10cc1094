// SPDX-License-Identifier: Apache-2.0
#include "aisprint/annotations/compss.hpp"

#include "annotations_support.hpp"

#include <gmock/gmock.h>

namespace aisprint::annotations {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using testing::messages;
using testing::read;
using testing::Reading;

/// A component whose main has the body given.
std::string component(const std::string& body, const std::string& header = {}) {
    return "import subprocess\nfrom aisprint.annotations import annotation\n" + header +
           "@annotation({'component_name': {'name': 'train'}, 'exec_time': "
           "{'local_time_thr': 60}})\ndef main(args):\n" +
           body;
}

CompssUse use_of(const Reading& reading) {
    if (!reading.script || !reading.script->compss) {
        ADD_FAILURE() << (reading.script ? "no use of COMPSs" : messages(reading.script.error()));
        return {};
    }
    return *reading.script->compss;
}

TEST(Compss, ReadsTheAgentCall) {
    const Reading reading =
        read(component("    process = subprocess.Popen([\n"
                       "        '/opt/COMPSs/Runtime/scripts/user/compss_agent_call_operation',\n"
                       "        '--master_node=127.0.0.1', '--master_port=46101',  # the agent\n"
                       "        '--lang=python', '--method_name=train_all', '--stop',\n"
                       "        'kmeans_tasks', args['input'], args['output']])\n"
                       "    process.wait()\n",
                       "from pycomps.api.task import task\nimport dislib as ds\n"));
    const CompssUse use = use_of(reading);
    EXPECT_THAT(use.imports, ElementsAre("dislib", "pycomps.api.task"));
    EXPECT_EQ(use.module, "kmeans_tasks");
    EXPECT_EQ(use.method, "train_all");
    EXPECT_EQ(use.host, "127.0.0.1");
    EXPECT_EQ(use.port, 46101);
    EXPECT_FALSE(use.started_without_waiting);
    EXPECT_THAT(reading.warning_codes(), IsEmpty());
}

TEST(Compss, ReadsCommandLinesInOneString) {
    const std::string options = "compss_agent_call_operation --master_node=10.0.0.7 "
                                "--master_port={PORT} --method_name=run --stop tasks ";
    const Reading formatted = read(component(
        "    subprocess.run(f'" + options + "{args[\"input\"]}', shell=True)\n", "PORT = 46101\n"));
    EXPECT_EQ(use_of(formatted).module, "tasks");
    EXPECT_EQ(use_of(formatted).port, 46101);
    EXPECT_EQ(use_of(formatted).host, "10.0.0.7");
    const Reading added = read(component("    command = '/x/compss_agent_call_operation ' + "
                                         "'--method_name=run ' + MODULE + ' ' + args['input']\n"
                                         "    subprocess.check_call(command.split())\n",
                                         "MODULE = 'tasks'\n"));
    EXPECT_EQ(use_of(added).module, "tasks");
    EXPECT_EQ(use_of(added).method, "run");
    EXPECT_FALSE(use_of(added).host);
}

TEST(Compss, LeavesOutWhatIsNotKnown) {
    const Reading reading = read(component(
        "    subprocess.run(['compss_agent_call_operation', '--master_node=' + args['node'],\n"
        "                    '--master_port', '46101', '--method_name=run', name(), 'x'])\n"));
    const CompssUse use = use_of(reading);
    EXPECT_FALSE(use.host);
    EXPECT_EQ(use.port, 46101);
    EXPECT_FALSE(use.module);
    EXPECT_EQ(use.method, "run");
}

TEST(Compss, WarnsWhenNobodyWaits) {
    const Reading popen = read(
        component("    subprocess.Popen(['compss_agent_call_operation', '--stop', 'tasks'])\n"));
    EXPECT_THAT(popen.warning_codes(), ElementsAre("ANN072"));
    ASSERT_TRUE(use_of(popen).started_without_waiting);
    EXPECT_EQ(use_of(popen).started_without_waiting->line, 5U);
    const Reading shell =
        read(component("    import os\n    os.system('compss_agent_call_operation "
                       "--stop tasks in out &')\n"));
    EXPECT_THAT(shell.warning_codes(), ElementsAre("ANN072"));
    const Reading with =
        read(component("    with subprocess.Popen(['compss_agent_call_operation', 'tasks']) as p:\n"
                       "        pass\n"));
    EXPECT_THAT(with.warning_codes(), IsEmpty());
}

TEST(Compss, ListsTaskFunctions) {
    const Reading reading = read(component("    pass\n", "from pycompss.api.task import task\n"
                                                         "@task(returns=1)\ndef one(x): return x\n"
                                                         "@task\ndef two(x): return x\n"
                                                         "@other\ndef three(x): return x\n"));
    EXPECT_THAT(use_of(reading).task_functions, ElementsAre("one", "two"));
    const auto names = read_task_functions(
        SourceFile("tasks.py", "import pycompss.api.task as t\n@t.task()\ndef f(): pass\n"));
    ASSERT_TRUE(names);
    EXPECT_THAT(*names, ElementsAre("f"));
    EXPECT_FALSE(read_task_functions(SourceFile("tasks.py", "def f(:\n")));
}

TEST(Compss, IsNotSeenInComments) {
    const Reading reading = read(component("    'compss_agent_call_operation is not used'\n"
                                           "    # compss_agent_call_operation\n"));
    ASSERT_TRUE(reading.script);
    EXPECT_FALSE(reading.script->compss);
}

} // namespace
} // namespace aisprint::annotations
