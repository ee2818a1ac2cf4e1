using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace PointsMall.Grains.Database;

/// <summary>Names one run of one silo: <c>127.0.0.1:11111@154392285</c>. PostgreSQL cuts application names at 63 bytes.</summary>
public static class SiloGeneration
{
    private const int MaxLength = 48;

    public static string Of(SiloAddress address)
    {
        ArgumentNullException.ThrowIfNull(address);
        var name = string.Create(
            CultureInfo.InvariantCulture,
            $"{address.Endpoint.Address}:{address.Endpoint.Port}@{address.Generation}"
        );
        return name.Length <= MaxLength
            ? name
            : Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(name)))[..32];
    }
}
