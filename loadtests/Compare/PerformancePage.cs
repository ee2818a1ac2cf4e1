namespace PointsMall.LoadTests.Compare;

/// <summary>A page of which one part is written by the comparison: what is between two marks.</summary>
internal static class PerformancePage
{
    public const string Begin = "<!-- written by ./mall bench compare -->";
    public const string End = "<!-- end of what ./mall bench compare writes -->";

    /// <summary>Puts the text between the marks; a page without them gets them at its end.</summary>
    public static string With(string page, string text)
    {
        var block = $"{Begin}\n\n{text.Trim()}\n\n{End}";
        var begin = page.IndexOf(Begin, StringComparison.Ordinal);
        var end = page.IndexOf(End, StringComparison.Ordinal);
        if (begin >= 0 && end > begin)
        {
            return page[..begin] + block + page[(end + End.Length)..];
        }
        return page.Length == 0 ? block + "\n" : $"{page.TrimEnd()}\n\n{block}\n";
    }

    public static async Task Write(string path, string text)
    {
        var page = File.Exists(path) ? await File.ReadAllTextAsync(path) : "";
        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
        await File.WriteAllTextAsync(path, With(page, text));
    }
}
