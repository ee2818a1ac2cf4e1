namespace PointsMall.Grains.Verification;

/// <summary>Something that must hold for every row of a kind.</summary>
/// <param name="Name">Short, for tables and tests.</param>
/// <param name="What">What must hold.</param>
public sealed record Check(string Name, string What)
{
    public static readonly Check AppendOnly = new(
        "append-only",
        "ledger and commands refuse to be changed"
    );
    public static readonly Check Chain = new(
        "chain",
        "entries have no gap and each is hashed onto the one before, up to the account's head"
    );
    public static readonly Check Heads = new(
        "heads",
        "a member's entries lead to the head that the last checkpoint states"
    );
    public static readonly Check Checkpoints = new(
        "checkpoints",
        "each follows the one before; the last is signed and is the root of its heads"
    );
    public static readonly Check Texts = new(
        "texts",
        "a reason that was not erased is the one that was hashed"
    );
    public static readonly Check Postings = new(
        "postings",
        "an entry's type, sign and contra account belong together"
    );
    public static readonly Check Balances = new(
        "balances",
        "an account's columns are the sums of its entries"
    );
    public static readonly Check Lots = new(
        "lots",
        "an account's lots are what its entries left of them and add up to its balance"
    );
    public static readonly Check Holds = new(
        "holds",
        "a hold has set aside, spent and given back what its entries say, and ends when the account expects it"
    );
    public static readonly Check SpendingOrder = new(
        "spending order",
        "points are taken from the lots that expire first, and never after"
    );
    public static readonly Check Commands = new(
        "commands",
        "versions are commands and activations; the commands' entries are the ledger"
    );
    public static readonly Check Keys = new(
        "keys",
        "an account remembers the keys of its last commands"
    );
    public static readonly Check Orders = new(
        "orders",
        "an order has one debit of its points, a cancelled one one reversal"
    );
    public static readonly Check CommandOrders = new(
        "command orders",
        "a command's order exists, and every order has a command"
    );
    public static readonly Check Limits = new(
        "limits",
        "nobody redeemed more under a limit than it ever allowed"
    );
    public static readonly Check Counters = new(
        "counters",
        "a limit's counter is the units of the window's live orders"
    );
    public static readonly Check MemberRows = new(
        "member rows",
        "members, accounts, entries, orders and their parts belong to each other"
    );
    public static readonly Check Earnings = new(
        "earnings",
        "an event's entries are what it came to, and a purchase gives no more back than it earned"
    );
    public static readonly Check Stock = new(
        "stock",
        "movements less live orders are what is available"
    );
    public static readonly Check Catalogue = new(
        "catalogue",
        "products, SKUs, stock and their changes belong to each other"
    );

    /// <summary>In the order in which they are shown.</summary>
    public static readonly ImmutableArray<Check> All =
    [
        AppendOnly,
        Chain,
        Heads,
        Checkpoints,
        Texts,
        Postings,
        Balances,
        Lots,
        Holds,
        SpendingOrder,
        Commands,
        Keys,
        Orders,
        CommandOrders,
        Limits,
        Counters,
        MemberRows,
        Earnings,
        Stock,
        Catalogue,
    ];
}

/// <summary>A row for which a check does not hold.</summary>
/// <param name="Check">The check.</param>
/// <param name="Row">Ids and numbers that find the row again.</param>
/// <param name="Why">What is wrong, in ids and numbers: no personal data.</param>
/// <param name="MemberId">Whose row it is; null when members share it.</param>
/// <param name="Concerns">The SKU, product or order whose sale is in doubt; null when none is.</param>
public sealed record Violation(
    Check Check,
    string Row,
    string Why,
    Guid? MemberId = null,
    Guid? Concerns = null
)
{
    public override string ToString() => $"{Check.Name}: {Row}: {Why}";
}
