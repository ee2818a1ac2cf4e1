using System.Security.Cryptography;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Npgsql;
using PointsMall.Grains.Checkpoints;
using PointsMall.Grains.Database;
using PointsMall.Tests.Cluster.Verification;
using PointsMall.Tests.Support;

namespace PointsMall.Tests.Cluster.Checkpoints;

/// <summary>A database with some members' books, a maker of checkpoints with a key of its own, and a superuser who may change everything.</summary>
internal sealed class LedgerDatabase : IAsyncDisposable
{
    private readonly PostgresDatabase _database;
    private readonly MallDatabase _silo;
    private readonly string _keyFile = Path.GetTempFileName();

    private LedgerDatabase(PostgresDatabase database)
    {
        _database = database;
        _silo = new MallDatabase(database.SiloConnectionString, "test");
        Superuser = NpgsqlDataSource.Create(database.SuperuserConnectionString);
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        File.WriteAllText(_keyFile, key.ExportECPrivateKeyPem());
        PublicKey = key.ExportSubjectPublicKeyInfoPem();
        Maker = MakerWith(_keyFile);
    }

    public CheckpointMaker Maker { get; }

    public string PublicKey { get; }

    public NpgsqlDataSource Superuser { get; }

    public PostgresDatabase Database => _database;

    public MallDatabase Silo => _silo;

    /// <summary>Two members, one with 2 entries, one with 4.</summary>
    public Books Books { get; } = new();

    public MemberBook Member => Books.Members[1];

    public static async Task<LedgerDatabase> Create(PostgresFixture postgres)
    {
        var ledger = new LedgerDatabase(await postgres.CreateScratchDatabase());
        ledger.Books.NewMember().Activate().Grant(100).Deduct(30);
        ledger
            .Books.NewMember()
            .Activate()
            .Grant(200)
            .Grant(50, source: "review")
            .Deduct(20)
            .Grant(5);
        await ledger.Books.Write(ledger.Superuser);
        return ledger;
    }

    public CheckpointMaker MakerWith(string? keyFile) =>
        new(
            _silo,
            Options.Create(new CheckpointOptions { KeyFile = keyFile }),
            TimeProvider.System,
            NullLogger<CheckpointMaker>.Instance
        );

    /// <summary>The session of the one before may not have ended yet in the database, although it was disposed of here.</summary>
    public async Task<Checkpoint> Make() =>
        (
            await Eventually.Is(
                () => Maker.Make(TestContext.Current.CancellationToken),
                checkpoint => checkpoint is not null
            )
        )!;

    /// <summary>What a superuser can do and nobody else: no trigger fires. The pool resets the setting.</summary>
    public async Task Tamper(string sql, params object[] values)
    {
        await using var connection = await Superuser.OpenConnectionAsync();
        await using var off = new NpgsqlCommand(
            "set session_replication_role = replica; set search_path = mall",
            connection
        );
        await off.ExecuteNonQueryAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        foreach (var value in values)
        {
            command.Parameters.Add(new() { Value = value });
        }
        await command.ExecuteNonQueryAsync();
    }

    public async Task<T> Scalar<T>(string sql)
    {
        await using var command = Superuser.CreateCommand(sql);
        return (T)(await command.ExecuteScalarAsync())!;
    }

    public async ValueTask DisposeAsync()
    {
        Maker.Dispose();
        File.Delete(_keyFile);
        await _silo.DisposeAsync();
        await Superuser.DisposeAsync();
        await _database.DisposeAsync();
    }
}
