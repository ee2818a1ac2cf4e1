using System.Text;

namespace PointsMall.LoadTests.Runner.Reports;

/// <summary>The report as plain text with aligned tables, for a terminal or a log.</summary>
internal static class TextReport
{
    private const int RuleWidth = 78;

    public static string Write(RunReport report)
    {
        var text = new StringBuilder();
        foreach (var block in ReportBlocks.Of(report))
        {
            if (text.Length > 0)
            {
                text.Append('\n');
            }
            Write(text, block);
        }
        return text.ToString();
    }

    private static void Write(StringBuilder text, Block block)
    {
        switch (block)
        {
            case Block.Heading heading:
                text.Append("── ").Append(heading.Text).Append(' ');
                text.Append('─', RuleWidth - heading.Text.Length).Append('\n');
                break;
            case Block.Facts facts:
                Facts(text, facts.Items);
                break;
            case Block.Lines lines:
                Lines(text, lines.Items);
                break;
            case Block.Table table:
                Table(text, table);
                break;
            case Block.Result result:
                text.Append(result.Text).Append('\n');
                break;
        }
    }

    private static void Facts(StringBuilder text, IReadOnlyList<Fact> facts)
    {
        var width = facts.Select(fact => Figures.OneLine(fact.Name).Length).DefaultIfEmpty().Max();
        foreach (var fact in facts)
        {
            text.Append((Figures.OneLine(fact.Name) + ":").PadRight(width + 2));
            text.Append(Figures.OneLine(fact.Value)).Append('\n');
        }
    }

    private static void Lines(StringBuilder text, IReadOnlyList<string> lines)
    {
        foreach (var line in lines)
        {
            text.Append(Figures.OneLine(line)).Append('\n');
        }
    }

    private static void Table(StringBuilder text, Block.Table table)
    {
        var rows = table.Rows.Select(row => row.Select(Figures.OneLine).ToArray()).ToList();
        var widths = table
            .Columns.Select(
                (column, index) =>
                    rows.Select(row => row[index].Length).Append(column.Title.Length).Max()
            )
            .ToArray();
        Row(text, table.Columns, widths, [.. table.Columns.Select(column => column.Title)]);
        text.AppendJoin("─┼─", widths.Select(width => new string('─', width))).Append('\n');
        foreach (var row in rows)
        {
            Row(text, table.Columns, widths, row);
        }
    }

    private static void Row(
        StringBuilder text,
        IReadOnlyList<Column> columns,
        int[] widths,
        string[] cells
    )
    {
        var line = string.Join(
            " │ ",
            cells.Select(
                (cell, index) =>
                    columns[index].IsNumber
                        ? cell.PadLeft(widths[index])
                        : cell.PadRight(widths[index])
            )
        );
        text.Append(line.TrimEnd()).Append('\n');
    }
}
