using System.Security.Cryptography;
using Microsoft.IdentityModel.Tokens;

namespace PointsMall.Api.Authentication;

/// <summary>Reads the public keys of a PEM file.</summary>
internal static class PublicKeys
{
    private const int MinRsaBits = 2048;
    private const int P256Bits = 256;

    /// <exception cref="InvalidDataException">There is no usable key in it.</exception>
    public static IReadOnlyList<SecurityKey> Read(string file)
    {
        var text = File.ReadAllText(file).AsSpan();
        List<SecurityKey> keys = [];
        while (PemEncoding.TryFind(text, out var found))
        {
            if (!text[found.Label].SequenceEqual("PUBLIC KEY"))
            {
                throw new InvalidDataException(
                    $"{file} holds a {text[found.Label]}; only PUBLIC KEY is taken here."
                );
            }
            keys.Add(Import(text[found.Location], file));
            text = text[found.Location.End..];
        }
        return keys.Count > 0
            ? keys
            : throw new InvalidDataException($"{file} holds no PUBLIC KEY.");
    }

    private static AsymmetricSecurityKey Import(ReadOnlySpan<char> pem, string file)
    {
        var rsa = RSA.Create();
        try
        {
            rsa.ImportFromPem(pem);
            return rsa.KeySize >= MinRsaBits
                ? new RsaSecurityKey(rsa)
                : throw new InvalidDataException($"{file}: an RSA key needs {MinRsaBits} bits.");
        }
        catch (CryptographicException)
        {
            rsa.Dispose();
        }
        var curve = ECDsa.Create();
        curve.ImportFromPem(pem);
        return curve.KeySize == P256Bits
            ? new ECDsaSecurityKey(curve)
            : throw new InvalidDataException($"{file}: ES256 needs a P-256 key.");
    }
}
