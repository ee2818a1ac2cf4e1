using System.Security.Cryptography;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using PointsMall.Grains.Checkpoints;
using PointsMall.Grains.Database;
using PointsMall.Tests.Api.Harness;

namespace PointsMall.Tests.Api.Ledger;

/// <summary>Makes checkpoints of the tests' mall, with a key of its own.</summary>
internal sealed class Checkpoints : IAsyncDisposable
{
    private readonly MallDatabase _database;
    private readonly CheckpointMaker _maker;
    private readonly string _keyFile = Path.GetTempFileName();

    public Checkpoints(Mall mall)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        File.WriteAllText(_keyFile, key.ExportECPrivateKeyPem());
        File.WriteAllText(PublicKeyFile, key.ExportSubjectPublicKeyInfoPem());
        _database = new MallDatabase(mall.Database.SiloConnectionString, "test");
        _maker = new CheckpointMaker(
            _database,
            Options.Create(new CheckpointOptions { KeyFile = _keyFile }),
            TimeProvider.System,
            NullLogger<CheckpointMaker>.Instance
        );
    }

    public string PublicKeyFile { get; } = Path.GetTempFileName();

    /// <summary>The mall's silo may be at one in this moment.</summary>
    public async Task<Checkpoint> Make() =>
        (
            await Support.Eventually.Is(
                () => _maker.Make(TestContext.Current.CancellationToken),
                made => made is not null
            )
        )!;

    public async ValueTask DisposeAsync()
    {
        _maker.Dispose();
        await _database.DisposeAsync();
        File.Delete(_keyFile);
        File.Delete(PublicKeyFile);
    }
}
