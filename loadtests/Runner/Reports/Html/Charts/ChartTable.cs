namespace PointsMall.LoadTests.Runner.Reports.Html.Charts;

/// <summary>A chart's figures as a table: for readers who do not see the drawing, and for the script, which reads it at the pointer.</summary>
internal static class ChartTable
{
    public static Markup Of(
        string title,
        IReadOnlyList<Column> columns,
        IEnumerable<ChartRow> rows
    ) =>
        Markup.Of(
            $"""
            <details class="data"><summary>{title} as a table</summary>
            <div class="scroll" tabindex="0" role="region" aria-label="{title} as a table"><table>
            <thead><tr>{columns.Select(column =>
                Markup.Of($"""<th scope="col" class="number">{column.Title}</th>""")
            )}</tr></thead>
            <tbody>{rows.Select(Row)}</tbody>
            </table></div></details>

            """
        );

    private static Markup Row(ChartRow row) =>
        Markup.Of(
            $"""<tr data-x="{100 * row.X}"><th scope="row" class="number">{row.Cells[0]}</th>{row.Cells.Skip(1).Select(cell => Markup.Of($"""<td class="number">{cell}</td>"""))}</tr>"""
        );
}

/// <param name="X">Where along the horizontal axis, from 0 to 1.</param>
internal readonly record struct ChartRow(double X, IReadOnlyList<string> Cells);
