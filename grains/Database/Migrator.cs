using System.Diagnostics;
using System.Reflection;
using DbUp;
using DbUp.Engine;
using DbUp.Postgresql;
using Npgsql;

namespace PointsMall.Grains.Database;

/// <summary>Brings a database to the schema of this build: the embedded scripts <c>NNN_name.sql</c>, each in a transaction of its own, each once.</summary>
public static class Migrator
{
    private const string ResourcePrefix = "PointsMall.Grains.Database.Migrations.";
    private const int OldestVersion = 15;

    /// <summary>Two runs at once take turns; the second finds nothing left to do.</summary>
    private const string TakeTurn = """
        set lock_timeout = '60s';
        select pg_advisory_lock(7311180016438296905)
        """;

    /// <summary>
    /// A script that waits for a table's lock makes everybody wait who asks for the table after it: it gives way, and tries again.
    /// </summary>
    private static readonly TimeSpan LockTime = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan LockPause = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan LockPatience = TimeSpan.FromMinutes(1);

    /// <summary>Applies what is missing, in the order of the names. Safe to run again, and from several processes at once.</summary>
    /// <param name="ownerConnectionString">A role that owns the database and may create roles.</param>
    /// <returns>The names of the scripts that this call applied.</returns>
    /// <exception cref="MigrationException">A script failed; it left nothing behind, those before it stay applied.</exception>
    public static IReadOnlyList<string> Apply(string ownerConnectionString)
    {
        // No pool: the lock ends with its session, and nothing stays connected to a database that may serve as a template.
        var unpooled = new NpgsqlConnectionStringBuilder(ownerConnectionString) { Pooling = false };
        unpooled.Options =
            $"{unpooled.Options} -c lock_timeout={LockTime.TotalMilliseconds:F0}".TrimStart();
        using var dataSource = new NpgsqlDataSourceBuilder(unpooled.ConnectionString).Build();
        using var turn = dataSource.OpenConnection();
        if (turn.PostgreSqlVersion.Major < OldestVersion)
        {
            throw new MigrationException(
                $"The database runs PostgreSQL {turn.PostgreSqlVersion}; {OldestVersion} or later is needed."
            );
        }
        using (var command = new NpgsqlCommand(TakeTurn, turn))
        {
            command.ExecuteNonQuery();
        }

        List<string> applied = [];
        for (var begin = Stopwatch.GetTimestamp(); ; Thread.Sleep(LockPause))
        {
            var result = Upgrade(dataSource);
            applied.AddRange(result.Scripts.Select(script => script.Name));
            if (result.Successful)
            {
                return applied;
            }
            if (
                result.Error
                    is not PostgresException { SqlState: PostgresErrorCodes.LockNotAvailable }
                || Stopwatch.GetElapsedTime(begin) > LockPatience
            )
            {
                throw Failure(result);
            }
        }
    }

    private static DatabaseUpgradeResult Upgrade(NpgsqlDataSource dataSource) =>
        DeployChanges
            .To.PostgresqlDatabase(new PostgresqlConnectionManager(dataSource))
            .JournalToPostgresqlTable("public", "schema_version")
            .WithScripts(Scripts())
            .WithVariablesDisabled()
            .WithTransactionPerScript()
            .LogToNowhere()
            .Build()
            .PerformUpgrade();

    /// <summary>Journalled under the file's name, which no renamed namespace changes.</summary>
    private static IEnumerable<SqlScript> Scripts()
    {
        var assembly = Assembly.GetExecutingAssembly();
        return assembly
            .GetManifestResourceNames()
            .Where(name => name.StartsWith(ResourcePrefix, StringComparison.Ordinal))
            .Order(StringComparer.Ordinal)
            .Select(name =>
                SqlScript.FromStream(
                    name[ResourcePrefix.Length..],
                    assembly.GetManifestResourceStream(name)!
                )
            );
    }

    private static MigrationException Failure(DatabaseUpgradeResult result)
    {
        var script = result.ErrorScript?.Name ?? "(before the first script)";
        var why = result.Error is PostgresException error
            ? $"{error.SqlState}: {error.MessageText}"
            : result.Error.Message;
        return new MigrationException($"Migration {script} failed: {why}", result.Error);
    }
}

/// <summary>The database could not be brought to this build's schema.</summary>
public sealed class MigrationException : Exception
{
    public MigrationException() { }

    public MigrationException(string message)
        : base(message) { }

    public MigrationException(string message, Exception innerException)
        : base(message, innerException) { }
}
