// SPDX-License-Identifier: Apache-2.0
// Runs components and their generated segments with Python and compares what they write. The
// package is the one that components get; only the model is played by a few lines of arithmetic.
#include "aisprint/base/files.hpp"
#include "aisprint/design/segment_code.hpp"

#include "segment_code_samples.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <string>

namespace aisprint::design {
namespace {

namespace fs = std::filesystem;

constexpr const char* k_model = R"(import os
def load_and_inference(onnx_file, input_dict):
    name = os.path.basename(onnx_file)
    data = {k: v for k, v in input_dict.items() if k not in ('x', 't')}
    if name == 'net.onnx':
        data['y'] = 2 * input_dict['x'] + 1
        return data, [data['y']]
    assert name.startswith('partition1_'), name
    number = int(name[len('partition1_'):-len('.onnx')])
    if os.environ.get('EXITS'):
        data['t'] = input_dict['x'] if number == 1 else input_dict['t'] + 2
        return data, [data['t'] + (number == 3)]
    if number == 1:
        data['t'] = 2 * input_dict['x']
        return data, [data['t']]
    data['y'] = input_dict['t'] + 1
    return data, [data['y']]
)";

bool runs(const std::string& command) {
    return std::system(command.c_str()) == 0;
}

/// A folder with the package and a component's programs.
class PythonRun : public ::testing::Test {
protected:
    void SetUp() override {
        if (!runs("python3 -c 'import sys; sys.exit(sys.version_info < (3, 10))' 2>/dev/null")) {
            GTEST_SKIP() << "needs python3, version 3.10 or later";
        }
        const fs::path package = fs::path(AISPRINT_SOURCE_DIR) / "templates/python/aisprint";
        for (const char* const folder : {"lib", "in", "mid", "out"}) {
            ASSERT_TRUE(make_directories(m_scratch.path() / folder));
        }
        fs::copy(package, m_scratch.path() / "lib/aisprint", fs::copy_options::recursive);
        write("lib/aisprint/onnx_inference.py", k_model);
    }

    void write(const std::string& name, const std::string& text) {
        const fs::path path = m_scratch.path() / name;
        ASSERT_TRUE(remove_tree(path));
        ASSERT_TRUE(write_new_file(path, text));
    }

    std::string read(const std::string& name) {
        const Result<std::string> text = read_file(m_scratch.path() / name);
        return text ? *text : "(no file " + name + ")";
    }

    bool exists(const std::string& name) { return fs::exists(m_scratch.path() / name); }

    /// Runs a program on an input and an output; says whether it went well.
    bool run(const std::string& program, const std::string& input, const std::string& output) {
        return runs("cd '" + m_scratch.path().string() +
                    "' && PYTHONPATH=lib python3 -B -W error::SyntaxWarning " + program + " -i " +
                    input + " -o " + output + " > log.txt 2>&1");
    }

    ScratchDirectory m_scratch;
};

SegmentCodeOptions options() {
    SegmentCodeOptions result;
    result.onnx_file = "net.onnx";
    return result;
}

TEST_F(PythonRun, HalvesDoWhatTheWholeDoes) {
    write("in/picture.txt", "20");
    for (const testing::Sample& sample : testing::partition_samples()) {
        SCOPED_TRACE(sample.name);
        const SourceFile source("main.py", sample.text);
        const Result<std::string> first = make_first_segment(source, options());
        const Result<std::string> last = make_last_segment(source, options());
        ASSERT_TRUE(first && last);
        write("whole.py", sample.text);
        write("first.py", *first);
        write("last.py", *last);
        ASSERT_TRUE(run("whole.py", "in/picture.txt", "out/whole.txt")) << read("log.txt");
        ASSERT_TRUE(run("first.py", "in/picture.txt", "mid/picture.txt")) << read("log.txt");
        ASSERT_TRUE(run("last.py", "mid/picture.txt", "out/any.txt")) << read("log.txt");
        EXPECT_EQ(read("out/whole.txt"), "img 41\n");
        EXPECT_EQ(read("out/picture.txt"), "img 41\n");
        ASSERT_TRUE(remove_tree(m_scratch.path() / "out/picture.txt"));
    }
}

TEST_F(PythonRun, PickledHalvesDoSoToo) {
    SegmentCodeOptions pickle = options();
    pickle.container = SegmentContainer::pickle;
    const SourceFile source("main.py", testing::k_plain);
    write("in/picture.txt", "3");
    write("first.py", make_first_segment(source, pickle).value());
    write("last.py", make_last_segment(source, pickle).value());
    ASSERT_TRUE(run("first.py", "in/picture.txt", "mid/picture.txt")) << read("log.txt");
    ASSERT_TRUE(run("last.py", "mid/picture.txt", "out/any.txt")) << read("log.txt");
    EXPECT_EQ(read("out/picture.txt"), "img 7\n");
}

TEST_F(PythonRun, ExitsLeaveAtTheRightSegment) {
    ASSERT_EQ(setenv("EXITS", "1", 1), 0);
    const SourceFile source("main.py", testing::k_exits);
    const Result<std::vector<std::string>> texts =
        make_exit_segments(source, options(), "leave", 2);
    ASSERT_TRUE(texts);
    for (std::size_t i = 0; i < texts->size(); ++i) {
        write("segment" + std::to_string(i + 1) + ".py", (*texts)[i]);
    }
    write("in/even.jpg", "4");
    ASSERT_TRUE(run("segment1.py", "in/even.jpg", "mid/even.jpg")) << read("log.txt");
    EXPECT_EQ(read("mid/even.jpg"), "img\n  4\n");
    EXPECT_FALSE(exists("mid/even.jpg_NO_EARLYEXIT"));

    write("in/odd.jpg", "5");
    ASSERT_TRUE(run("segment1.py", "in/odd.jpg", "mid/odd.jpg")) << read("log.txt");
    EXPECT_FALSE(exists("mid/odd.jpg"));
    ASSERT_TRUE(run("segment2.py", "mid/odd.jpg_NO_EARLYEXIT", "mid/any")) << read("log.txt");
    EXPECT_FALSE(exists("mid/odd.jpg"));
    ASSERT_TRUE(run("segment3.py", "mid/odd.jpg_NO_EARLYEXIT", "out/any")) << read("log.txt");
    EXPECT_EQ(read("out/odd.jpg"), "img\n  10\n");
    ASSERT_EQ(unsetenv("EXITS"), 0);
}

} // namespace
} // namespace aisprint::design
