namespace PointsMall.LoadTests.Bench.Malls;

/// <summary>A mall that runs, and what a bench needs to fill it, to call it and to check its books.</summary>
/// <param name="Api">Where the API listens.</param>
/// <param name="Data">Its data folder; null for a mall that somebody else runs elsewhere.</param>
/// <param name="OwnerConnectionString">Connects as the database's owner.</param>
/// <param name="Tokens">Signs for its API.</param>
internal sealed record MallAccess(
    Uri Api,
    DataFolder? Data,
    string OwnerConnectionString,
    Tokens Tokens
) : IDisposable
{
    private const string OwnerSetting = "ConnectionStrings__owner";
    private const string KeySetting = "Auth__PrivateKeyFile";

    public const string StaffSubject = "bench";

    public Colleague Staff { get; } = Tokens.Staff(StaffSubject);

    public Colleague Partner { get; } = Tokens.Partner("bench-partner");

    public static MallAccess Of(Uri api, DataFolder data) =>
        new(
            api,
            data,
            data.OwnerConnectionString(),
            new Tokens(data.PrivateKey, TimeProvider.System.GetUtcNow())
        );

    /// <summary>Of a mall that <c>--against</c> names.</summary>
    /// <exception cref="BenchException">Neither a folder nor the environment says how to reach its database and sign for its API.</exception>
    public static MallAccess Against(Uri api, DataFolder? data)
    {
        if (data is not null)
        {
            return Of(api, data);
        }
        var owner = Environment.GetEnvironmentVariable(OwnerSetting);
        var key = Environment.GetEnvironmentVariable(KeySetting);
        string[] missing =
        [
            .. string.IsNullOrEmpty(owner)
                ?
                [
                    $"{OwnerSetting} (a connection string of the database's owner: members are made and the books are checked there)",
                ]
                : Array.Empty<string>(),
            .. string.IsNullOrEmpty(key)
                ? [$"{KeySetting} (the PEM that signs tokens which the API accepts)"]
                : Array.Empty<string>(),
        ];
        return missing.Length == 0
            ? new(api, null, owner!, new Tokens(key!, TimeProvider.System.GetUtcNow()))
            : throw new BenchException(
                $"--against needs --data DIR, the data folder of that mall, or these environment variables: {string.Join(", ", missing)}"
            );
    }

    public void Dispose() => Tokens.Dispose();
}
