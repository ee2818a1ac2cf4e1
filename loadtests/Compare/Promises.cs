namespace PointsMall.LoadTests.Compare;

/// <summary>What a system promises of an acknowledged redemption, in the words of the table.</summary>
internal sealed record Promises(
    string Durable,
    string OncePerKey,
    string NeverOversells,
    string Order,
    string Ledger
)
{
    public static readonly Promises None = new("no", "no", "no", "no", "no");

    public static readonly Promises Mall = new(
        "flushed before the answer",
        "yes, for 30 days and longer",
        "yes",
        "rows",
        "lots, hash chain, double entry, events"
    );
}
