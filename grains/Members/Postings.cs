namespace PointsMall.Grains.Members;

/// <summary>What entries do to an account's columns, summed from the entries alone: the fence compares it with the columns.</summary>
/// <param name="Available">Change of available less debt.</param>
/// <param name="Held">Change of held.</param>
/// <param name="Pending">Change of pending.</param>
public readonly record struct Net(long Available, long Held, long Pending);

/// <summary>Each entry is a balanced posting: its account changes by its points, its contra account by the opposite.</summary>
public static class Postings
{
    /// <summary>The member's own pending points as contra account.</summary>
    public const string Pending = "pending";

    /// <summary>The member's own held points as contra account.</summary>
    public const string Held = "held";

    /// <summary>What the member owes, as contra account. It counts below zero, so paying it off raises it.</summary>
    public const string Debt = "debt";

    public static Net NetOf(ImmutableArray<LedgerEntry> entries)
    {
        var net = default(Net);
        foreach (var entry in entries)
        {
            net = entry.Account switch
            {
                EntryAccount.Available or EntryAccount.Debt => net with
                {
                    Available = checked(net.Available + entry.Points),
                },
                EntryAccount.Pending => net with { Pending = checked(net.Pending + entry.Points) },
                EntryAccount.Held => net with { Held = checked(net.Held + entry.Points) },
                _ => throw new ArgumentOutOfRangeException(
                    nameof(entries),
                    entry.Account,
                    "No such account"
                ),
            };
            net = entry.Contra switch
            {
                Pending => net with { Pending = checked(net.Pending - entry.Points) },
                Held => net with { Held = checked(net.Held - entry.Points) },
                Debt => net with { Available = checked(net.Available - entry.Points) },
                _ => net,
            };
        }
        return net;
    }
}
