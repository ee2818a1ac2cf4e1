using Npgsql;
using PointsMall.Grains.Database;

namespace PointsMall.Silo;

/// <summary><c>migrate</c>: brings the database to this version's schema and gives the two roles their passwords.</summary>
public static class MigrateCommand
{
    public static async Task<int> Run(TextWriter output)
    {
        ArgumentNullException.ThrowIfNull(output);
        var owner = Environment.GetEnvironmentVariable("ConnectionStrings__owner");
        if (string.IsNullOrEmpty(owner))
        {
            await Console.Error.WriteLineAsync(
                "Set ConnectionStrings__owner to the database, as its owner"
            );
            return 64;
        }
        try
        {
            owner = PrimaryHost.Of(owner);
            var applied = Migrator.Apply(owner);
            await SetPassword(
                owner,
                "mall_silo",
                Environment.GetEnvironmentVariable("MALL_SILO_PASSWORD")
            );
            await SetPassword(
                owner,
                "mall_api",
                Environment.GetEnvironmentVariable("MALL_API_PASSWORD")
            );
            await output.WriteLineAsync(
                applied.Count == 0
                    ? "the database is up to date"
                    : $"applied {string.Join(", ", applied)}"
            );
            return 0;
        }
        catch (Exception exception) when (exception is MigrationException or NpgsqlException)
        {
            await Console.Error.WriteLineAsync(
                $"The database could not be migrated: {exception.Message}"
            );
            return 1;
        }
    }

    private static async Task SetPassword(string owner, string role, string? password)
    {
        if (string.IsNullOrEmpty(password))
        {
            return;
        }
        await using var source = NpgsqlDataSource.Create(owner);
        // ALTER ROLE takes no parameters: the server quotes the literal.
        await using var quote = source.CreateCommand(
            "select format('alter role %I password %L', $1::text, $2::text)"
        );
        quote.Parameters.Add(new() { Value = role });
        quote.Parameters.Add(new() { Value = password });
        var statement = (string)(await quote.ExecuteScalarAsync())!;
#pragma warning disable CA2100 // quoted by the server
        await using var alter = source.CreateCommand(statement);
#pragma warning restore CA2100
        await alter.ExecuteNonQueryAsync();
    }
}
