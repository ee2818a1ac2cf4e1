using System.Security.Cryptography;
using Npgsql;
using PointsMall.Grains.Checkpoints;
using PointsMall.Grains.Database;

namespace PointsMall.Grains.Verification;

/// <summary><c>verify [--member ID]</c>: checks the whole database, or one member's rows, and prints what it found.</summary>
public static class VerifyCommand
{
    public const int Clean = 0;
    public const int Violated = 1;

    /// <param name="connectionString">A role that may read everything.</param>
    /// <param name="output">Gets the table.</param>
    /// <param name="memberId">Only this member; null for everything.</param>
    /// <param name="keyFile">A PEM file with the public keys that may have signed checkpoints; null for those that the database knows.</param>
    /// <param name="cancelled">Stops between two rows.</param>
    /// <returns>The process's exit code: <see cref="Clean"/> or <see cref="Violated"/>.</returns>
    public static async Task<int> Run(
        string connectionString,
        TextWriter output,
        Guid? memberId = null,
        string? keyFile = null,
        CancellationToken cancelled = default
    )
    {
        ArgumentNullException.ThrowIfNull(output);
        var named = new NpgsqlConnectionStringBuilder(PrimaryHost.Of(connectionString))
        {
            ApplicationName = "mall/verify",
        };
        await using var source = NpgsqlDataSource.Create(named.ConnectionString);
        var report = memberId is { } one
            ? await Verifier.RunMember(source, one, cancelled)
            : await Verifier.Run(source, TrustedKeys(keyFile), cancelled);
        await output.WriteAsync(report.ToString());
        return report.IsClean ? Clean : Violated;
    }

    /// <exception cref="InvalidDataException">The file holds no public key.</exception>
    private static HashSet<string>? TrustedKeys(string? file)
    {
        if (file is null)
        {
            return null;
        }
        var keys = new HashSet<string>(StringComparer.Ordinal);
        var pem = File.ReadAllText(file).AsSpan();
        while (PemEncoding.TryFind(pem, out var fields))
        {
            if (pem[fields.Label] is "PUBLIC KEY")
            {
                keys.Add(
                    SigningKey.IdOf(Convert.FromBase64String(pem[fields.Base64Data].ToString()))
                );
            }
            pem = pem[fields.Location.End..];
        }
        return keys.Count > 0
            ? keys
            : throw new InvalidDataException($"{file} holds no PUBLIC KEY in PEM");
    }
}
