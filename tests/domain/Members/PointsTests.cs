namespace PointsMall.Tests.Domain.Members;

/// <summary>Grants, deductions and what time does to points, one rule a test.</summary>
public sealed class PointsTests
{
    private readonly MemberJourney _member = new(
        new ProgrammeSettings
        {
            DefaultValidityDays = 1,
            MaxPointsPerCommand = 2_000_000_000_000_000,
        }
    );

    [Fact]
    [Trait("Behaviour", "PTS-6")]
    public void A_grant_is_an_entry_with_source_cause_actor_and_reason()
    {
        var entry = Assert.Single(_member.Take(new Step.Grant(50, Source: 2, null, null))!.Entries);

        Assert.Equal(
            (EntryType.Grant, EntryAccount.Available, 50L, 50L),
            (entry.Type, entry.Account, entry.Points, entry.BalanceAfter)
        );
        Assert.Equal(
            ("issued:source_2", "grant", ActorKind.Member),
            (entry.Contra, entry.CauseKind, entry.Actor)
        );
        Assert.Equal(("member", "reason"), (entry.Text!.ActorName, entry.Text.Reason));
        Assert.Equal(50, _member.Account.LifetimeEarned);
    }

    [Fact]
    [Trait("Behaviour", "PTS-2")]
    public void Points_are_drawn_earliest_expiry_first_then_the_oldest_lot_then_those_that_never_expire()
    {
        var forever = new MemberJourney(new ProgrammeSettings { DefaultValidityDays = null });
        forever.Take(new Step.Grant(10, Source: 0, ValidDays: null, null));
        forever.Take(new Step.Grant(10, Source: 1, ValidDays: 9, null));
        forever.Take(new Step.Grant(10, Source: 2, ValidDays: 9, null));
        forever.Take(new Step.Grant(10, Source: 3, ValidDays: 2, null));

        var entry = forever.Take(new Step.Deduct(35))!.Entries[^1];

        Assert.Equal(
            [(4, 10), (2, 10), (3, 10), (1, 5)],
            entry.Lots.Select(lot => (lot.Number, lot.Points))
        );
        Assert.Null(entry.Lots[^1].ExpiresAt);
    }

    [Fact]
    public void Grants_of_one_source_and_expiry_are_one_lot_under_the_first_number()
    {
        _member.Take(new Step.Grant(10, Source: 0, ValidDays: 5, null));
        _member.Take(new Step.Grant(10, Source: 1, ValidDays: 5, null));
        var entry = _member.Take(new Step.Grant(7, Source: 0, ValidDays: 5, null))!.Entries[^1];

        Assert.Equal(1, Assert.Single(entry.Lots).Number);
        Assert.Equal(
            [(1, 17), (2, 10)],
            _member.Account.Lots.Select(lot => (lot.Number, lot.Remaining))
        );
    }

    [Fact]
    [Trait("Behaviour", "PTS-3")]
    public void A_deduction_beyond_what_is_available_changes_nothing_and_says_why()
    {
        _member.Take(new Step.Grant(10, 0, null, null));
        var before = _member.Account;

        var decision = _member.Take(new Step.Deduct(11))!;

        Assert.Equal(
            (RefusalCode.InsufficientPoints, 11L, 10L),
            (decision.Refusal!.Code, decision.Refusal.Required, decision.Refusal.Available)
        );
        Assert.Empty(decision.Entries);
        Assert.Same(before, _member.Account);
    }

    [Fact]
    [Trait("Behaviour", "EXP-1")]
    public void Points_can_be_spent_to_the_last_instant_of_their_last_day_and_not_after_though_no_sweep_came()
    {
        _member.Take(new Step.Grant(10, 0, null, null));
        var end = _member.Account.Lots[0].ExpiresAt;
        _member.Clock = end.AddMicroseconds(-1);
        Assert.Null(_member.Take(new Step.Deduct(1))!.Refusal);

        _member.Clock = end;
        var refusal = _member.Take(new Step.Deduct(1))!.Refusal!;

        Assert.Equal((RefusalCode.InsufficientPoints, 0L), (refusal.Code, refusal.Available));
        Assert.Equal(9, _member.Account.Available);
        var expiry = Assert.Single(_member.Take(new Step.Sweep())!.Entries);
        Assert.Equal(
            (EntryType.Expiry, -9L, "expired", ActorKind.System),
            (expiry.Type, expiry.Points, expiry.Contra, expiry.Actor)
        );
        Assert.Null(_member.Account.DueOn);
        Assert.Null(_member.Take(new Step.Sweep()));
    }

    [Fact]
    [Trait("Behaviour", "EXP-2")]
    public void Pending_points_become_active_before_points_expire()
    {
        _member.Take(new Step.Grant(10, Source: 0, ValidDays: null, PendingDays: 1));
        Assert.Equal((0, 10), (_member.Account.Available, _member.Account.Pending));
        _member.Clock = _member.Clock.AddDays(9);

        var entries = _member.Take(new Step.Sweep())!.Entries;

        Assert.Equal([EntryType.Activation, EntryType.Expiry], entries.Select(entry => entry.Type));
        Assert.Equal(
            [(10L, "pending", 10L), (-10L, "expired", 0L)],
            entries.Select(entry => (entry.Points, entry.Contra, entry.BalanceAfter))
        );
    }

    [Fact]
    [Trait("Behaviour", "EARN-2")]
    public void Default_validity_is_counted_from_the_activation()
    {
        _member.Take(new Step.Grant(10, Source: 0, ValidDays: null, PendingDays: 3));

        Assert.Equal(
            _member.Calendar.EndOfValidity(_member.Clock.AddDays(3), 1),
            _member.Account.PendingLots[0].Lot.ExpiresAt
        );
    }

    [Fact]
    [Trait("Behaviour", "PTS-9")]
    public void A_balance_beyond_the_most_that_an_account_may_hold_is_refused()
    {
        _member.Take(new Step.Grant(Grant.MaxBalance - 5, 0, null, PendingDays: 1));
        Assert.Equal("points", _member.Take(new Step.Grant(6, 0, null, null))!.Refusal!.Field);
        Assert.Null(_member.Take(new Step.Grant(5, 0, null, null))!.Refusal);
    }

    [Theory]
    [InlineData(0, "purchase", "points")]
    [InlineData(-1, "purchase", "points")]
    [InlineData(long.MaxValue, "purchase", "points")]
    [InlineData(1, "", "source")]
    [InlineData(1, "Purchase", "source")]
    [InlineData(1, "a:b", "source")]
    [Trait("Behaviour", "PTS-9")]
    public void A_grant_with_a_wrong_field_is_refused_by_its_name(
        long points,
        string source,
        string field
    ) => Assert.Equal(field, Refused(points, source, null, null).Field);

    [Fact]
    public void A_grant_that_would_never_be_spendable_is_refused()
    {
        Assert.Equal("expiresAt", Refused(1, "a", _member.Clock, null).Field);
        Assert.Equal(
            "expiresAt",
            Refused(1, "a", _member.Clock.AddHours(2), _member.Clock.AddHours(2)).Field
        );
        Assert.Equal("pendingUntil", Refused(1, "a", null, DateTimeOffset.MaxValue).Field);
        Assert.Equal("expiresAt", Refused(1, "a", DateTimeOffset.MaxValue, null).Field);
    }

    [Fact]
    public void Time_never_runs_back_for_a_member()
    {
        _member.Take(new Step.Grant(10, 0, null, null));
        var last = _member.Account.LastAt;
        _member.Clock = _member.Clock.AddHours(-3);

        var entry = _member.Take(new Step.Grant(10, 0, null, null))!.Entries[^1];

        Assert.Equal(last, entry.OccurredAt);
    }

    [Fact]
    public void Lots_are_bounded()
    {
        var expiry = _member.Clock.AddYears(1);
        var paged = Enumerable
            .Range(1, Account.MaxLots)
            .Select(n => new PagedLotChange(new(n, 1, expiry.AddDays(n), n), ActivatesAt: null))
            .ToImmutableArray();
        var account = _member.Account with
        {
            Available = Account.MaxLots,
            Sequence = Account.MaxLots,
            PagedLots = Account.MaxLots,
            DueOn = expiry,
        };
        var context = _member.Context() with { Pages = new(paged, []) };

        Assert.Equal(
            RefusalCode.TooManyLots,
            Grant.Decide(account, Command(1, "a", expiry, null), context).Refusal!.Code
        );
        Assert.True(
            Grant.Decide(account, Command(1, "a", expiry, null), _member.Context()).NeedsPages
        );
        // The first 24 come into the account's row.
        var spent = Deduction.Decide(
            account,
            new()
            {
                Header = _member.Header(),
                Points = 1,
                Reason = "r",
            },
            context
        );
        Assert.Equal(Account.MaxLots - 1 - Account.MaxHeadLots, spent.Next!.PagedLots);
        Assert.Equal(Account.MaxHeadLots + 1, spent.PagedLots.Length);
        Assert.All(spent.PagedLots, row => Assert.Equal(0, row.Lot.Remaining));
    }

    [Fact]
    [Trait("Behaviour", "PTS-4")]
    public void The_last_eight_keys_are_remembered_for_their_principal()
    {
        var headers = new List<CommandHeader>();
        for (var i = 0; i < 9; i++)
        {
            var command = Command(1, "a", null, null);
            headers.Add(command.Header);
            var account = Grant
                .Decide(_account ?? _member.Account, command, _member.Context())
                .Next!;
            Assert.Equal(account.Version, RecentKeys.Find(account, "member", command.Header.Key!));
            Assert.Equal(i == 8, RecentKeys.MayBeOlder(account));
            _account = account;
        }

        Assert.Null(RecentKeys.Find(_account!, "member", headers[0].Key!));
        Assert.NotNull(RecentKeys.Find(_account!, "member", headers[1].Key!));
        Assert.Null(RecentKeys.Find(_account!, "staff:partner", headers[1].Key!));
        Assert.NotEqual(RecentKeys.HashOf("ab", "c"), RecentKeys.HashOf("a", "bc"));
    }

    private Account? _account;

    private Refusal Refused(
        long points,
        string source,
        DateTimeOffset? expiresAt,
        DateTimeOffset? pendingUntil
    ) =>
        Grant
            .Decide(
                _member.Account,
                Command(points, source, expiresAt, pendingUntil),
                _member.Context()
            )
            .Refusal!;

    private GrantCommand Command(
        long points,
        string source,
        DateTimeOffset? expiresAt,
        DateTimeOffset? pendingUntil
    ) =>
        new()
        {
            Header = _member.Header(),
            Points = points,
            Reason = "reason",
            Source = source,
            ExpiresAt = expiresAt,
            PendingUntil = pendingUntil,
        };
}
