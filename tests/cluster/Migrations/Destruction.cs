using System.Collections.Immutable;
using System.Text.RegularExpressions;

namespace PointsMall.Tests.Cluster.Migrations;

/// <summary>
/// Finds statements of a migration that the release before it would not survive: its silos and APIs run on the new schema until they are
/// replaced, and again when an upgrade is taken back.
/// </summary>
internal static partial class Destruction
{
    /// <summary>The comment above a statement that no running release needs what it takes away; the reason follows.</summary>
    public const string Marker = "-- contract:";

    private static readonly (string What, Regex Pattern)[] Kinds =
    [
        ("drop", Drop()),
        ("rename", Rename()),
        ("change of a type", ChangeOfType()),
        ("not null on a column that is there", SetNotNull()),
        ("not null without a default", AddNotNull()),
        ("truncate", Truncate()),
    ];

    /// <returns>What each statement without a marker does, with its beginning.</returns>
    public static ImmutableArray<string> In(string sql) =>
        [
            .. Statements(sql)
                .Where(statement => !HasMarker(statement))
                .Select(statement => WithoutComments(statement).Trim())
                .SelectMany(statement =>
                    Kinds
                        .Where(kind => kind.Pattern.IsMatch(statement))
                        .Select(kind => $"{kind.What}: {statement.Split('\n')[0]}")
                ),
        ];

    /// <summary>With the comments before them. What stands in quotes is nothing that runs now.</summary>
    private static string[] Statements(string sql) => Quoted().Replace(sql, "''").Split(';');

    /// <summary>A marker without a reason is none.</summary>
    private static bool HasMarker(string statement) =>
        statement
            .Split('\n')
            .Any(line =>
                line.StartsWith(Marker, StringComparison.Ordinal)
                && line[Marker.Length..].Trim().Length > 0
            );

    private static string WithoutComments(string statement) => Comment().Replace(statement, "");

    private const RegexOptions Options = RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture;

    private const int TimeoutMs = 1_000;

    [GeneratedRegex(@"\bdrop\s+(?!default\b|not\s+null\b)", Options, TimeoutMs)]
    private static partial Regex Drop();

    [GeneratedRegex(@"\brename\b", Options, TimeoutMs)]
    private static partial Regex Rename();

    [GeneratedRegex(
        @"\balter\s+(column\s+)?""?\w+""?\s+(set\s+data\s+)?type\b",
        Options,
        TimeoutMs
    )]
    private static partial Regex ChangeOfType();

    [GeneratedRegex(@"\bset\s+not\s+null\b", Options, TimeoutMs)]
    private static partial Regex SetNotNull();

    /// <summary>Of a table that is there: `create table` may. Up to the comma that ends the column, not one of `numeric(20, 4)`.</summary>
    [GeneratedRegex(
        @"\badd\s+(column\s+)?(?!constraint\b|check\b|primary\b|foreign\b|unique\b|exclude\b)(?=(\([^)]*\)|[^,(])*\bnot\s+null\b)(?!(\([^)]*\)|[^,(])*\b(default|generated)\b)",
        Options,
        TimeoutMs
    )]
    private static partial Regex AddNotNull();

    [GeneratedRegex(@"^truncate\b", Options, TimeoutMs)]
    private static partial Regex Truncate();

    [GeneratedRegex(@"--[^\n]*", RegexOptions.None, TimeoutMs)]
    private static partial Regex Comment();

    /// <summary>A function's body, or a text; comments are left as they are, whatever quotes they hold.</summary>
    [GeneratedRegex(
        @"(?<!--[^\n]*)(\$(?<tag>\w*)\$.*?\$\k<tag>\$|'[^']*')",
        RegexOptions.Singleline | RegexOptions.ExplicitCapture,
        TimeoutMs
    )]
    private static partial Regex Quoted();
}
