namespace PointsMall.LoadTests.Bench.Histories;

/// <summary>What a mall, or a peer of it, has in its store once the load is over.</summary>
public interface IBooks
{
    /// <summary>What some members did during the run: nothing from before it.</summary>
    Task<MemberBooks> Of(IReadOnlyList<Shopper> members, CancellationToken cancelled);

    /// <summary>What is left of each SKU of the run.</summary>
    Task<IReadOnlyDictionary<Guid, long>> Available(CancellationToken cancelled);
}

/// <param name="Commands">What each key did. A store that lets a key do two things has it twice.</param>
/// <param name="Orders">All orders of the run's SKUs.</param>
public sealed record MemberBooks(
    IReadOnlyList<BookedCommand> Commands,
    IReadOnlyDictionary<Guid, BookedOrder> Orders
);

/// <param name="MemberId">Whose account.</param>
/// <param name="Key">The idempotency key.</param>
/// <param name="OrderId">The order that it made or cancelled; null for none.</param>
public readonly record struct BookedCommand(Guid MemberId, Guid Key, Guid? OrderId);

/// <param name="MemberId">Whose.</param>
/// <param name="Live">False when it was cancelled.</param>
/// <param name="Lines">In any order.</param>
public sealed record BookedOrder(Guid MemberId, bool Live, IReadOnlyList<BasketLine> Lines);
