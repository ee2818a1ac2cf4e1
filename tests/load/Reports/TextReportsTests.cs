using System.Globalization;
using NBomber.Contracts.Stats;
using PointsMall.LoadTests.Runner.Reports;

namespace PointsMall.Tests.Load.Reports;

/// <summary>The text reports of a small run, character by character. The expected files lie in Reports/Expected.</summary>
public sealed class TextReportsTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("reports");

    public void Dispose() => _folder.Delete(recursive: true);

    [Theory]
    [InlineData(ReportFormat.Txt, "small.txt")]
    [InlineData(ReportFormat.Md, "small.md")]
    [InlineData(ReportFormat.Csv, "small.csv")]
    public void A_small_run_reads_as_expected(ReportFormat format, string name)
    {
        var paths = ReportFiles.Write(SmallReport.Make(), _folder.FullName, "small", [format]);

        Assert.Equal([Path.Combine(_folder.FullName, name)], paths);
        Assert.Equal(Expected(name), File.ReadAllText(paths[0]));
    }

    [Fact]
    public void Each_format_is_written_once_into_a_folder_that_is_made()
    {
        var folder = Path.Combine(_folder.FullName, "a", "b");

        var paths = ReportFiles.Write(
            SmallReport.Make(),
            folder,
            "run",
            [ReportFormat.Md, ReportFormat.Txt, ReportFormat.Md]
        );

        Assert.Equal(["run.md", "run.txt"], paths.Select(Path.GetFileName));
        Assert.All(paths, path => Assert.True(File.Exists(path)));
    }

    [Fact]
    public void NBombers_columns_come_first_and_each_row_fills_all()
    {
        var lines = CsvReport.Write(SmallReport.Make()).TrimEnd().Split('\n');

        Assert.StartsWith(
            "test_suite,test_name,scenario,duration,step_name,request_count,ok,failed,rps,min,mean,max,50_percent,75_percent,95_percent,99_percent,std_dev,"
                + "data_transfer_min_kb,data_transfer_mean_kb,data_transfer_max_kb,data_transfer_all_mb,",
            lines[0],
            StringComparison.Ordinal
        );
        Assert.Equal(3, lines.Length);
        // The test's name has a comma of its own.
        Assert.All(lines[1..], line => Assert.Equal(lines[0].Count(',') + 1, line.Count(',')));
    }

    [Fact]
    public void Numbers_do_not_follow_the_machines_culture()
    {
        var before = CultureInfo.CurrentCulture;
        try
        {
            CultureInfo.CurrentCulture = CultureInfo.GetCultureInfo("de-DE");
            Assert.Equal(Expected("small.txt"), TextReport.Write(SmallReport.Make()));
            Assert.Equal(Expected("small.csv"), CsvReport.Write(SmallReport.Make()));
        }
        finally
        {
            CultureInfo.CurrentCulture = before;
        }
    }

    [Fact]
    public void A_generator_that_kept_its_pace_is_not_blamed()
    {
        var small = SmallReport.Make();
        var scenario = small.Scenarios[0] with { Pace = new(1000, 1000, 0, 0, 5, 1, Kept: true) };

        var text = TextReport.Write(small with { Scenarios = [scenario] });

        Assert.Contains("The generator kept its pace", text, StringComparison.Ordinal);
        Assert.DoesNotContain("bottleneck", text, StringComparison.Ordinal);
    }

    private static string Expected(string name)
    {
        using var stream = typeof(TextReportsTests).Assembly.GetManifestResourceStream(name)!;
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}
