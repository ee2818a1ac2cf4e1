using System.Security.Cryptography;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace PointsMall.Api.Development;

/// <summary>Signs tokens with a key pair on this machine. Outside development an identity provider does that: see <c>Auth:Authority</c>.</summary>
internal sealed class DevelopmentTokens : IDisposable
{
    private const string PrivateKeyFile = "private.pem";
    private const string PublicKeyFile = "public.pem";
    private const int KeyBits = 2048;
    private static readonly TimeSpan Validity = TimeSpan.FromHours(12);

    private readonly RSA _key;
    private readonly SigningCredentials _credentials;
    private readonly JsonWebTokenHandler _handler = new()
    {
        SetDefaultTimesOnTokenCreation = false,
    };
    private readonly string _issuer;
    private readonly string _audience;
    private readonly DateTime _issuedAt;

    private DevelopmentTokens(RSA key, string issuer, string audience, DateTimeOffset now)
    {
        _key = key;
        _credentials = new SigningCredentials(
            new RsaSecurityKey(key),
            SecurityAlgorithms.RsaSha256
        );
        _issuer = issuer;
        _audience = audience;
        _issuedAt = now.UtcDateTime;
    }

    /// <summary>Reads <c>Auth:PrivateKeyFile</c>, <c>Auth:Issuer</c> and <c>Auth:Audience</c> from the environment, as the API reads its own.</summary>
    public static DevelopmentTokens FromEnvironment()
    {
        var settings = new ConfigurationBuilder().AddEnvironmentVariables().Build();
        var file =
            settings["Auth:PrivateKeyFile"]
            ?? throw new DevelopmentCommandException("Auth__PrivateKeyFile is not set");
        var key = RSA.Create();
        try
        {
            key.ImportFromPem(File.ReadAllText(file));
        }
        catch (Exception e) when (e is IOException or ArgumentException)
        {
            key.Dispose();
            throw new DevelopmentCommandException($"no private key in {file}: {e.Message}", e);
        }
        return new DevelopmentTokens(
            key,
            settings["Auth:Issuer"] ?? "points-mall-dev",
            settings["Auth:Audience"] ?? "points-mall",
            TimeProvider.System.GetUtcNow()
        );
    }

    /// <summary>A member's own token.</summary>
    public string Member(Guid memberId) => Sign(memberId.ToString(), []);

    /// <summary>A token of staff with these permissions.</summary>
    public string Staff(IReadOnlyCollection<string> permissions) =>
        Sign("staff-dev", new() { ["permissions"] = permissions });

    /// <summary>Writes private.pem (only for its owner) and public.pem into the folder; an existing pair stays.</summary>
    public static void CreateKeys(string folder)
    {
        Directory.CreateDirectory(folder);
        var privateFile = Path.Combine(folder, PrivateKeyFile);
        var publicFile = Path.Combine(folder, PublicKeyFile);
        if (File.Exists(privateFile) && File.Exists(publicFile))
        {
            return;
        }
        using var key = RSA.Create(KeyBits);
        File.Delete(privateFile);
        var onlyOwner = new FileStreamOptions
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.Write,
        };
        if (!OperatingSystem.IsWindows())
        {
            onlyOwner.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }
        using (var writer = new StreamWriter(privateFile, onlyOwner))
        {
            writer.Write(key.ExportPkcs8PrivateKeyPem());
        }
        File.WriteAllText(publicFile, key.ExportSubjectPublicKeyInfoPem());
    }

    public void Dispose() => _key.Dispose();

    private string Sign(string subject, Dictionary<string, object> claims)
    {
        claims[JwtRegisteredClaimNames.Sub] = subject;
        return _handler.CreateToken(
            new SecurityTokenDescriptor
            {
                Issuer = _issuer,
                Audience = _audience,
                IssuedAt = _issuedAt,
                Expires = _issuedAt + Validity,
                Claims = claims,
                SigningCredentials = _credentials,
            }
        );
    }
}
