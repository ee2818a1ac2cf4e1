using Npgsql;
using PointsMall.Grains.Database;

namespace PointsMall.Grains.Verification;

/// <summary><c>verify</c>: checks the whole database and prints what it found.</summary>
public static class VerifyCommand
{
    public const int Clean = 0;
    public const int Violated = 1;

    /// <param name="connectionString">A role that may read everything.</param>
    /// <param name="output">Gets the table.</param>
    /// <param name="cancelled">Stops between two rows.</param>
    /// <returns>The process's exit code: <see cref="Clean"/> or <see cref="Violated"/>.</returns>
    public static async Task<int> Run(
        string connectionString,
        TextWriter output,
        CancellationToken cancelled = default
    )
    {
        ArgumentNullException.ThrowIfNull(output);
        var named = new NpgsqlConnectionStringBuilder(PrimaryHost.Of(connectionString))
        {
            ApplicationName = "mall/verify",
        };
        await using var source = NpgsqlDataSource.Create(named.ConnectionString);
        var report = await Verifier.Run(source, cancelled);
        await output.WriteAsync(report.ToString());
        return report.IsClean ? Clean : Violated;
    }
}
