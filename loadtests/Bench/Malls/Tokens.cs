using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace PointsMall.LoadTests.Bench.Malls;

/// <summary>Signs tokens (RS256) with a mall's private key, as <c>./mall token</c> does, some thousand a second.</summary>
internal sealed class Tokens : IDisposable
{
    private static readonly TimeSpan Validity = TimeSpan.FromHours(12);
    private static readonly string[] PartnerPermissions =
    [
        "members:read",
        "points:grant",
        "points:deduct",
    ];
    private static readonly string[] StaffPermissions =
    [
        "members:read",
        "members:write",
        "points:grant",
        "points:deduct",
        "catalogue:write",
        "stock:read",
        "stock:write",
        "programme:read",
        "programme:write",
    ];
    private static readonly string Header = Encode("""{"alg":"RS256","typ":"JWT"}""");

    // A key object is not promised to sign for two threads at once.
    private readonly ThreadLocal<RSA> _keys;
    private readonly long _issuedAt;

    /// <param name="privateKeyFile">A PEM.</param>
    /// <param name="now">When the tokens begin; they last 12 hours.</param>
    /// <exception cref="BenchException">There is no key in the file.</exception>
    public Tokens(string privateKeyFile, DateTimeOffset now)
    {
        string pem;
        try
        {
            pem = File.ReadAllText(privateKeyFile);
        }
        catch (IOException e)
        {
            throw new BenchException($"no private key to sign tokens with: {e.Message}", e);
        }
        _issuedAt = now.ToUnixTimeSeconds();
        _keys = new ThreadLocal<RSA>(
            () =>
            {
                var key = RSA.Create();
                key.ImportFromPem(pem);
                return key;
            },
            trackAllValues: true
        );
    }

    public string Member(Guid memberId) => Sign(memberId.ToString(), permissions: null);

    /// <summary>May do everything.</summary>
    public Colleague Staff(string subject) => new(subject, Sign(subject, StaffPermissions));

    /// <summary>May grant and deduct points.</summary>
    public Colleague Partner(string subject) => new(subject, Sign(subject, PartnerPermissions));

    public void Dispose()
    {
        foreach (var key in _keys.Values)
        {
            key.Dispose();
        }
        _keys.Dispose();
    }

    private string Sign(string subject, string[]? permissions)
    {
        var claims = new Dictionary<string, object>(StringComparer.Ordinal)
        {
            ["iss"] = Environment.GetEnvironmentVariable("Auth__Issuer") ?? "points-mall-dev",
            ["aud"] = Environment.GetEnvironmentVariable("Auth__Audience") ?? "points-mall",
            ["iat"] = _issuedAt,
            ["exp"] = _issuedAt + (long)Validity.TotalSeconds,
            ["sub"] = subject,
        };
        if (permissions is not null)
        {
            claims["permissions"] = permissions;
        }
        var signed = $"{Header}.{Encode(JsonSerializer.Serialize(claims))}";
        var signature = _keys.Value!.SignData(
            Encoding.ASCII.GetBytes(signed),
            HashAlgorithmName.SHA256,
            RSASignaturePadding.Pkcs1
        );
        return $"{signed}.{Base64Url.EncodeToString(signature)}";
    }

    private static string Encode(string json) =>
        Base64Url.EncodeToString(Encoding.UTF8.GetBytes(json));
}
