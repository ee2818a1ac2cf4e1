namespace PointsMall.LoadTests.Runner.Reports.Html;

/// <summary>A table in a box that scrolls sideways by itself, so that the page never does.</summary>
internal static class HtmlTable
{
    /// <param name="caption">What it shows; read aloud and shown above.</param>
    public static Markup Of(
        string caption,
        IReadOnlyList<Column> columns,
        IEnumerable<IReadOnlyList<Markup>> rows
    ) => Of(caption, columns, Markup.None, rows);

    /// <param name="groups">A row of headings above the columns' own.</param>
    public static Markup Of(
        string caption,
        IReadOnlyList<Column> columns,
        Markup groups,
        IEnumerable<IReadOnlyList<Markup>> rows
    ) =>
        Markup.Of(
            $"""
            <div class="table"><h3>{caption}</h3>
            <div class="scroll" tabindex="0" role="region" aria-label="{caption}"><table aria-label="{caption}">
            <thead>{groups}<tr>{columns.Select(Heading)}</tr></thead>
            <tbody>{rows.Select(row => Row(columns, row))}</tbody>
            </table></div></div>

            """
        );

    public static Markup Text(string text) => Markup.Of($"{text}");

    /// <summary>A word that says how something went, and looks so.</summary>
    public static Markup Outcome(bool passed) =>
        passed
            ? Markup.Of($"""<span class="outcome pass">passed</span>""")
            : Markup.Of($"""<span class="outcome fail">failed</span>""");

    private static Markup Heading(Column column) =>
        column.IsNumber
            ? Markup.Of($"""<th scope="col" class="number">{column.Title}</th>""")
            : Markup.Of($"""<th scope="col">{column.Title}</th>""");

    private static Markup Row(IReadOnlyList<Column> columns, IReadOnlyList<Markup> cells) =>
        Markup.Of(
            $"<tr>{cells.Select((cell, index) => Cell(columns[index], cell, index == 0))}</tr>\n"
        );

    private static Markup Cell(Column column, Markup cell, bool isFirst) =>
        isFirst ? Markup.Of($"""<th scope="row">{cell}</th>""")
        : column.IsNumber ? Markup.Of($"""<td class="number">{cell}</td>""")
        : Markup.Of($"<td>{cell}</td>");
}
