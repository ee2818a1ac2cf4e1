namespace PointsMall.LoadTests.Bench.Histories;

/// <summary>
/// Holds what clients were told against what is in the books. Per key: any success means exactly one effect, the one that every answer
/// names; a refusal after which nothing was tried means none; otherwise at most one.
/// </summary>
public sealed class HistoryCheck
{
    /// <summary>Their answers and books are in memory at a time.</summary>
    private const int MembersAtOnce = 5_000;

    private readonly Dictionary<Fault, long> _faults = [];
    private readonly List<string> _examples = [];
    private readonly Dictionary<Guid, long> _sold = [];
    private readonly long _durableUntil;
    private long _keys;
    private long _attempts;
    private long _forgotten;

    private HistoryCheck(long durableUntil) => _durableUntil = durableUntil;

    /// <param name="history">Of a run that is over.</param>
    /// <param name="skus">All that it sold.</param>
    /// <param name="books">What the store says.</param>
    /// <param name="durableUntil">
    /// What was acknowledged later than this <see cref="TimeProvider.GetTimestamp"/> may be gone: the books were restored, and that was not in the
    /// archive yet. It is counted, and is no fault.
    /// </param>
    /// <param name="cancelled">Stops between two groups of members.</param>
    public static async Task<Verdict> Run(
        History history,
        IReadOnlyList<StageSku> skus,
        IBooks books,
        long durableUntil = long.MaxValue,
        CancellationToken cancelled = default
    )
    {
        ArgumentNullException.ThrowIfNull(history);
        ArgumentNullException.ThrowIfNull(skus);
        ArgumentNullException.ThrowIfNull(books);
        var check = new HistoryCheck(durableUntil);
        foreach (var members in history.Members().Chunk(MembersAtOnce))
        {
            var numbers = members.Select(member => member.Number).ToHashSet();
            check.CheckMembers(history.Attempts(numbers), await books.Of(members, cancelled));
        }
        check.CheckStock(skus, await books.Available(cancelled));
        return new Verdict
        {
            Keys = check._keys,
            Attempts = check._attempts,
            Sold = skus.Sum(sku => check._sold.GetValueOrDefault(sku.SkuId)),
            Given = skus.Sum(sku => sku.Stock),
            Forgotten = check._forgotten,
            Faults = check._faults,
            Examples = check._examples,
        };
    }

    private void CheckMembers(IEnumerable<Attempt> attempts, MemberBooks books)
    {
        var commands = books.Commands.ToLookup(command => (command.MemberId, command.Key));
        var explained = new HashSet<Guid>();
        var cancels = new HashSet<Guid>();
        foreach (var key in attempts.GroupBy(attempt => (attempt.Member.MemberId, attempt.Key)))
        {
            var request = new Request(key.Key.MemberId, key.Key.Key, [.. key]);
            _keys++;
            _attempts += request.Attempts.Count;
            var booked = commands[key.Key].ToList();
            CheckKey(request, booked);
            switch (request.Operation)
            {
                case Operation.Redeem:
                    CheckOrders(request, booked, books.Orders);
                    explained.UnionWith(booked.Select(command => command.OrderId).OfType<Guid>());
                    break;
                case Operation.Cancel:
                    CheckCancel(request, booked, books.Orders);
                    if (!request.IsRefusedForGood)
                    {
                        cancels.UnionWith(request.Attempts.Select(attempt => attempt.OrderId));
                    }
                    break;
            }
        }
        foreach (var (orderId, order) in books.Orders)
        {
            CheckOrder(orderId, order, explained, cancels);
        }
    }

    /// <summary>What holds whatever the key was to do.</summary>
    private void CheckKey(Request request, List<BookedCommand> booked)
    {
        if (booked.Count > 1)
        {
            Found(Fault.Doubled, request, $"its key did {booked.Count} things");
        }
        if (request.IsDone && booked.Count == 0)
        {
            if (request.AcknowledgedAt > _durableUntil)
            {
                _forgotten++;
                return;
            }
            Found(Fault.Lost, request, "it was acknowledged, and the books do not know its key");
        }
        if (request.IsRefusedForGood && booked.Count > 0)
        {
            Found(Fault.Phantom, request, "it was refused, and is in the books");
        }
    }

    private void CheckOrders(
        Request request,
        List<BookedCommand> booked,
        IReadOnlyDictionary<Guid, BookedOrder> orders
    )
    {
        var told = request
            .Attempts.Where(attempt => attempt.IsDone)
            .Select(attempt => attempt.OrderId)
            .Distinct()
            .ToList();
        if (told.Count > 1)
        {
            Found(Fault.Doubled, request, $"it was answered with {string.Join(" and ", told)}");
        }
        if (booked is not [var first, ..])
        {
            return;
        }
        if (told is [var only] && only != first.OrderId)
        {
            Found(
                Fault.Doubled,
                request,
                $"it was answered with {only}, its key made {first.OrderId}"
            );
        }
        if (first.OrderId is not { } orderId || !orders.TryGetValue(orderId, out var order))
        {
            Found(
                Fault.Lost,
                request,
                $"its key made the order {first.OrderId}, which is not there"
            );
        }
        else if (
            request.Attempts.All(attempt =>
                attempt.Basket is { } basket && !basket.Lines.ToHashSet().SetEquals(order.Lines)
            )
        )
        {
            Found(Fault.Different, request, $"the order {orderId} has other lines");
        }
    }

    private void CheckCancel(
        Request request,
        List<BookedCommand> booked,
        IReadOnlyDictionary<Guid, BookedOrder> orders
    )
    {
        var asked = request.Attempts[0].OrderId;
        if (
            request.IsDone
            && request.AcknowledgedAt <= _durableUntil
            && orders.TryGetValue(asked, out var order)
            && order.Live
        )
        {
            Found(Fault.Lost, request, $"the cancel of {asked} was acknowledged, and it is live");
        }
        if (booked is [var first, ..] && first.OrderId != asked)
        {
            Found(
                Fault.Different,
                request,
                $"it was to cancel {asked}, its key did {first.OrderId}"
            );
        }
    }

    private void CheckOrder(
        Guid orderId,
        BookedOrder order,
        HashSet<Guid> explained,
        HashSet<Guid> cancels
    )
    {
        if (!explained.Contains(orderId))
        {
            Found(
                Fault.Doubled,
                $"order {orderId} of member {order.MemberId} answers to no request"
            );
        }
        if (!order.Live)
        {
            if (!cancels.Contains(orderId))
            {
                Found(Fault.Phantom, $"order {orderId} is cancelled, which nobody got done");
            }
            return;
        }
        foreach (var line in order.Lines)
        {
            _sold[line.SkuId] = _sold.GetValueOrDefault(line.SkuId) + line.Quantity;
        }
    }

    private void CheckStock(IReadOnlyList<StageSku> skus, IReadOnlyDictionary<Guid, long> available)
    {
        foreach (var sku in skus)
        {
            var sold = _sold.GetValueOrDefault(sku.SkuId);
            if (sold > sku.Stock)
            {
                Found(
                    Fault.Oversold,
                    $"sku {sku.SkuId}: {sold} sold of {sku.Stock}",
                    sold - sku.Stock
                );
            }
            else if (sku.Stock - sold != available.GetValueOrDefault(sku.SkuId))
            {
                Found(
                    Fault.Unbalanced,
                    $"sku {sku.SkuId}: {sku.Stock} given, {sold} sold, {available.GetValueOrDefault(sku.SkuId)} left"
                );
            }
        }
    }

    private void Found(Fault fault, Request request, string what) =>
        Found(
            fault,
            $"{request.Operation.ToString().ToLowerInvariant()} {request.Key} of member {request.MemberId}: {what}"
        );

    private void Found(Fault fault, string what, long times = 1)
    {
        var seen = _faults.GetValueOrDefault(fault);
        _faults[fault] = seen + times;
        if (
            _examples.Count(example => example.StartsWith($"{fault}: ", StringComparison.Ordinal))
            < Verdict.MaxExamples
        )
        {
            _examples.Add($"{fault}: {what}");
        }
    }

    /// <summary>All attempts under one key.</summary>
    private sealed record Request(Guid MemberId, Guid Key, IReadOnlyList<Attempt> Attempts)
    {
        public Operation Operation => Attempts[0].Operation;

        public bool IsDone { get; } = Attempts.Any(attempt => attempt.IsDone);

        /// <summary>When its first success was answered; only where there is one.</summary>
        public long AcknowledgedAt =>
            Attempts.Where(attempt => attempt.IsDone).Min(attempt => attempt.AnsweredAt);

        /// <summary>
        /// All were refused, or the last was: it was sent when every attempt without a clear answer had been given up. One that was under way at
        /// the same time as an unclear one proves nothing about it.
        /// </summary>
        public bool IsRefusedForGood =>
            !IsDone
            && Attempts.Any(last =>
                last.IsRefused
                && Attempts.All(other => other.IsRefused || other.AnsweredAt <= last.SentAt)
            );
    }
}
