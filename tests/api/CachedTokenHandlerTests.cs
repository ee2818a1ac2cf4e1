using System.Security.Cryptography;
using Microsoft.Extensions.Time.Testing;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;
using PointsMall.Api.Authentication;

namespace PointsMall.Tests.Api;

public sealed class CachedTokenHandlerTests : IDisposable
{
    private readonly RSA _rsa = RSA.Create(2048);
    private readonly FakeTimeProvider _clock = new(TimeProvider.System.GetUtcNow());
    private readonly CachedTokenHandler _handler;
    private bool _keyIsThere = true;

    public CachedTokenHandlerTests() => _handler = new CachedTokenHandler(_clock);

    [Fact]
    public async Task A_valid_token_is_validated_once_a_minute()
    {
        var token = Sign(TimeSpan.FromHours(1));
        Assert.True((await Validate(token)).IsValid);

        _keyIsThere = false;
        _clock.Advance(TimeSpan.FromSeconds(59));
        Assert.True((await Validate(token)).IsValid);
        _clock.Advance(TimeSpan.FromSeconds(2));
        Assert.False((await Validate(token)).IsValid);

        _keyIsThere = true;
        Assert.True((await Validate(token)).IsValid);
        _keyIsThere = false;
        Assert.True((await Validate(token)).IsValid);
    }

    [Fact]
    public async Task A_token_is_not_believed_from_memory_past_its_expiry()
    {
        var token = Sign(TimeSpan.FromSeconds(20));
        Assert.True((await Validate(token)).IsValid);

        _keyIsThere = false;
        _clock.Advance(TimeSpan.FromSeconds(21));
        Assert.False((await Validate(token)).IsValid);
    }

    [Fact]
    public async Task Whoever_was_validated_is_remembered_for_a_minute_and_never_past_the_expiry()
    {
        var (long1, short1) = (Sign(TimeSpan.FromHours(1)), Sign(TimeSpan.FromSeconds(20)));
        Assert.Null(_handler.Remembered(long1));
        await Validate(long1);
        await Validate(short1);
        Assert.Equal("x", _handler.Remembered(long1)!.FindFirst("sub")!.Value);
        Assert.NotNull(_handler.Remembered(short1));

        _clock.Advance(TimeSpan.FromSeconds(21));
        Assert.Null(_handler.Remembered(short1));
        _clock.Advance(TimeSpan.FromSeconds(40));
        Assert.Null(_handler.Remembered(long1));
    }

    [Fact]
    public async Task Invalid_tokens_are_not_remembered()
    {
        _keyIsThere = false;
        Assert.False((await Validate(Sign(TimeSpan.FromHours(1)))).IsValid);
        Assert.Equal(0, _handler.Count);
    }

    [Fact]
    public async Task Another_signature_is_another_token()
    {
        var token = Sign(TimeSpan.FromHours(1));
        Assert.True((await Validate(token)).IsValid);
        var last = token[^2] == 'A' ? 'B' : 'A';
        Assert.False((await Validate(token[..^2] + last + token[^1])).IsValid);
    }

    public void Dispose() => _rsa.Dispose();

    private Task<TokenValidationResult> Validate(string token) =>
        _handler.ValidateTokenAsync(
            token,
            new TokenValidationParameters
            {
                ValidateIssuer = false,
                ValidateAudience = false,
                IssuerSigningKeys = _keyIsThere ? [new RsaSecurityKey(_rsa)] : [],
            }
        );

    private string Sign(TimeSpan validity) =>
        new JsonWebTokenHandler().CreateToken(
            new SecurityTokenDescriptor
            {
                Expires = (_clock.GetUtcNow() + validity).UtcDateTime,
                Claims = new Dictionary<string, object> { ["sub"] = "x" },
                SigningCredentials = new SigningCredentials(
                    new RsaSecurityKey(_rsa),
                    SecurityAlgorithms.RsaSha256
                ),
            }
        );
}
