namespace PointsMall.Grains.Earning;

/// <summary>The words for what a rulebook chooses among, in its JSON and in awards' steps.</summary>
internal static class RuleWords
{
    public static readonly Words<Stacking> Stackings = new(
        (Stacking.All, "all"),
        (Stacking.Best, "best"),
        (Stacking.First, "first")
    );

    public static readonly Words<MultiplierOverlap> Overlaps = new(
        (MultiplierOverlap.Highest, "highest"),
        (MultiplierOverlap.Multiply, "multiply"),
        (MultiplierOverlap.Add, "add")
    );

    public static readonly Words<Rounding> Roundings = new(
        (Rounding.Floor, "floor"),
        (Rounding.HalfUp, "half_up"),
        (Rounding.HalfEven, "half_even"),
        (Rounding.Ceiling, "ceiling")
    );

    public static readonly Words<CapScope> Scopes = new(
        (CapScope.Event, "event"),
        (CapScope.Member, "member"),
        (CapScope.Programme, "programme")
    );

    public static readonly Words<CapPeriod> Periods = new(
        (CapPeriod.Total, "total"),
        (CapPeriod.Day, "day"),
        (CapPeriod.Week, "week"),
        (CapPeriod.Month, "month"),
        (CapPeriod.Year, "year")
    );

    public static readonly Words<CapOver> Overs = new(
        (CapOver.Clip, "clip"),
        (CapOver.Reject, "reject")
    );

    public static readonly Words<PeriodEnd> PeriodEnds = new(
        (PeriodEnd.Month, "month"),
        (PeriodEnd.Quarter, "quarter"),
        (PeriodEnd.Year, "year")
    );

    public static readonly Words<ActivationStart> Starts = new(
        (ActivationStart.Paid, "paid"),
        (ActivationStart.Delivered, "delivered")
    );

    public static string Of(Stacking stacking) => Stackings.Of(stacking);

    public static string Of(MultiplierOverlap overlap) => Overlaps.Of(overlap);

    public static string Of(Rounding rounding) => Roundings.Of(rounding);
}

/// <summary>The words for an enum's values.</summary>
internal sealed class Words<T>(params (T Value, string Word)[] words)
    where T : struct, Enum
{
    public IEnumerable<string> All => words.Select(pair => pair.Word);

    public string Of(T value) =>
        words.First(pair => EqualityComparer<T>.Default.Equals(pair.Value, value)).Word;

    public T? Find(string word)
    {
        foreach (var pair in words)
        {
            if (pair.Word == word)
            {
                return pair.Value;
            }
        }
        return null;
    }
}
