using System.Globalization;

namespace PointsMall.LoadTests.Bench.Histories;

/// <summary>A way in which answers and books can contradict each other.</summary>
public enum Fault
{
    /// <summary>More units were sold than there were.</summary>
    Oversold,

    /// <summary>It was acknowledged and is not in the books.</summary>
    Lost,

    /// <summary>One key did two things, answers named different orders, or an order answers to no request.</summary>
    Doubled,

    /// <summary>It was refused for good and is in the books.</summary>
    Phantom,

    /// <summary>The order has other lines than were asked for.</summary>
    Different,

    /// <summary>What was sold and what is left are not what was given.</summary>
    Unbalanced,
}

/// <summary>What the check of a history against the books came to.</summary>
public sealed record Verdict
{
    /// <summary>Examples that are kept of each fault.</summary>
    public const int MaxExamples = 5;

    /// <summary>Requests that moved something or were to, by their keys.</summary>
    public required long Keys { get; init; }

    /// <summary>Answers and missing answers to them.</summary>
    public required long Attempts { get; init; }

    /// <summary>Units in live orders.</summary>
    public required long Sold { get; init; }

    /// <summary>Units that were there to be sold.</summary>
    public required long Given { get; init; }

    /// <summary>Acknowledged too late to be in what the books were restored from, and not there. 0 where nothing was restored.</summary>
    public long Forgotten { get; init; }

    /// <summary>How often; for <see cref="Fault.Oversold"/> in units. Absent for never.</summary>
    public required IReadOnlyDictionary<Fault, long> Faults { get; init; }

    /// <summary>The first of each, in words with ids.</summary>
    public required IReadOnlyList<string> Examples { get; init; }

    public bool IsClean => Faults.Count == 0;

    /// <summary>What anybody asks first, then whatever else is wrong.</summary>
    public override string ToString()
    {
        var line = string.Create(
            CultureInfo.InvariantCulture,
            $"sold {Sold} of {Given}, oversold {Of(Fault.Oversold)}, lost {Of(Fault.Lost)}, double {Of(Fault.Doubled)}"
        );
        Fault[] others = [Fault.Phantom, Fault.Different, Fault.Unbalanced];
        return others
            .Where(Faults.ContainsKey)
            .Aggregate(
                line,
                (text, fault) =>
                    string.Create(
                        CultureInfo.InvariantCulture,
                        $"{text}, {fault.ToString().ToLowerInvariant()} {Of(fault)}"
                    )
            );
    }

    private long Of(Fault fault) => Faults.GetValueOrDefault(fault);
}
