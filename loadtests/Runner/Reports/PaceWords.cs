namespace PointsMall.LoadTests.Runner.Reports;

/// <summary>What the generator's pace means for the figures beside it, in words.</summary>
internal static class PaceWords
{
    public static string Of(PaceReport pace) =>
        pace.Kept
            ? "The generator kept its pace: the figures are the server's."
            : $"The generator was the bottleneck: {Figures.Count(pace.Late + pace.Dropped)} of {Figures.Count(pace.Scheduled)} iterations started late or not at all. "
                + "The rates and the response times are the generator's, not the server's.";
}
