using System.CommandLine;
using PointsMall.LoadTests.Bench;

namespace PointsMall.LoadTests.Compare;

/// <summary><c>bench peer</c>: one peer in the foreground, for a load from elsewhere.</summary>
internal static class PeerCommand
{
    public const long PointsEach = 10;
    public const long PointsPerMember = 100_000_000;
    public const long UnitsPerSku = 100_000_000;

    public static Command Create()
    {
        var name = new Argument<string>("name") { Description = "Which peer" };
        name.AcceptOnlyFromAmong([.. PeerKind.All.Select(kind => kind.Name)]);
        var data = new Option<string>("--data")
        {
            Description = "The peer's data folder",
            HelpName = "DIR",
            Required = true,
        };
        var mall = new Option<string>("--mall")
        {
            Description =
                "A mall's data folder: its keys, and the files members and skus as `bench prepare --members` writes them",
            HelpName = "DIR",
            Required = true,
        };
        var port = new Option<int>("--port")
        {
            Description = "The API's port on 127.0.0.1; 0 for any",
            HelpName = "P",
        };
        var set = new Option<string[]>("--set")
        {
            Description = "A setting of the peer's own, as Postgres:Connections=16",
            HelpName = "NAME=VALUE",
        };
        var command = new Command(
            "peer",
            "Runs one peer with the members and SKUs of a mall, for a load from elsewhere, until Ctrl-C"
        )
        {
            name,
            data,
            mall,
            port,
            set,
        };
        command.SetAction(
            (parsed, cancelled) =>
                BenchCommand.Told(() =>
                    Run(
                        PeerKind.All.First(kind => kind.Name == parsed.GetValue(name)),
                        parsed.GetRequiredValue(data),
                        parsed.GetRequiredValue(mall),
                        parsed.GetValue(port),
                        [.. (parsed.GetValue(set) ?? []).Select(setting => $"--{setting}")],
                        cancelled
                    )
                )
        );
        return command;
    }

    private static async Task<int> Run(
        PeerKind kind,
        string data,
        string mall,
        int port,
        string[] settings,
        CancellationToken cancelled
    )
    {
        var members = await Read(mall, "members");
        var skus = await Read(mall, "skus");
        await using var peer = await RunningPeer.Start(
            kind,
            data,
            Path.GetFullPath(Path.Combine(mall, "keys", "public.pem")),
            settings,
            port
        );
        var seeded = Path.Combine(data, "seeded");
        if (!File.Exists(seeded))
        {
            await peer.AddMembers(members, PointsPerMember);
            await peer.AddSkus(skus, PointsEach, UnitsPerSku);
            await File.WriteAllTextAsync(seeded, "", cancelled);
        }
        Console.WriteLine($"ready: {peer.Api}");
        await Task.Delay(Timeout.Infinite, cancelled)
            .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return 0;
    }

    private static async Task<Guid[]> Read(string folder, string name)
    {
        var path = Path.Combine(folder, name);
        return File.Exists(path)
            ? Array.ConvertAll(await File.ReadAllLinesAsync(path), Guid.Parse)
            : throw new BenchException(
                $"there is no {path}: write it with ./mall bench prepare --data {folder} --members N"
            );
    }
}
