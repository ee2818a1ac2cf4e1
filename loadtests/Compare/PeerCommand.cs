using System.Runtime.InteropServices;

namespace PointsMall.LoadTests.Compare;

/// <summary>Runs one peer in the foreground, for a load from elsewhere.</summary>
internal static class PeerCommand
{
    private const long PointsEach = 10;
    private const long PointsPerMember = 100_000_000;
    private const long UnitsPerSku = 100_000_000;

    public const string Usage =
        "PointsMall.LoadTests peer NAME URL DATA KEYS IDS [--SETTING VALUE]...  a peer with its data in DATA and the members and SKUs of IDS, for the tokens of KEYS; until Ctrl-C";

    /// <param name="name">Of the peer.</param>
    /// <param name="url">Where its API is to listen.</param>
    /// <param name="data">Its folder.</param>
    /// <param name="keys">A folder with public.pem, as a mall's data folder has.</param>
    /// <param name="ids">A folder with the files members and skus, as <c>./mall bench prepare --members N</c> writes them.</param>
    /// <param name="settings">Settings of the peer's own.</param>
    public static async Task<int> Run(
        string name,
        string url,
        string data,
        string keys,
        string ids,
        string[] settings
    )
    {
        var kind =
            PeerKind.All.FirstOrDefault(kind => kind.Name == name)
            ?? throw new ComparisonException(
                $"there is no peer {name}; there are {string.Join(", ", PeerKind.All.Select(kind => kind.Name))}"
            );
        var seeded = Path.Combine(data, "seeded");
        using var stop = new CancellationTokenSource();
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
        using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
        await using var peer = await RunningPeer.Start(
            kind,
            data,
            Path.Combine(keys, "public.pem"),
            settings,
            url
        );
        if (!File.Exists(seeded) || kind.Store is null)
        {
            await peer.AddMembers(await Read(ids, "members"), PointsPerMember);
            await peer.AddSkus(await Read(ids, "skus"), PointsEach, UnitsPerSku);
            await File.WriteAllTextAsync(seeded, "");
        }
        Console.WriteLine($"ready: {peer.Api}");
        await Task.Delay(Timeout.Infinite, stop.Token)
            .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return 0;

        void Stop(PosixSignalContext signal)
        {
            signal.Cancel = true;
            stop.Cancel();
        }
    }

    private static async Task<Guid[]> Read(string folder, string name) =>
        Array.ConvertAll(await File.ReadAllLinesAsync(Path.Combine(folder, name)), Guid.Parse);
}
