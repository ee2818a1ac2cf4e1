using System.Diagnostics;
using Npgsql;

namespace PointsMall.LoadTests.Faults;

/// <summary>What can happen to PostgreSQL's connections.</summary>
internal static class DatabaseFaults
{
    private static readonly TimeSpan AWhile = TimeSpan.FromSeconds(5);

    public static async Task CutConnections(FaultScene scene, CancellationToken cancelled)
    {
        await using var silo = await scene.Connect("mall_silo", cancelled);
        var began = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(began) < AWhile)
        {
            await FaultScene.Execute(
                silo,
                """
                select pg_terminate_backend(pid) from pg_stat_activity
                where usename = current_user and application_name like 'mall/%' and pid <> pg_backend_pid()
                """,
                cancelled
            );
            await Task.Delay(TimeSpan.FromMilliseconds(300), cancelled);
        }
    }

    public static async Task TakeAllConnections(FaultScene scene, CancellationToken cancelled)
    {
        var taken = new List<NpgsqlConnection>();
        try
        {
            var began = Stopwatch.GetTimestamp();
            var killed = false;
            while (Stopwatch.GetElapsedTime(began) < AWhile)
            {
                try
                {
                    taken.Add(await scene.Connect("owner", cancelled));
                }
                catch (PostgresException full)
                    when (full.SqlState == PostgresErrorCodes.TooManyConnections)
                {
                    if (!killed)
                    {
                        killed = true;
                        await scene.Signal("KILL", scene.Silos()[0]);
                    }
                    await Task.Delay(TimeSpan.FromMilliseconds(50), cancelled);
                }
            }
        }
        finally
        {
            foreach (var connection in taken)
            {
                await connection.DisposeAsync();
            }
        }
    }
}
