using System.Security.Cryptography;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace PointsMall.Tests.Api.Harness;

/// <summary>Signs tokens with a key of its own, whose public half it writes to a file for the API.</summary>
public sealed class TestTokens : IDisposable
{
    private readonly RSA _rsa = RSA.Create(2048);
    private readonly JsonWebTokenHandler _handler = new()
    {
        SetDefaultTimesOnTokenCreation = false,
    };

    public TestTokens()
    {
        PublicKeyFile = Path.GetTempFileName();
        File.WriteAllText(PublicKeyFile, _rsa.ExportSubjectPublicKeyInfoPem());
    }

    public string PublicKeyFile { get; }

    public string Member(Guid memberId) => Sign(memberId.ToString());

    public string Staff(params string[] permissions) => StaffNamed("staff-test", permissions);

    public string StaffNamed(string subject, params string[] permissions) =>
        Sign(subject, permissions);

    public string Sign(
        string subject,
        string[]? permissions = null,
        string issuer = "points-mall-dev",
        string audience = "points-mall",
        TimeSpan? expiresIn = null,
        SigningCredentials? credentials = null
    )
    {
        var now = TimeProvider.System.GetUtcNow().UtcDateTime;
        var claims = new Dictionary<string, object> { ["sub"] = subject };
        if (permissions is not null)
        {
            claims["permissions"] = permissions;
        }
        return _handler.CreateToken(
            new SecurityTokenDescriptor
            {
                Issuer = issuer,
                Audience = audience,
                IssuedAt = now.AddHours(-1),
                NotBefore = now.AddHours(-1),
                Expires = now + (expiresIn ?? TimeSpan.FromHours(1)),
                Claims = claims,
                SigningCredentials = credentials ?? Credentials(SecurityAlgorithms.RsaSha256),
            }
        );
    }

    public SigningCredentials Credentials(string algorithm) =>
        new(new RsaSecurityKey(_rsa), algorithm);

    public void Dispose()
    {
        File.Delete(PublicKeyFile);
        _rsa.Dispose();
    }
}
