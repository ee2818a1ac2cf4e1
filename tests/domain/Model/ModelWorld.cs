using NodaTime;

namespace PointsMall.Tests.Domain.Model;

/// <summary>What a client was told.</summary>
/// <param name="Key">Of its command.</param>
/// <param name="Activation">The activation that answered.</param>
/// <param name="OrderId">Set when it was told that the order exists.</param>
/// <param name="Refusal">Set when it was told that there will be none.</param>
internal sealed record ModelAnswer(string Key, int Activation, Guid? OrderId, RefusalCode? Refusal);

/// <summary>
/// Clients, activations, units on the wire, one gate (the real one) and the database, each step between two yields atomic. A process yields
/// the condition under which it goes on. Decisions are the real rules'.
/// </summary>
internal sealed class ModelWorld
{
    public static readonly Guid Member = new("01977f6e-0000-7000-8000-000000000001");
    public static readonly Guid Rival = new("01977f6e-0000-7000-8000-000000000002");
    private static readonly Guid Sku = new("01977f6e-0000-7000-8000-000000000003");
    private static readonly DateTimeOffset Now = new(2026, 3, 1, 8, 0, 0, TimeSpan.Zero);
    private static readonly DecisionContext Context = new()
    {
        Clock = Now,
        Settings = new(),
        Calendar = new(DateTimeZone.Utc),
        Salt = [.. new byte[LedgerText.SaltSize]],
    };
    private static readonly Account[] Accounts = [WithPoints(Member), WithPoints(Rival)];

    private readonly Schedule _schedule;
    private readonly List<IEnumerator<Func<bool>>> _processes = [];
    private readonly List<ModelAnswer> _answers = [];
    private readonly StockGate _gate;
    private int _ids;

    public ModelWorld(Safeguards safeguards, Schedule schedule)
    {
        _schedule = schedule;
        Database = new(safeguards, Accounts);
        _gate = new(Offer(), Database.Available, Database.Epoch, Now);
    }

    public ModelDatabase Database { get; }

    public void Add(IEnumerable<Func<bool>> process) => _processes.Add(process.GetEnumerator());

    /// <summary>Runs to the end in the order that the schedule says.</summary>
    public void Run()
    {
        while (_processes.Count > 0)
        {
            var ready = _processes.FindAll(process => process.Current?.Invoke() ?? true);
            if (ready.Count == 0)
            {
                throw new InvalidOperationException("Nobody can go on.");
            }
            var next = ready[_schedule.Choose(ready.Count)];
            if (!next.MoveNext())
            {
                _processes.Remove(next);
            }
        }
    }

    /// <summary>
    /// One command through one activation after another: a client that waits no longer sends it again, to a new activation, while the first
    /// unit may still be on the wire. That first activation is then the zombie.
    /// </summary>
    public IEnumerable<Func<bool>> Client(Guid member, string key, int patience)
    {
        for (var attempt = 0; ; attempt++)
        {
            var (account, activation) = Database.TakeOver(member);
            yield return Always;
            if (RecentKeys.Find(account, "member", key) is not null)
            {
                Tell(key, activation, Database.Find(member, key)!.Id);
                yield break;
            }
            var command = Command(key);
            var wire = new Wire();
            for (var tries = 0; tries < 2; tries++)
            {
                var terms = Claim(command, account, wire.Epoch, out var refusal);
                yield return Always;
                var decision = terms is null
                    ? MemberDecision.Refuse(refusal!)
                    : Redemption.Decide(account, command, NextId(), [terms], Context);
                if (decision.Refusal is { } refused)
                {
                    _gate.Release(command.Header.CommandId);
                    _answers.Add(new(key, activation, OrderId: null, refused.Code));
                    yield break;
                }
                wire = new Wire { Epoch = terms!.Epoch };
                Add(Send(wire, new(member, key, activation, account, decision), command));
                yield return attempt < patience ? Always : () => wire.Verdict is not null;
                if (wire.Verdict != ModelVerdict.StaleClaim)
                {
                    break;
                }
            }
            if (wire.Verdict is null || (attempt < patience && _schedule.Choose(2) == 1))
            {
                // The answer is late or lost.
                continue;
            }
            if (wire.Verdict is ModelVerdict.Committed or ModelVerdict.KeyUsed)
            {
                Tell(key, activation, Database.Find(member, key)!.Id);
            }
            // Fenced or twice stale: not run, which promises nothing.
            yield break;
        }
    }

    /// <summary>Staff raise the price; the gate hears of it later.</summary>
    public IEnumerable<Func<bool>> PriceChange()
    {
        Database.ChangePrice(25);
        yield return Always;
        Restart();
    }

    /// <summary>The gate's silo dies; another activation of the gate starts.</summary>
    public IEnumerable<Func<bool>> GateRestart()
    {
        Restart();
        yield break;
    }

    /// <summary>What must hold when everybody is done.</summary>
    public string? Violation()
    {
        if (Database.Orders.Count + Database.Available != 1)
        {
            return $"{Database.Orders.Count} orders and {Database.Available} units of one";
        }
        foreach (var order in Database.Orders)
        {
            if (order.Unit.Decision.Order!.PointsTotal != order.PriceInForce)
            {
                return "an order was written under an offer that was over";
            }
        }
        foreach (var answer in _answers)
        {
            var orders = Database.Orders.Where(order => order.Unit.Key == answer.Key).ToArray();
            if (answer.OrderId is { } id && (orders.Length != 1 || orders[0].Id != id))
            {
                return $"a client was told of one order, there are {orders.Length}";
            }
            // A later attempt may succeed; an earlier one must not once this answer was given.
            if (
                answer.Refusal is not null
                && orders.Any(order => order.Unit.Activation < answer.Activation)
            )
            {
                return $"a client was told {answer.Refusal}, and an earlier attempt made the order";
            }
        }
        if (_gate.Epoch == Database.Epoch && _gate.Left != Database.Available)
        {
            return $"the gate has {_gate.Left} units left, the row {Database.Available}";
        }
        return null;
    }

    private static bool Always() => true;

    private IEnumerable<Func<bool>> Send(Wire wire, ModelUnit unit, RedeemCommand command)
    {
        var verdict = Database.Commit(unit);
        var epoch = Database.Epoch;
        yield return Always;
        var sold = verdict == ModelVerdict.Committed;
        _gate.Resolve(
            new()
            {
                Sold = sold ? [command.Header.CommandId] : [],
                SoldUnits = sold ? 1 : 0,
                Refused = sold ? [] : [command.Header.CommandId],
                Returned = 0,
                Epoch = epoch,
            }
        );
        wire.Verdict = verdict;
    }

    private ClaimTerms? Claim(
        RedeemCommand command,
        Account account,
        long staleEpoch,
        out Refusal? refusal
    )
    {
        var request = new ClaimRequest
        {
            CommandId = command.Header.CommandId,
            MemberId = account.MemberId,
            Quantity = 1,
            SpendablePoints = account.Available,
            Redeemed = [],
            NotBefore = account.LastAt,
            Deadline = command.Header.Deadline,
            StaleEpoch = staleEpoch,
        };
        ClaimAnswer? answer;
        while ((answer = _gate.Claim(request, Now, Context.Calendar)) is null)
        {
            Restart();
        }
        refusal = answer.Refusal;
        return answer.Terms;
    }

    private void Restart()
    {
        var (available, epoch) = Database.Bump();
        _gate.Restarted(Offer(), available, epoch, Now);
    }

    private void Tell(string key, int activation, Guid orderId) =>
        _answers.Add(new(key, activation, orderId, Refusal: null));

    private Offer Offer() =>
        new()
        {
            SkuId = Sku,
            ProductId = Sku,
            Name = "The last one",
            Points = Database.Price,
            Listed = true,
        };

    private RedeemCommand Command(string key) =>
        new()
        {
            Header = new()
            {
                CommandId = NextId(),
                Principal = "member",
                Key = key,
                Fingerprint = new byte[32],
                Deadline = Now.AddSeconds(5),
                Actor = ActorKind.Member,
            },
            Items = [new(Sku, 1)],
        };

    private Guid NextId() => new(++_ids, 0, 0x7000, 0x80, 0, 0, 0, 0, 0, 0, 0);

    private static Account WithPoints(Guid member) =>
        Grant
            .Decide(
                Grains.Members.Accounts.Empty(member, Now),
                new()
                {
                    Header = new()
                    {
                        CommandId = member,
                        Principal = "staff:test",
                        Key = null,
                        Fingerprint = [],
                        Deadline = Now,
                        Actor = ActorKind.Staff,
                    },
                    Points = 100,
                    Reason = "model",
                },
                Context
            )
            .Next!;

    private sealed class Wire
    {
        public ModelVerdict? Verdict { get; set; }
        public long Epoch { get; init; }
    }
}
