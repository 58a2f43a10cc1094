// SPDX-License-Identifier: Apache-2.0
#include "aisprint/profiling/report.hpp"

#include "aisprint/base/files.hpp"
#include "aisprint/base/process.hpp"

#include "sample_report.hpp"
#include "svg_chart.hpp"
#include "svg_gantt.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>

namespace aisprint::profiling {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

std::size_t count(const std::string& text, const std::string& part) {
    std::size_t found = 0;
    for (std::size_t at = text.find(part); at != std::string::npos;
         at = text.find(part, at + part.size())) {
        ++found;
    }
    return found;
}

const Report& sample() {
    static const Report report = make_report(tests::sample_report(1500));
    return report;
}

TEST(Report, SameDataGiveTheSameBytes) {
    const Report again = make_report(tests::sample_report(1500));
    EXPECT_EQ(again.html, sample().html);
    EXPECT_EQ(again.pictures, sample().pictures);
}

TEST(Report, NeedsNoNetworkAndNoScript) {
    std::string all = sample().html;
    for (const auto& [name, text] : sample().pictures) {
        all += text;
    }
    const std::string name_space = "http://www.w3.org/2000/svg";
    EXPECT_EQ(count(all, "://"), count(all, name_space));
    for (const char* part : {"<script", "<link", "<img", "@import", "url(", "src="}) {
        EXPECT_EQ(count(all, part), 0U) << part;
    }
    EXPECT_THAT(sample().html, HasSubstr("prefers-color-scheme:dark"));
}

TEST(Report, EscapesWhatItIsGiven) {
    EXPECT_THAT(sample().html, HasSubstr("<h1>Test_campaign &lt;1&gt; &amp; &quot;2&quot;</h1>"));
    EXPECT_THAT(sample().html, HasSubstr("<li>&lt;script&gt;no&lt;/script&gt;</li>"));
    EXPECT_THAT(sample().html, HasSubstr("a reason with &lt;markup&gt; &amp; more"));
    EXPECT_THAT(sample().html, HasSubstr("<title>job-0&lt;&amp;&gt;, Wait "));
}

TEST(Report, IsWellFormedXml) {
    const fs::path folder = fs::path(testing::TempDir()) / "report_xml";
    fs::remove_all(folder);
    fs::create_directories(folder);
    ASSERT_TRUE(write_file_atomic(folder / "page.xml", sample().html));
    std::size_t number = 0;
    for (const auto& [name, text] : sample().pictures) {
        ASSERT_TRUE(write_file_atomic(folder / (std::to_string(++number) + ".xml"), text));
    }
    ProcessRequest request;
    request.command = {"python3", "-c",
                       "import sys, pathlib, xml.etree.ElementTree as tree\n"
                       "files = sorted(pathlib.Path(sys.argv[1]).glob('*.xml'))\n"
                       "for file in files: tree.parse(file)\n"
                       "print(len(files))",
                       folder.string()};
    const auto result = run_process(request);
    ASSERT_TRUE(result);
    if (result->exit_code == k_program_not_found) {
        GTEST_SKIP() << "there is no python3";
    }
    EXPECT_EQ(result->exit_code, 0) << result->standard_error;
    EXPECT_EQ(result->standard_output, std::to_string(sample().pictures.size() + 1) + "\n");
    fs::remove_all(folder);
}

TEST(Report, HasAPictureOfEachPlot) {
    const auto& pictures = sample().pictures;
    EXPECT_EQ(pictures.size(), 2U + 3U + 36U);
    EXPECT_EQ(pictures.count("blurry-faces-onnx_response_time.svg"), 1U);
    EXPECT_EQ(pictures.count("C2@VM2_predicted_measured.svg"), 1U);
    EXPECT_EQ(pictures.count("Gantts/C1@VM2_Run #12.svg"), 1U);
    EXPECT_EQ(count(sample().html, "<svg "), pictures.size());
    EXPECT_EQ(count(sample().html, "<details class=\"run\">"), 36U);
}

TEST(Report, SummaryTellsMeansIntervalsAndMarks) {
    ReportData data;
    data.title = "t";
    ReportUnit unit;
    unit.id = "C1@VM1";
    unit.component = "c";
    unit.resource = "VM1";
    for (std::size_t repetition = 0; repetition < 2; ++repetition) {
        JobRecord job;
        job.name = "j";
        job.job_create = Moment(std::chrono::seconds(10));
        job.job_finish = Moment(std::chrono::seconds(repetition == 0 ? 12 : 14));
        unit.runs.push_back({repetition + 1, 0, repetition, 4, {job}});
    }
    unit.health[2] = {"late"};
    unit.model = "NNLS";
    unit.predictions = {{4, 0.5, 2.5, {}, {}}, {9, 9, 9, {}, {}}};
    data.units = {unit};
    const std::string html = make_report(data).html;
    // Mean of 2 s and 4 s; 3 +- 12.7062 s, cut at 0.
    EXPECT_THAT(html,
                HasSubstr("<td rowspan=\"1\"><a href=\"#unit-1\">C1@VM1</a></td>"
                          "<td rowspan=\"1\">VM1</td><td class=\"n\">4</td><td class=\"n\">2</td>"
                          "<td class=\"n\">3 s</td><td class=\"n\">0 to 15.71 s</td>"
                          "<td class=\"n\">0.375</td><td><span class=\"mark\">1 degraded</span>"
                          "</td><td rowspan=\"1\">NNLS, error 25.0 %</td></tr>"));
    EXPECT_THAT(html, HasSubstr("<p>1 unit, 2 runs, 2 jobs; degraded runs: 1, outliers: 0</p>"));
    EXPECT_THAT(html, HasSubstr("<p>Mean error of 1 prediction: 25.0 %</p>"));
    EXPECT_THAT(html, HasSubstr("Predictions without a measurement: 1"));
    EXPECT_THAT(html, HasSubstr("<span class=\"mark\">degraded</span> late."));
}

TEST(Report, MarksOutliers) {
    EXPECT_THAT(sample().html, HasSubstr("<span class=\"mark\">1 outlier</span>"));
    EXPECT_THAT(sample().pictures.at("mask-detector-onnx_response_time.svg"),
                HasSubstr("class=\"outlier\""));
    EXPECT_THAT(sample().pictures.at("mask-detector-onnx_response_time.svg"),
                HasSubstr("class=\"degraded\""));
}

TEST(Report, EmptyCampaignsAndUnitsArePages) {
    ReportData data;
    EXPECT_THAT(make_report(data).html, HasSubstr("<h1>Profiling campaign</h1>"));
    data.units = {ReportUnit{}};
    data.units[0].runs = {ServiceRun{}};
    EXPECT_THAT(make_report(data).html, HasSubstr("no job has ended"));
}

TEST(Report, FilesStayInTheirFolder) {
    ReportData data;
    data.units = {ReportUnit{}, ReportUnit{}};
    data.units[0].component = "../a";
    data.units[1].component = "?./a";
    std::vector<std::string> names;
    for (const auto& [name, text] : make_report(data).pictures) {
        names.push_back(name);
    }
    EXPECT_EQ(names,
              (std::vector<std::string>{"_.._a_response_time.svg", "_._a_response_time.svg"}));
}

TEST(Report, ManyJobsMakeNoBigPage) {
    EXPECT_LT(make_report(tests::sample_report(100000)).html.size(), 2000000U);
    // 200 runs of 500 jobs are too many to have bars of their own.
    ReportData data;
    data.units = {tests::sample_report(500).units[0]};
    const ServiceRun run = data.units[0].runs[11];
    data.units[0].runs.assign(200, run);
    data.units[0].predictions.clear();
    EXPECT_LT(make_report(data).html.size(), 20000000U);
}

TEST(Gantt, DrawsTheJobsInOrderOfStart) {
    ServiceRun run;
    const auto add = [&](const char* name, int create, int start, int finish) {
        JobRecord job;
        job.name = name;
        job.job_create = Moment(std::chrono::seconds(create));
        job.pod_create = job.job_create;
        job.job_start = Moment(std::chrono::seconds(start));
        job.script_start = job.job_start;
        job.script_end = Moment(std::chrono::seconds(finish));
        job.job_finish = job.script_end;
        run.jobs.push_back(job);
    };
    add("late", 4, 5, 8);
    add("early", 0, 2, 8);
    run.jobs.push_back({});
    run.jobs.back().name = "never";
    const std::string drawn = draw_gantt(run, "t", 500).content;
    EXPECT_LT(drawn.find(">early<"), drawn.find(">late<"));
    EXPECT_THAT(drawn, HasSubstr("t (not drawn, since nothing is known of their times: 1)"));
    // 8 s over 784 pixels: 98 for a second, from pixel 64 on.
    EXPECT_THAT(drawn, HasSubstr("<path d=\"M260.0 73.6h588.00v12.8h-588.00z"
                                 "M554.0 89.6h294.00v12.8h-294.00z\" class=\"comp\"/>"));
    EXPECT_THAT(drawn, HasSubstr("<title>early, Wait 0 s, Pod creation 2 s, Overhead 0 s, "
                                 "Compute 6 s, Write back 0 s</title>"));
}

TEST(Gantt, UnknownMomentsMakeOneStretch) {
    ServiceRun run;
    JobRecord job;
    job.name = "j";
    job.job_create = Moment(std::chrono::seconds(1));
    job.job_finish = Moment(std::chrono::seconds(3));
    job.status = JobStatus::timed_out;
    run.jobs = {job};
    const std::string drawn = draw_gantt(run, "t", 500).content;
    EXPECT_THAT(drawn, HasSubstr("<title>j, Job 2 s, TimedOut</title>"));
    EXPECT_THAT(drawn, HasSubstr("class=\"failed\"/>"));
}

TEST(Gantt, ManyJobsBecomeTheirNumberOverTime) {
    ServiceRun run;
    for (int i = 0; i < 40; ++i) {
        JobRecord job;
        job.job_create = Moment(std::chrono::seconds(0));
        job.job_finish = Moment(std::chrono::seconds(i < 10 ? 6 : 3));
        run.jobs.push_back(job);
    }
    const std::string drawn = draw_gantt(run, "t", 39).content;
    EXPECT_THAT(drawn, HasSubstr("Jobs at a time"));
    // An axis to 40: forty jobs fill it, ten of them a quarter of its 220 pixels from 72 on.
    EXPECT_THAT(drawn, HasSubstr("V72.0H456.0V237.0H459.3"));
    EXPECT_LT(draw_gantt(run, "t", 39).content.size(), 8000U);
}

TEST(Axes, EndAtRoundNumbers) {
    EXPECT_DOUBLE_EQ(make_axis(9.3, 5, 0).high, 10);
    EXPECT_DOUBLE_EQ(make_axis(0.83, 5, 0).step, 0.2);
    EXPECT_DOUBLE_EQ(make_axis(3, 8, 1).step, 1);
    EXPECT_EQ(make_axis(0, 5, 0).ticks().size(), 6U);
    EXPECT_EQ(make_axis(1e300, 5, 0).ticks().size(), 6U);
}

TEST(Chart, PlacesPointsAndIntervals) {
    Chart chart{"t", "x", "y", 1, Diagonal::no, {}};
    chart.series.push_back({"a", {{2, 5, 4, 6, PointKind::mean, "tip"}}});
    // Plot from 56 to 664 and from 72 to 372, axes to 2 and 6.
    const std::string drawn = draw_chart(chart).content;
    EXPECT_THAT(drawn, HasSubstr("<title>tip</title><path d=\"M660.0 172.0H668.0M660.0 72.0H668.0"
                                 "M664.0 172.0V72.0\" class=\"bar\"/>"
                                 "<circle cx=\"664.0\" cy=\"122.0\" r=\"4.5\" class=\"mean\"/>"));
}

} // namespace
} // namespace aisprint::profiling
