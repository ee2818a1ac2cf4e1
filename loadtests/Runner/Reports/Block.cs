namespace PointsMall.LoadTests.Runner.Reports;

/// <summary>A piece of a report that is read from top to bottom. The console, txt and md write the same blocks in their own ways.</summary>
internal abstract record Block
{
    /// <summary>A part of the report, as in NBomber's: test info, scenario stats, ok stats.</summary>
    public sealed record Heading(string Text) : Block;

    /// <summary>Names and values, one a line.</summary>
    public sealed record Facts(IReadOnlyList<Fact> Items) : Block;

    /// <summary>Sentences, one a line.</summary>
    public sealed record Lines(IReadOnlyList<string> Items) : Block;

    public sealed record Table(
        IReadOnlyList<Column> Columns,
        IReadOnlyList<IReadOnlyList<string>> Rows
    ) : Block;

    /// <summary>The last word: passed or failed.</summary>
    public sealed record Result(bool Passed) : Block
    {
        public string Text => Passed ? "PASSED" : "FAILED";
    }
}

/// <param name="Title">With its unit.</param>
/// <param name="IsNumber">Numbers are aligned to the right.</param>
internal readonly record struct Column(string Title, bool IsNumber)
{
    public static Column Text(string title) => new(title, IsNumber: false);

    public static Column Number(string title) => new(title, IsNumber: true);
}
