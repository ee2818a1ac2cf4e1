using CsCheck;
using Npgsql;
using NpgsqlTypes;
using PointsMall.GrainInterfaces.Members;
using PointsMall.Grains.Members;
using PointsMall.Tests.Support;
using PointsMall.Tests.Support.Rules;

namespace PointsMall.Tests.Cluster.Members;

/// <summary>Balances read by SQL are those that the rules give for the same account at the same moment.</summary>
public sealed class BalanceViewTests(PostgresFixture postgres)
{
    private const string InsertAccount = """
        insert into mall.member_account (
            member_id, version, available, held, pending, debt, lifetime_earned, lifetime_spent, sequence, head_hash, last_at, due_on, state
        )
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
        """;

    private const string InsertLot = """
        insert into mall.point_lot (member_id, number, source, remaining, expires_at, activates_at)
        values ($1, $2, $3, $4, $5, $6)
        """;

    private const string InsertHold = """
        insert into mall.hold (
            hold_id, member_id, status, points, captured, reason, lots, placed_at, expires_at, late_until
        )
        values ($1, $2, 'open', $3, 0, 'reason', $4::jsonb, $5, $6, $7)
        """;

    private const string SelectBalance = """
        select available, pending, held, debt, lifetime_earned, lifetime_spent
        from mall.member_balance
        where member_id = $1
        """;

    private const string SelectExpiring = """
        select points, expires_at
        from mall.member_expiring($1, $2)
        """;

    /// <summary>The view applies what is due at the later of the database's clock and the account's last commit: a far one makes time a given.</summary>
    private static readonly DateTimeOffset FarAhead = new(2300, 6, 1, 8, 0, 0, TimeSpan.Zero);

    [Fact]
    [Trait("Behaviour", "PTS-1")]
    [Trait("Behaviour", "EXP-1")]
    [Trait("Behaviour", "EXP-2")]
    public async Task The_view_gives_the_balance_that_the_rules_give()
    {
        await using var database = await postgres.CreateDatabase();
        await using var owner = NpgsqlDataSource.Create(database.OwnerConnectionString);
        await using var api = NpgsqlDataSource.Create(database.ApiConnectionString);
        var journeys = new List<MemberJourney>();
        Gen.Select(Steps.Settings, Steps.Many, Gen.Double[0, 500])
            .Sample(
                (settings, steps, idleHours) =>
                {
                    var id = new Guid(journeys.Count, 0, 0x7000, 0x80, 0, 0, 0, 0, 0, 0, 0);
                    var journey = new MemberJourney(settings, id, FarAhead);
                    foreach (var step in steps)
                    {
                        journey.Take(step);
                    }
                    journey.Clock = Instants.Truncate(
                        Instants.Later(journey.Clock, journey.Account.LastAt).AddHours(idleHours)
                    );
                    journeys.Add(journey);
                },
                iter: 150,
                threads: 1
            );
        Assert.Contains(journeys, journey => journey.Account.PagedLots > 0);
        Assert.Contains(journeys, journey => journey.Account.DueOn <= journey.Clock);
        Assert.Contains(
            journeys,
            journey => journey.Pages.Holds.Any(stored => stored.Hold.ExpiresAt <= journey.Clock)
        );

        foreach (var journey in journeys)
        {
            await Write(owner, journey);
            var expected = Accounts.BalanceOf(
                journey.Account,
                journey.Pages,
                journey.Clock,
                noticeDays: 30
            );
            Assert.Equal(expected with { ExpiringSoon = [] }, await Balance(api, journey));
            Assert.Equal(expected.ExpiringSoon, await Expiring(api, journey));
        }
    }

    [Fact]
    public async Task Lots_and_holds_are_not_read_while_nothing_is_due()
    {
        await using var database = await postgres.CreateDatabase();
        await using var owner = NpgsqlDataSource.Create(database.OwnerConnectionString);
        await Write(owner, new MemberJourney());
        await using var explain = owner.CreateCommand(
            "explain (analyze, costs off) select * from mall.member_balance"
        );
        await using var lines = await explain.ExecuteReaderAsync();
        var plan = new List<string>();
        while (await lines.ReadAsync())
        {
            plan.Add(lines.GetString(0));
        }
        Assert.All(
            ["account_lots", "hold_lots"],
            function =>
                Assert.Contains(
                    plan,
                    line =>
                        line.Contains(function, StringComparison.Ordinal)
                        && line.Contains("never executed", StringComparison.Ordinal)
                )
        );
    }

    [Fact]
    public async Task A_state_of_another_format_is_refused_by_name()
    {
        await using var database = await postgres.CreateDatabase();
        await using var owner = NpgsqlDataSource.Create(database.OwnerConnectionString);
        await using var command = owner.CreateCommand(
            "select * from mall.account_lots($1, decode('02' || repeat('00', 20), 'hex'))"
        );
        command.Parameters.AddWithValue(Guid.Empty);

        var refused = await Assert.ThrowsAsync<PostgresException>(() =>
            command.ExecuteReaderAsync()
        );

        Assert.Contains("format 2", refused.MessageText, StringComparison.Ordinal);
    }

    private static async Task Write(NpgsqlDataSource owner, MemberJourney journey)
    {
        var account = journey.Account;
        await using var insert = owner.CreateCommand(InsertAccount);
        insert.Parameters.AddWithValue(account.MemberId);
        insert.Parameters.AddWithValue(account.Version);
        insert.Parameters.AddWithValue(account.Available);
        insert.Parameters.AddWithValue(account.Held);
        insert.Parameters.AddWithValue(account.Pending);
        insert.Parameters.AddWithValue(account.Debt);
        insert.Parameters.AddWithValue(account.LifetimeEarned);
        insert.Parameters.AddWithValue(account.LifetimeSpent);
        insert.Parameters.AddWithValue(account.Sequence);
        insert.Parameters.AddWithValue(account.HeadHash.ToBytes());
        insert.Parameters.AddWithValue(journey.Clock);
        AddInstant(insert, account.DueOn);
        insert.Parameters.AddWithValue(AccountCodec.Encode(account));
        await insert.ExecuteNonQueryAsync();
        foreach (var row in journey.PointLots)
        {
            await using var lot = owner.CreateCommand(InsertLot);
            lot.Parameters.AddWithValue(account.MemberId);
            lot.Parameters.AddWithValue(row.Lot.Number);
            lot.Parameters.AddWithValue(row.Lot.Source);
            lot.Parameters.AddWithValue(row.Lot.Remaining);
            AddInstant(lot, Instants.OrNever(row.Lot.ExpiresAt));
            AddInstant(lot, row.ActivatesAt);
            await lot.ExecuteNonQueryAsync();
        }
        foreach (var stored in journey.Pages.Holds)
        {
            await using var hold = owner.CreateCommand(InsertHold);
            // Journeys count their ids from 1, each of them.
            hold.Parameters.AddWithValue(Guid.CreateVersion7(TimeProvider.System.GetUtcNow()));
            hold.Parameters.AddWithValue(account.MemberId);
            hold.Parameters.AddWithValue(stored.Hold.Points);
            hold.Parameters.AddWithValue(EntryLots.Write(stored.Lots));
            hold.Parameters.AddWithValue(stored.Hold.PlacedAt);
            hold.Parameters.AddWithValue(stored.Hold.ExpiresAt);
            AddInstant(hold, stored.LateUntil);
            await hold.ExecuteNonQueryAsync();
        }
    }

    private static void AddInstant(NpgsqlCommand command, DateTimeOffset? instant) =>
        command.Parameters.Add(
            new()
            {
                Value = instant is { } given ? given : DBNull.Value,
                NpgsqlDbType = NpgsqlDbType.TimestampTz,
            }
        );

    private static async Task<Balance> Balance(NpgsqlDataSource api, MemberJourney journey)
    {
        await using var select = api.CreateCommand(SelectBalance);
        select.Parameters.AddWithValue(journey.Account.MemberId);
        await using var row = await select.ExecuteReaderAsync();
        Assert.True(await row.ReadAsync());
        return new Balance
        {
            Available = row.GetInt64(0),
            Pending = row.GetInt64(1),
            Held = row.GetInt64(2),
            Debt = row.GetInt64(3),
            LifetimeEarned = row.GetInt64(4),
            LifetimeSpent = row.GetInt64(5),
            ExpiringSoon = [],
        };
    }

    private static async Task<List<ExpiringPoints>> Expiring(
        NpgsqlDataSource api,
        MemberJourney journey
    )
    {
        await using var select = api.CreateCommand(SelectExpiring);
        select.Parameters.AddWithValue(journey.Account.MemberId);
        select.Parameters.AddWithValue(journey.Clock.AddDays(30));
        await using var rows = await select.ExecuteReaderAsync();
        var expiring = new List<ExpiringPoints>();
        while (await rows.ReadAsync())
        {
            expiring.Add(new(rows.GetInt64(0), rows.GetFieldValue<DateTimeOffset>(1)));
        }
        return expiring;
    }
}
