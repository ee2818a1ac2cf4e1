using System.Text;

namespace PointsMall.LoadTests.Runner.Reports;

/// <summary>The report as GitHub's Markdown, for a pull request.</summary>
internal static class MarkdownReport
{
    public static string Write(RunReport report)
    {
        var text = new StringBuilder();
        text.Append("# ").Append(Escape(report.TestName)).Append('\n');
        foreach (var block in ReportBlocks.Of(report))
        {
            Write(text, block);
        }
        return text.ToString();
    }

    private static void Write(StringBuilder text, Block block)
    {
        text.Append('\n');
        switch (block)
        {
            case Block.Heading heading:
                text.Append("## ").Append(heading.Text).Append('\n');
                break;
            case Block.Facts facts:
                foreach (var fact in facts.Items)
                {
                    text.Append("- ").Append(Escape(fact.Name)).Append(": ");
                    text.Append(Escape(fact.Value)).Append('\n');
                }
                break;
            case Block.Lines lines:
                foreach (var line in lines.Items)
                {
                    text.Append("- ").Append(Escape(line)).Append('\n');
                }
                break;
            case Block.Table table:
                Row(text, table.Columns.Select(column => column.Title));
                Row(text, table.Columns.Select(column => column.IsNumber ? "---:" : "---"));
                foreach (var row in table.Rows)
                {
                    Row(text, row.Select(Escape));
                }
                break;
            case Block.Result result:
                text.Append("**").Append(result.Text).Append("**\n");
                break;
        }
    }

    private static void Row(StringBuilder text, IEnumerable<string> cells) =>
        text.Append("| ").AppendJoin(" | ", cells).Append(" |\n");

    /// <summary>What a name or a message says stays text: no markup, no cell, no link of its own.</summary>
    private static string Escape(string text)
    {
        var line = new StringBuilder(text.Length);
        foreach (var character in Figures.OneLine(text))
        {
            if (character is '\\' or '`' or '*' or '|' or '<' or '[' or ']')
            {
                line.Append('\\');
            }
            line.Append(character);
        }
        return line.ToString();
    }
}
