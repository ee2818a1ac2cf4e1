using Dapper;
using Npgsql;
using PointsMall.Api.Reads;

namespace PointsMall.Api;

/// <summary>The database as the API reads it: role mall_api, which may only select.</summary>
internal static class Database
{
    private const string Name = "mall";
    private const string ReplicaName = "replica";

    /// <summary>What the connection string does not say itself.</summary>
    private static readonly (string Keyword, object Value)[] Defaults =
    [
        ("Maximum Pool Size", 20),
        ("Timeout", 3),
        ("Command Timeout", 5),
        ("Max Auto Prepare", 50),
        ("Application Name", "mall-api"),
    ];

    /// <summary>A read that fails there is made again on the primary: it should fail soon, and a connection that hangs is given up at once.</summary>
    private static readonly (string Keyword, object Value)[] ReplicaDefaults =
    [
        ("Timeout", 1),
        ("Command Timeout", 2),
        ("Cancellation Timeout", -1),
        ("Application Name", "mall-api/replica"),
        .. Defaults,
    ];

    /// <exception cref="InvalidDataException">The connection string is missing or unreadable.</exception>
    public static void AddDatabase(this WebApplicationBuilder builder)
    {
        DefaultTypeMap.MatchNamesWithUnderscores = true;
        if (!IsUsable(builder.Configuration.GetConnectionString(Name)))
        {
            throw new InvalidDataException(
                "ConnectionStrings:mall must be an Npgsql connection string of the role mall_api."
            );
        }
        builder
            .Services.AddSingleton(provider =>
                NpgsqlDataSource.Create(
                    ConnectionString(provider.GetRequiredService<IConfiguration>())
                )
            )
            .AddSingleton(provider =>
            {
                var primary = provider.GetRequiredService<NpgsqlDataSource>();
                return new PrimaryPosition(() => DatabaseReads.AskPosition(primary));
            })
            .AddSingleton(provider => new DatabaseReads(
                provider.GetRequiredService<NpgsqlDataSource>(),
                provider.GetRequiredService<PrimaryPosition>(),
                provider.GetService<Replica>()
            ));
        AddReplica(builder);
    }

    public static string ConnectionString(IConfiguration configuration) =>
        With(Defaults, configuration.GetConnectionString(Name));

    private static void AddReplica(WebApplicationBuilder builder)
    {
        if (builder.Configuration.GetConnectionString(ReplicaName) is not { Length: > 0 } replica)
        {
            return;
        }
        if (!IsUsable(replica))
        {
            throw new InvalidDataException(
                "ConnectionStrings:replica must be an Npgsql connection string of the role mall_api, or not be set."
            );
        }
        builder
            .Services.AddSingleton(provider =>
                ActivatorUtilities.CreateInstance<Replica>(
                    provider,
                    NpgsqlDataSource.Create(With(ReplicaDefaults, replica))
                )
            )
            .AddHostedService(provider => provider.GetRequiredService<Replica>());
    }

    private static string With((string Keyword, object Value)[] defaults, string? connectionString)
    {
        var builder = new NpgsqlConnectionStringBuilder(connectionString);
        foreach (var (keyword, value) in defaults)
        {
            if (!builder.ContainsKey(keyword))
            {
                builder[keyword] = value;
            }
        }
        // Of several hosts, one of which may be the primary today and another tomorrow.
        if (builder is { TargetSessionAttributes: null, Host: { } host } && host.Contains(','))
        {
            builder.TargetSessionAttributes = "primary";
        }
        return builder.ConnectionString;
    }

    private static bool IsUsable(string? connectionString)
    {
        try
        {
            return new NpgsqlConnectionStringBuilder(connectionString).Host is { Length: > 0 };
        }
        catch (ArgumentException)
        {
            return false;
        }
    }
}
