using Npgsql;

namespace PointsMall.Grains.Database;

/// <summary>
/// The silo's ways into the database. Everything that writes is named after the silo's generation, so that a surviving silo can end a dead
/// one's backends.
/// </summary>
public sealed class MallDatabase : IAsyncDisposable
{
    /// <summary>Most connections that look unknown outcomes up and end backends.</summary>
    public const int SettlingConnections = 4;

    /// <summary>Most connections of background jobs: the silo that makes a checkpoint has one.</summary>
    public const int BackgroundConnections = 1;

    /// <summary>The connection that verifies, or asks whether it may.</summary>
    public const int VerifyingConnections = 1;

    /// <summary>
    /// Batches are joined to tables by key only: a generic plan with index look-ups is right on an empty, an un-analysed and a large table
    /// alike. A hash join would lock rows in heap order.
    /// </summary>
    private const string Planner =
        "-c plan_cache_mode=force_generic_plan -c enable_seqscan=off -c enable_hashjoin=off -c enable_mergejoin=off -c enable_bitmapscan=off -c jit=off";

    private readonly NpgsqlConnectionStringBuilder _writer;

    /// <param name="connectionString">Role mall_silo.</param>
    /// <param name="generation">This silo's address and start, see <see cref="SiloGeneration"/>.</param>
    /// <param name="loadConnections">Pooled connections for account loads and look-ups.</param>
    public MallDatabase(string connectionString, string generation, int loadConnections = 8)
    {
        Generation = generation;
        // The ids that a refused batch missed are in DETAIL; it is read, never logged.
        _writer = new NpgsqlConnectionStringBuilder(connectionString)
        {
            SearchPath = "mall",
            Pooling = false,
            CommandTimeout = 0,
            CancellationTimeout = -1,
            IncludeErrorDetail = true,
            MaxAutoPrepare = 64,
            AutoPrepareMinUsages = 1,
            KeepAlive = 0,
            TcpKeepAlive = true,
            TcpKeepAliveTime = 5,
            TcpKeepAliveInterval = 1,
            Timeout = 3,
            Enlist = false,
            Multiplexing = false,
            Options =
                Planner + " -c lock_timeout=1s -c tcp_user_timeout=5000 -c synchronous_commit=on",
        };
        var loads = new NpgsqlConnectionStringBuilder(_writer.ConnectionString)
        {
            Pooling = true,
            MaxPoolSize = loadConnections,
            MinPoolSize = 1,
            CommandTimeout = 3,
            CancellationTimeout = 1000,
            ApplicationName = ApplicationName("load"),
        };
        Loads = NpgsqlDataSource.Create(loads.ConnectionString);
        var admin = new NpgsqlConnectionStringBuilder(loads.ConnectionString)
        {
            MaxPoolSize = SettlingConnections,
            MinPoolSize = 0,
            ApplicationName = ApplicationName("settle"),
        };
        Settling = NpgsqlDataSource.Create(admin.ConnectionString);
    }

    /// <summary>This silo's address and start, in every name of its connections.</summary>
    public string Generation { get; }

    /// <summary>Account loads, look-ups of commands and orders.</summary>
    public NpgsqlDataSource Loads { get; }

    /// <summary>Ends backends and looks unknown outcomes up: never waits behind loads.</summary>
    public NpgsqlDataSource Settling { get; }

    /// <summary>A connection of one writer's own, not opened.</summary>
    public NpgsqlConnection Writer(int number)
    {
        var builder = new NpgsqlConnectionStringBuilder(_writer.ConnectionString)
        {
            ApplicationName = ApplicationName(
                number.ToString(System.Globalization.CultureInfo.InvariantCulture)
            ),
        };
        return new NpgsqlConnection(builder.ConnectionString);
    }

    /// <summary>
    /// A connection of a background job's own, not opened: planned as usual, and no statement of it takes longer than 5 s, for an old snapshot
    /// keeps dead rows of hot tables alive.
    /// </summary>
    public NpgsqlConnection Background(string job)
    {
        var builder = new NpgsqlConnectionStringBuilder(_writer.ConnectionString)
        {
            ApplicationName = ApplicationName(job),
            CommandTimeout = 10,
            CancellationTimeout = 1000,
            MaxAutoPrepare = 0,
            Options =
                "-c statement_timeout=5s -c lock_timeout=1s -c tcp_user_timeout=5000 -c jit=off",
        };
        return new NpgsqlConnection(builder.ConnectionString);
    }

    /// <summary>A connection that verifies, not opened: no writer's planner, which is told to read by key only.</summary>
    public NpgsqlConnection Verification() =>
        new(
            new NpgsqlConnectionStringBuilder(_writer.ConnectionString)
            {
                ApplicationName = ApplicationName("verify"),
                CommandTimeout = 60,
                CancellationTimeout = 2_000,
                IncludeErrorDetail = false,
                MaxAutoPrepare = 0,
                Options = "-c lock_timeout=1s -c tcp_user_timeout=5000 -c jit=off",
            }.ConnectionString
        );

    public async ValueTask DisposeAsync()
    {
        await Loads.DisposeAsync();
        await Settling.DisposeAsync();
    }

    private string ApplicationName(string use) => $"mall/{Generation}/{use}";
}
