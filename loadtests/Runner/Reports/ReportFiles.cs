using System.Text;
using NBomber.Contracts.Stats;

namespace PointsMall.LoadTests.Runner.Reports;

/// <summary>Writes a run's report files.</summary>
public static class ReportFiles
{
    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false);

    /// <summary>Makes the folder, writes one file a format, <c>fileName</c> with the format's extension, and returns their paths.</summary>
    public static IReadOnlyList<string> Write(
        RunReport report,
        string folder,
        string fileName,
        IReadOnlyList<ReportFormat> formats
    )
    {
        ArgumentNullException.ThrowIfNull(report);
        ArgumentNullException.ThrowIfNull(formats);
        Directory.CreateDirectory(folder);
        List<string> paths = [];
        foreach (var format in formats.Distinct())
        {
            var (extension, text) = format switch
            {
                ReportFormat.Txt => ("txt", TextReport.Write(report)),
                ReportFormat.Html => ("html", Html.HtmlReport.Write(report)),
                ReportFormat.Csv => ("csv", CsvReport.Write(report)),
                ReportFormat.Md => ("md", MarkdownReport.Write(report)),
                _ => throw new ArgumentOutOfRangeException(nameof(formats), format, null),
            };
            var path = Path.Combine(folder, $"{fileName}.{extension}");
            File.WriteAllText(path, text, Utf8);
            paths.Add(path);
        }
        return paths;
    }
}
