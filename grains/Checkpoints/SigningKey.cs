using System.Security.Cryptography;

namespace PointsMall.Grains.Checkpoints;

/// <summary>
/// The key that checkpoints are signed with: ECDSA on P-256 over SHA-256, which every TLS library, openssl and a page of Python can check. It
/// is named by its public half, so a new file is a new key and what the old one signed stays checkable.
/// </summary>
public sealed class SigningKey : IDisposable
{
    private const string Curve = "1.2.840.10045.3.1.7";
    private readonly ECDsa _key;

    private SigningKey(ECDsa key)
    {
        _key = key;
        PublicKey = key.ExportSubjectPublicKeyInfo();
        Id = IdOf(PublicKey);
    }

    /// <summary>See <see cref="IdOf"/>.</summary>
    public string Id { get; }

    /// <summary>DER of SubjectPublicKeyInfo.</summary>
    public byte[] PublicKey { get; }

    /// <param name="file">A PEM file with a private key.</param>
    /// <exception cref="InvalidDataException">There is no such file, or no P-256 private key in it.</exception>
    public static SigningKey Read(string file)
    {
        var key = ECDsa.Create();
        try
        {
            key.ImportFromPem(File.ReadAllText(file));
            if (key.ExportParameters(includePrivateParameters: true).Curve.Oid.Value == Curve)
            {
                return new SigningKey(key);
            }
        }
        catch (Exception exception)
            when (exception
                    is IOException
                        or UnauthorizedAccessException
                        or ArgumentException
                        or CryptographicException
            )
        {
            key.Dispose();
            throw new InvalidDataException(Wrong(file, exception.Message), exception);
        }
        key.Dispose();
        throw new InvalidDataException(Wrong(file, "it is on another curve"));
    }

    /// <summary>Makes a new key and writes it, for its owner alone to read, and its public half beside it.</summary>
    /// <param name="file">Where to; the public half goes to the same name with <c>.public.pem</c> for its ending.</param>
    /// <exception cref="IOException">There is such a file, or it can't be written.</exception>
    public static void Create(string file)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var onlyOwner = new FileStreamOptions
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.Write,
        };
        if (!OperatingSystem.IsWindows())
        {
            onlyOwner.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }
        using (var writer = new StreamWriter(file, onlyOwner))
        {
            writer.WriteLine(key.ExportECPrivateKeyPem());
        }
        File.WriteAllText(
            Path.ChangeExtension(file, ".public.pem"),
            key.ExportSubjectPublicKeyInfoPem() + "\n"
        );
    }

    /// <returns>The signature in DER.</returns>
    public byte[] Sign(byte[] statement) =>
        _key.SignData(statement, HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence);

    public void Dispose() => _key.Dispose();

    /// <summary>The first 16 bytes of the SHA-256 of a public key, in hexadecimal digits.</summary>
    /// <param name="publicKey">DER of SubjectPublicKeyInfo.</param>
    public static string IdOf(byte[] publicKey) =>
        Convert.ToHexStringLower(SHA256.HashData(publicKey)[..16]);

    /// <summary>Whether the key made the signature; a key that can't be read made none.</summary>
    public static bool Made(byte[] publicKey, byte[] statement, byte[] signature)
    {
        using var key = ECDsa.Create();
        try
        {
            key.ImportSubjectPublicKeyInfo(publicKey, out _);
            return key.VerifyData(
                statement,
                signature,
                HashAlgorithmName.SHA256,
                DSASignatureFormat.Rfc3279DerSequence
            );
        }
        catch (CryptographicException)
        {
            return false;
        }
    }

    private static string Wrong(string file, string why) =>
        $"Checkpoints:KeyFile {file} must be a PEM file with a private key on P-256 (PointsMall.Silo checkpoint-key FILE makes one): {why}";
}
