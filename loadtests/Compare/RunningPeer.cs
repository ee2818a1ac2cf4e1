using System.Globalization;
using PointsMall.LoadTests.Bench;
using PointsMall.LoadTests.Bench.Malls;

namespace PointsMall.LoadTests.Compare;

/// <summary>A peer with all that it needs, until it is disposed.</summary>
internal sealed class RunningPeer : IAsyncDisposable
{
    private const string Ready = "ready: ";
    private static readonly string Program = Path.Combine(
        MallScript.Root,
        "loadtests/Peers/bin/Release/net10.0/PointsMall.LoadTests.Peers.dll"
    );
    private static readonly TimeSpan StartTime = TimeSpan.FromSeconds(90);
    private readonly List<(string Name, ChildProcess Process)> _processes = [];
    private readonly Dictionary<string, string> _environment = new(StringComparer.Ordinal);
    private readonly HttpClient _http = new() { Timeout = TimeSpan.FromMinutes(10) };

    private RunningPeer(PeerKind kind) => Kind = kind;

    public PeerKind Kind { get; }

    /// <summary>Where the API listens.</summary>
    public Uri Api => _http.BaseAddress!;

    /// <summary>Names and numbers of its processes.</summary>
    public IReadOnlyDictionary<string, int> Processes =>
        _processes.ToDictionary(
            process => process.Name,
            process => process.Process.Id,
            StringComparer.Ordinal
        );

    /// <param name="kind">Which.</param>
    /// <param name="folder">Where its data and logs are; what is there from an earlier start is used again.</param>
    /// <param name="publicKeyFile">Whose tokens it believes.</param>
    /// <param name="settings">More settings of the peer's own, as `--Postgres:Connections=8`.</param>
    /// <param name="port">The API's port on 127.0.0.1; 0 takes any that is free.</param>
    public static async Task<RunningPeer> Start(
        PeerKind kind,
        string folder,
        string publicKeyFile,
        IReadOnlyList<string> settings,
        int port = 0
    )
    {
        var peer = new RunningPeer(kind);
        try
        {
            // In the environment, where no list of processes shows a password.
            peer._environment["StopWithInput"] = "true";
            peer._environment["Auth__PublicKeyFile"] = publicKeyFile;
            if (kind.Store is { } store)
            {
                peer._environment[store.Setting] = await peer.Run(
                    store.Name,
                    [
                        "bash",
                        Path.Combine(MallScript.Root, store.Script),
                        folder,
                        .. store.Arguments,
                    ],
                    folder
                );
            }
            foreach (var process in kind.Processes)
            {
                peer._environment["Urls"] = string.Create(
                    CultureInfo.InvariantCulture,
                    $"http://127.0.0.1:{(process == kind.Processes[^1] ? port : 0)}"
                );
                var address = await peer.Run(
                    process.Name,
                    ["dotnet", Program, .. process.Arguments, .. settings],
                    folder
                );
                peer._http.BaseAddress = new Uri(address);
            }
            return peer;
        }
        catch
        {
            await peer.DisposeAsync();
            throw;
        }
    }

    public Task AddMembers(IEnumerable<Guid> members, long points) =>
        Post(
            string.Create(CultureInfo.InvariantCulture, $"/bench/members?points={points}"),
            members
        );

    public Task AddSkus(IEnumerable<Guid> skus, long pointsEach, long stock) =>
        Post(
            string.Create(
                CultureInfo.InvariantCulture,
                $"/bench/skus?pointsEach={pointsEach}&stock={stock}"
            ),
            skus
        );

    /// <summary>What the peer has stored, read at the first use.</summary>
    public PeerBooks Books() => new(_http);

    public async ValueTask DisposeAsync()
    {
        foreach (var (_, process) in Enumerable.Reverse(_processes))
        {
            await process.DisposeAsync();
        }
        _http.Dispose();
    }

    private async Task<string> Run(string name, IReadOnlyList<string> program, string folder)
    {
        var (process, ready) = await ChildProcess.Start(
            program,
            _environment,
            Path.Combine(folder, "logs", $"{name}.log"),
            Ready,
            StartTime
        );
        _processes.Add((name, process));
        return ready;
    }

    private async Task Post(string path, IEnumerable<Guid> ids)
    {
        using var body = new StringContent(string.Join('\n', ids));
        using var answer = await _http.PostAsync(new Uri(path, UriKind.Relative), body);
        if (!answer.IsSuccessStatusCode)
        {
            throw new BenchException(
                $"{Kind.Name} answered {path} with {(int)answer.StatusCode}; see its log"
            );
        }
    }
}
