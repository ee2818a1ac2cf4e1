using System.Collections.Immutable;
using System.Globalization;

namespace PointsMall.Tests.Cluster.Contracts;

/// <summary>
/// Compares two states of a contract's text (WireTypes.txt or OrleansContracts.txt: a line for each type, its members indented below it) and
/// says what would break silos and APIs of the older one. Silos of two releases talk to each other, so a contract may only grow.
/// </summary>
internal static class ContractGrowth
{
    public static ImmutableArray<string> Breaks(string released, string today)
    {
        var blocks = Parse(today);
        var kinds = blocks.Keys.Select(header => header.Split(' ')).ToLookup(h => h[1], h => h[0]);
        List<string> breaks = [];
        foreach (var (header, lines) in Parse(released))
        {
            if (!blocks.TryGetValue(header, out var now))
            {
                breaks.Add($"{header}: is gone, or has another name");
                continue;
            }
            breaks.AddRange(
                lines
                    .Except(now, StringComparer.Ordinal)
                    .Select(line => $"{header}: no longer {line}")
            );
            var added = now.Except(lines, StringComparer.Ordinal);
            breaks.AddRange(
                header.Split(' ')[0] switch
                {
                    "class" or "struct" when lines is [var first, ..] && IsNumbered(first) =>
                        BadMembers(header, lines, added, name => kinds[name].FirstOrDefault()),
                    "enum" => BadValues(header, lines, added),
                    _ => [],
                }
            );
        }
        return [.. breaks];
    }

    /// <summary>A member that the older side does not send must be able to be absent, and its number must never have been another's.</summary>
    private static IEnumerable<string> BadMembers(
        string header,
        IEnumerable<string> released,
        IEnumerable<string> added,
        Func<string, string?> kindOf
    )
    {
        var highest = released.Max(Number);
        foreach (var line in added)
        {
            if (Number(line) <= highest)
            {
                yield return $"{header}: {line} takes a number up to {highest}, which may have been used";
            }
            var type = line[
                (line.IndexOf(' ', StringComparison.Ordinal) + 1)..line.LastIndexOf(' ')
            ];
            if (
                !(
                    type is "String"
                    || type.EndsWith("[]", StringComparison.Ordinal)
                    || type.StartsWith("Nullable<", StringComparison.Ordinal)
                    || kindOf(type) == "class"
                )
            )
            {
                yield return $"{header}: {line} can't be null, but the older side does not send it";
            }
        }
    }

    private static IEnumerable<string> BadValues(
        string header,
        IEnumerable<string> released,
        IEnumerable<string> added
    )
    {
        var taken = released.Select(Number).ToHashSet();
        return added
            .Where(line => taken.Contains(Number(line)))
            .Select(line => $"{header}: {line} takes another value's number");
    }

    private static Dictionary<string, List<string>> Parse(string text)
    {
        Dictionary<string, List<string>> blocks = new(StringComparer.Ordinal);
        List<string>? lines = null;
        foreach (var line in text.Split('\n'))
        {
            if (line.Length == 0 || line[0] == '#')
            {
                continue;
            }
            if (line[0] == ' ')
            {
                lines!.Add(line.Trim());
            }
            else
            {
                lines = [];
                blocks.Add(line, lines);
            }
        }
        return blocks;
    }

    private static bool IsNumbered(string line) => char.IsAsciiDigit(line[0]);

    private static int Number(string line) =>
        int.Parse(line.Split(' ')[0], CultureInfo.InvariantCulture);
}
