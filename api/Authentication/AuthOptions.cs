using Microsoft.Extensions.Options;

namespace PointsMall.Api.Authentication;

/// <summary>Settings <c>Auth:*</c>: whose tokens are believed.</summary>
internal sealed class AuthOptions
{
    public const string Section = "Auth";

    /// <summary>PEM file with one or more public keys: RSA (RS256) or P-256 (ES256). Several while keys are changed.</summary>
    public string? PublicKeyFile { get; set; }

    /// <summary>Instead of a file: the address of an OpenID provider that publishes its keys.</summary>
    public string? Authority { get; set; }

    /// <summary>The <c>iss</c> that tokens must have.</summary>
    public string Issuer { get; set; } = "points-mall-dev";

    /// <summary>The <c>aud</c> that tokens must have.</summary>
    public string Audience { get; set; } = "points-mall";
}

internal sealed class AuthOptionsValidator : IValidateOptions<AuthOptions>
{
    public ValidateOptionsResult Validate(string? name, AuthOptions options)
    {
        if (options.PublicKeyFile is null == options.Authority is null)
        {
            return ValidateOptionsResult.Fail(
                "Set exactly one of Auth:PublicKeyFile (a PEM file) and Auth:Authority (an OpenID provider's address)."
            );
        }
        if (options.PublicKeyFile is { } file && !File.Exists(file))
        {
            return ValidateOptionsResult.Fail($"Auth:PublicKeyFile: there is no file {file}.");
        }
        if (
            options.Authority is { } authority
            && !(
                Uri.TryCreate(authority, UriKind.Absolute, out var address)
                && (address.Scheme == Uri.UriSchemeHttps || address.IsLoopback)
            )
        )
        {
            return ValidateOptionsResult.Fail("Auth:Authority must be an https address.");
        }
        return options.Issuer.Length == 0 || options.Audience.Length == 0
            ? ValidateOptionsResult.Fail("Auth:Issuer and Auth:Audience must not be empty.")
            : ValidateOptionsResult.Success;
    }
}
