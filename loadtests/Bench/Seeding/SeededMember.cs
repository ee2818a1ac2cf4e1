using NodaTime;
using PointsMall.GrainInterfaces;
using PointsMall.GrainInterfaces.Inventory;
using PointsMall.GrainInterfaces.Members;
using PointsMall.GrainInterfaces.Programme;
using PointsMall.Grains.Members;
using PointsMall.Grains.Orders;
using PointsMall.Grains.Programme;

namespace PointsMall.LoadTests.Bench.Seeding;

/// <summary>
/// A member's life before the load: registered, granted points, and for a rich one an order of souvenirs. Every step is decided by the
/// product's own rules, so the rows are those that its commits would have written.
/// </summary>
internal sealed class SeededMember
{
    /// <summary>Lots of a member who is not rich.</summary>
    private const int FewLots = 3;
    private const string Source = "purchase";
    private static readonly ProgrammeSettings Settings = new();
    private static readonly Calendar Calendar = new(DateTimeZoneProviders.Tzdb[Settings.Zone]);
    private readonly List<SeededCommit> _commits = [];
    private readonly Crowd _crowd;
    private Crowd.Bits _bits;
    private DateTimeOffset _now;
    private TimeSpan _step;

    private SeededMember(Crowd crowd, int number)
    {
        _crowd = crowd;
        _bits = crowd.BitsOf(number);
        var id = crowd.MemberId(number);
        CreatedAt = DateTimeOffset.FromUnixTimeMilliseconds(MillisecondsOf(id));
        Account = Accounts.Empty(id, CreatedAt);
        CommitId = _bits.NextId(CreatedAt);
        _now = CreatedAt;
    }

    public Account Account { get; private set; }
    public DateTimeOffset CreatedAt { get; }

    /// <summary>Of the registration.</summary>
    public Guid CommitId { get; }
    public IReadOnlyList<SeededCommit> Commits => _commits;

    /// <param name="crowd">The crowd.</param>
    /// <param name="number">The member's number in it.</param>
    /// <param name="souvenirs">What a rich member's order is of; empty for no order.</param>
    /// <param name="principal">Who grants.</param>
    public static SeededMember Make(
        Crowd crowd,
        int number,
        IReadOnlyList<StageSku> souvenirs,
        string principal
    )
    {
        var member = new SeededMember(crowd, number);
        var entries = crowd.EntriesOf(number);
        member._step = (crowd.At.AddDays(-1) - member.CreatedAt) / (entries + 1);
        if (crowd.IsRich(number))
        {
            member.Grant(
                principal,
                crowd.LotsEach,
                crowd.LotsEach,
                crowd.PointsEach / crowd.LotsEach
            );
            member.Redeem(souvenirs);
        }
        else
        {
            member.Grant(principal, entries, FewLots, points: 100);
        }
        return member;
    }

    /// <summary>Grants over some expiry days: those of one day are one lot.</summary>
    private void Grant(string principal, int grants, int lots, long points)
    {
        for (var i = 0; i < grants; i++)
        {
            var command = new GrantCommand
            {
                Header = Header(principal, ActorKind.Staff, "grant"),
                Points = points,
                Reason = "Load test",
                Source = Source,
                // No lot expires during a run, however long the data is kept within a month.
                ExpiresAt = _crowd.At.AddDays(31 + 30 * (i % lots)),
            };
            Commit(
                "grant",
                command.Header,
                PointsMall.Grains.Members.Grant.Decide(Account, command, Context())
            );
        }
    }

    private void Redeem(IReadOnlyList<StageSku> souvenirs)
    {
        if (souvenirs.Count == 0)
        {
            return;
        }
        var command = new RedeemCommand
        {
            Header = Header("member", ActorKind.Member, "redeem"),
            Items = [.. souvenirs.Select(sku => new RedemptionItem(sku.SkuId, 1))],
        };
        var claims = souvenirs.Select(sku => new ClaimTerms
        {
            SkuId = sku.SkuId,
            ProductId = sku.ProductId,
            Name = sku.Name,
            PointsEach = sku.Points,
            Quantity = 1,
            Epoch = 1,
            ClaimedAt = _now,
            Limit = new(Souvenirs.PerMember, LimitWindow.Total, DateTimeOffset.UnixEpoch),
        });
        Commit(
            "redeem",
            command.Header,
            Redemption.Decide(Account, command, _bits.NextId(_now), [.. claims], Context())
        );
    }

    private void Commit(string operation, CommandHeader header, MemberDecision decision)
    {
        Account =
            decision.Next
            ?? throw new InvalidOperationException(
                $"A seeded {operation} is refused: {decision.Refusal?.Code}"
            );
        _commits.Add(new(operation, header, _now, decision));
    }

    private CommandHeader Header(string principal, ActorKind actor, string operation)
    {
        _now = Instants.Truncate(_now + _step);
        var id = _bits.NextId(_now);
        return new CommandHeader
        {
            CommandId = id,
            Principal = principal,
            Key = $"{operation}-{id}",
            Fingerprint = _bits.NextBytes(32),
            Deadline = _now,
            Actor = actor,
        };
    }

    private DecisionContext Context() =>
        new()
        {
            Clock = _now,
            Settings = Settings,
            Calendar = Calendar,
            Salt = [.. _bits.NextBytes(LedgerText.SaltSize)],
        };

    private static long MillisecondsOf(Guid id)
    {
        Span<byte> bytes = stackalloc byte[16];
        id.TryWriteBytes(bytes, bigEndian: true, out _);
        return (long)(System.Buffers.Binary.BinaryPrimitives.ReadUInt64BigEndian(bytes) >> 16);
    }
}

/// <summary>A command that was carried out.</summary>
internal sealed record SeededCommit(
    string Operation,
    CommandHeader Header,
    DateTimeOffset At,
    MemberDecision Decision
);
