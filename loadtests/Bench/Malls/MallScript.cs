namespace PointsMall.LoadTests.Bench.Malls;

/// <summary>The script <c>mall</c>, which has started this process.</summary>
internal static class MallScript
{
    private const string Setting = "MALL_SCRIPT";

    /// <exception cref="BenchException">This process was started in another way.</exception>
    public static string Path =>
        Environment.GetEnvironmentVariable(Setting) is { Length: > 0 } path
            ? path
            : throw new BenchException($"{Setting} is not set: start it with ./mall bench");

    /// <summary>The checkout that it belongs to.</summary>
    public static string Root => System.IO.Path.GetDirectoryName(System.IO.Path.GetFullPath(Path))!;
}
