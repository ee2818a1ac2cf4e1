using Dapper;
using Npgsql;

namespace PointsMall.Api;

/// <summary>The database as the API reads it: role mall_api, which may only select.</summary>
internal static class Database
{
    private const string Name = "mall";

    /// <summary>What the connection string does not say itself.</summary>
    private static readonly (string Keyword, object Value)[] Defaults =
    [
        ("Maximum Pool Size", 20),
        ("Timeout", 3),
        ("Command Timeout", 5),
        ("Max Auto Prepare", 50),
        ("Application Name", "mall-api"),
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
        builder.Services.AddSingleton(provider =>
            NpgsqlDataSource.Create(ConnectionString(provider.GetRequiredService<IConfiguration>()))
        );
    }

    public static string ConnectionString(IConfiguration configuration)
    {
        var builder = new NpgsqlConnectionStringBuilder(configuration.GetConnectionString(Name));
        foreach (var (keyword, value) in Defaults)
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
