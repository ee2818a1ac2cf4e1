using System.Globalization;
using System.Text;

namespace PointsMall.LoadTests.Runner.Reports.Html.Charts;

/// <summary>A place in a plot: both from 0 to 1, up is more.</summary>
internal readonly record struct PlotPoint(double X, double Y);

/// <summary>The <c>d</c> of an SVG path in a drawing of <see cref="Size"/> by <see cref="Size"/>, which the page stretches to the plot.</summary>
internal static class PathData
{
    public const int Size = 1000;

    /// <summary>A pixel of a plot of 500.</summary>
    private const double Visible = 0.002;

    /// <summary>A line through the points; null is a gap. A point between two gaps is a dot.</summary>
    public static string Line(IEnumerable<PlotPoint?> points)
    {
        var path = new StringBuilder();
        var runLength = 0;
        foreach (var point in points)
        {
            if (point is { } place)
            {
                Append(path, runLength++ == 0 ? 'M' : 'L', place);
                continue;
            }
            End(path, runLength);
            runLength = 0;
        }
        End(path, runLength);
        return path.ToString();
    }

    /// <summary>Leaves out the points too close to the one before to be seen; thousands of them make a page slow. Keeps the last.</summary>
    public static IEnumerable<PlotPoint> Thin(IEnumerable<PlotPoint> points)
    {
        PlotPoint? drawn = null;
        PlotPoint? left = null;
        foreach (var point in points)
        {
            if (drawn is { } before && IsSamePlace(before, point))
            {
                left = point;
                continue;
            }
            drawn = point;
            left = null;
            yield return point;
        }
        if (left is { } last)
        {
            yield return last;
        }
    }

    /// <summary>The area between two lines of equally many points.</summary>
    public static string Area(IReadOnlyList<PlotPoint> upper, IReadOnlyList<PlotPoint> lower)
    {
        var path = new StringBuilder();
        foreach (var point in upper.Concat(lower.Reverse()))
        {
            Append(path, path.Length == 0 ? 'M' : 'L', point);
        }
        return path.Append('Z').ToString();
    }

    private static bool IsSamePlace(PlotPoint one, PlotPoint other) =>
        Math.Abs(one.X - other.X) < Visible && Math.Abs(one.Y - other.Y) < Visible;

    private static void End(StringBuilder path, int runLength)
    {
        if (runLength == 1)
        {
            path.Append("h0");
        }
    }

    private static void Append(StringBuilder path, char command, PlotPoint point) =>
        path.Append(command)
            .Append(Coordinate(point.X))
            .Append(' ')
            .Append(Coordinate(1 - point.Y));

    private static string Coordinate(double share) =>
        (share * Size).ToString("0.#", CultureInfo.InvariantCulture);
}
