using System.Diagnostics;
using System.Globalization;
using Npgsql;
using PointsMall.Tests.Support;

namespace PointsMall.Tests.Load.Peers;

/// <summary>The script that gives a peer its PostgreSQL.</summary>
public sealed class PostgresScriptTests
{
    private const string ReadyPrefix = "ready: ";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task It_stays_up_starts_a_dead_server_again_and_ends_with_its_input()
    {
        using var folder = new ScriptFolder();
        using var script = Process.Start(
            new ProcessStartInfo(
                "bash",
                [
                    Path.Combine(MallScript.Root(), "loadtests/Peers/Postgres/postgres.sh"),
                    folder.Path,
                ]
            )
            {
                RedirectStandardInput = true,
                RedirectStandardOutput = true,
                UseShellExecute = false,
            }
        )!;
        try
        {
            var connection = await Ready(script);
            var first = await ServerProcess(connection);

            // The server's own number, from the script's notes: nobody else's process.
            using (var server = Process.GetProcessById(RecordedServer(folder)))
            {
                server.Kill();
            }

            var second = await ServerProcess(connection, notStartedAt: first);
            Assert.NotEqual(first, second);
            Assert.False(script.HasExited);
        }
        finally
        {
            script.StandardInput.Close();
            await script
                .WaitForExitAsync(TestContext.Current.CancellationToken)
                .WaitAsync(Patience, TestContext.Current.CancellationToken);
        }
    }

    private static async Task<string> Ready(Process script)
    {
        while (
            await script
                .StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken)
                .AsTask()
                .WaitAsync(Patience, TestContext.Current.CancellationToken)
                is { } line
        )
        {
            if (line.StartsWith(ReadyPrefix, StringComparison.Ordinal))
            {
                return line[ReadyPrefix.Length..];
            }
        }
        throw new InvalidOperationException("the script ended before its server was ready");
    }

    private static int RecordedServer(ScriptFolder folder) =>
        int.Parse(
            File.ReadAllText(Path.Combine(folder.Path, "run", "postgres")).Split(' ')[0],
            CultureInfo.InvariantCulture
        );

    /// <summary>When the server started that answers, once it is another than the one that started then.</summary>
    private static async Task<DateTime> ServerProcess(
        string connectionString,
        DateTime? notStartedAt = null
    )
    {
        await using var source = NpgsqlDataSource.Create(connectionString);
        return await Eventually.Is(
            async () =>
            {
                try
                {
                    await using var command = source.CreateCommand(
                        "select pg_postmaster_start_time()"
                    );
                    return (DateTime)
                        (await command.ExecuteScalarAsync(TestContext.Current.CancellationToken))!;
                }
                catch (NpgsqlException)
                {
                    return default;
                }
            },
            startedAt => startedAt != default && startedAt != notStartedAt,
            Patience
        );
    }
}
