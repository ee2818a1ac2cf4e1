using PointsMall.Api.Problems;

namespace PointsMall.LoadTests.Peers;

/// <summary>What a stored function or a script answers with, as the mall's error.</summary>
internal static class Refusals
{
    private static readonly Dictionary<string, ErrorKind> ByCode = Errors.All.ToDictionary(
        kind => kind.Code,
        StringComparer.Ordinal
    );

    public static ErrorKind Of(string code) => ByCode[code];
}
