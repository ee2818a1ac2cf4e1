using System.Diagnostics;
using System.Globalization;
using Npgsql;
using PointsMall.LoadTests.Bench.Malls;

namespace PointsMall.LoadTests.Bench.Watching;

/// <summary>What a figure is worth nothing without: where it was measured, with what, on what.</summary>
internal static class Machine
{
    private const int Flushes = 200;
    private const int FlushBytes = 8_192;

    private static readonly string[] ServerSettings =
    [
        "fsync",
        "synchronous_commit",
        "full_page_writes",
        "wal_compression",
        "shared_buffers",
        "max_wal_size",
        "commit_delay",
    ];

    /// <summary>Name and value, in the order shown.</summary>
    public static async Task<IReadOnlyList<KeyValuePair<string, string>>> Describe(
        MallAccess mall,
        BenchOptions options,
        CancellationToken cancelled
    )
    {
        List<KeyValuePair<string, string>> facts =
        [
            new("commit", await Commit(cancelled)),
            new("processor", Processor()),
            new(
                "cores",
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"{Environment.ProcessorCount}{(options.Against is null ? ", shared by load generator, API, silos and database" : "")}"
                )
            ),
        ];
        if (options.Against is null)
        {
            facts.Add(new("silos", options.Silos.ToString(CultureInfo.InvariantCulture)));
            facts.Add(
                new(
                    "writers of each",
                    Environment.GetEnvironmentVariable("Committer__Writers") ?? "2"
                )
            );
        }
        await using var source = NpgsqlDataSource.Create(mall.OwnerConnectionString);
        await AddServer(facts, source, cancelled);
        if (mall.Data is { } data)
        {
            var (median, worst) = MeasureFlush(data.Path);
            facts.Add(
                new(
                    "flush of 8 kB to that disk",
                    string.Create(
                        CultureInfo.InvariantCulture,
                        $"median {median:0.00} ms, longest of {Flushes} {worst:0.0} ms"
                    )
                )
            );
        }
        return facts;
    }

    private static async Task AddServer(
        List<KeyValuePair<string, string>> facts,
        NpgsqlDataSource source,
        CancellationToken cancelled
    )
    {
        await using var connection = await source.OpenConnectionAsync(cancelled);
        facts.Add(new("PostgreSQL", connection.PostgreSqlVersion.ToString()));
        foreach (var name in ServerSettings)
        {
            await using var show = new NpgsqlCommand($"show {name}", connection);
            facts.Add(new(name, (string)(await show.ExecuteScalarAsync(cancelled))!));
        }
        await using var rows = new NpgsqlCommand(
            """
            select relname, greatest(reltuples, 0)::bigint
            from pg_class
            where oid in ('mall.member_account'::regclass, 'mall.ledger_entry'::regclass)
            order by relname desc
            """,
            connection
        );
        await using var row = await rows.ExecuteReaderAsync(cancelled);
        while (await row.ReadAsync(cancelled))
        {
            facts.Add(
                new(
                    $"rows of {row.GetString(0)}, about",
                    row.GetInt64(1).ToString("N0", CultureInfo.InvariantCulture)
                )
            );
        }
    }

    /// <summary>How long a commit waits for the disk at the least: a small write and a flush, again and again.</summary>
    private static (double MedianMs, double WorstMs) MeasureFlush(string folder)
    {
        var path = Path.Combine(folder, ".flush");
        var took = new double[Flushes];
        var bytes = new byte[FlushBytes];
        using (
            var file = new FileStream(
                path,
                new FileStreamOptions
                {
                    Mode = FileMode.Create,
                    Access = FileAccess.Write,
                    BufferSize = 0,
                    Options = FileOptions.DeleteOnClose,
                }
            )
        )
        {
            // Like the log, whose files have their length before they are written.
            file.SetLength((long)Flushes * FlushBytes);
            file.Flush(flushToDisk: true);
            for (var i = 0; i < Flushes; i++)
            {
                var begun = Stopwatch.GetTimestamp();
                file.Write(bytes);
                file.Flush(flushToDisk: true);
                took[i] = Stopwatch.GetElapsedTime(begun).TotalMilliseconds;
            }
        }
        Array.Sort(took);
        return (took[Flushes / 2], took[^1]);
    }

    private static string Processor()
    {
        const string Field = "model name";
        var line = File.ReadLines("/proc/cpuinfo")
            .FirstOrDefault(line => line.StartsWith(Field, StringComparison.Ordinal));
        return line is null ? "unknown" : line[(line.IndexOf(':') + 1)..].Trim();
    }

    private static async Task<string> Commit(CancellationToken cancelled)
    {
        var commit = await Git(cancelled, "rev-parse", "--short=12", "HEAD");
        if (commit.Length == 0)
        {
            return "unknown";
        }
        var changed = await Git(cancelled, "status", "--porcelain", "--untracked-files=no");
        return changed.Length == 0 ? commit : commit + ", with changes that are not committed";
    }

    /// <summary>Empty when there is no git, or no repository.</summary>
    private static async Task<string> Git(CancellationToken cancelled, params string[] arguments)
    {
        try
        {
            using var git = Process.Start(
                new ProcessStartInfo("git", ["-C", MallScript.Root, .. arguments])
                {
                    RedirectStandardOutput = true,
                    RedirectStandardError = true,
                    UseShellExecute = false,
                }
            )!;
            var output = git.StandardOutput.ReadToEndAsync(cancelled);
            await git.WaitForExitAsync(cancelled);
            return git.ExitCode == 0 ? (await output).Trim() : "";
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return "";
        }
    }
}
