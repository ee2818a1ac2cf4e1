using System.Diagnostics;

namespace PointsMall.Grains.Diagnostics;

/// <summary>The silo's own spans.</summary>
public static class MallTraces
{
    public const string Name = "PointsMall";

    public static readonly ActivitySource Source = new(Name);
}
