using Npgsql;
using PointsMall.Grains.Database;

namespace PointsMall.Grains.Earning;

/// <summary>What a member's grain reads to carry out an event, beside its account.</summary>
public sealed class EarningRecords(MallDatabase database)
{
    private const string PurchaseRow = """
        select member_id, state::text
        from purchase
        where partner = $1
            and order_id = $2
        """;

    private const string CheckInRow = """
        select day, streak, total
        from check_in
        where member_id = $1
            and day <= $2
        order by day desc
        limit 1
        """;

    private const string OutcomeRow = """
        select outcome::text
        from earning_event
        where partner = $1
            and event_id = $2
            and member_id = $3
        """;

    private const string BudgetRows = """
        select name, used
        from earning_budget
        where budget_id = any($1)
        """;

    /// <summary>The partner's purchase as it stands, whoever's it is; null when nothing of it has arrived.</summary>
    public async Task<StoredPurchase?> Purchase(string partner, string orderId)
    {
        await using var command = Command(PurchaseRow, partner, orderId);
        await using var row = await command.ExecuteReaderAsync();
        return await row.ReadAsync()
            ? EarningJson.ReadPurchase(row.GetString(1)) with
            {
                Partner = partner,
                OrderId = orderId,
                MemberId = row.GetGuid(0),
            }
            : null;
    }

    /// <summary>The member's latest check-in up to a day.</summary>
    public async Task<CheckIn?> CheckIn(Guid memberId, DateOnly day)
    {
        await using var command = Command(CheckInRow, memberId, day);
        await using var row = await command.ExecuteReaderAsync();
        return await row.ReadAsync()
            ? new CheckIn(row.GetFieldValue<DateOnly>(0), row.GetInt32(1), row.GetInt32(2))
            : null;
    }

    /// <summary>What a member's event came to, or null when it was not carried out.</summary>
    public async Task<EventOutcome?> Outcome(string partner, string eventId, Guid memberId)
    {
        await using var command = Command(OutcomeRow, partner, eventId, memberId);
        return await command.ExecuteScalarAsync() is string json
            ? EarningJson.ReadOutcome(json)
            : null;
    }

    /// <summary>What budgets have given so far, by their names; those that have given nothing are not there.</summary>
    public async Task<IReadOnlyDictionary<string, long>> Budgets(IEnumerable<string> names)
    {
        await using var command = Command(BudgetRows, names.Select(BudgetDelta.IdOf).ToArray());
        await using var row = await command.ExecuteReaderAsync();
        Dictionary<string, long> used = new(StringComparer.Ordinal);
        while (await row.ReadAsync())
        {
            used.Add(row.GetString(0), row.GetInt64(1));
        }
        return used;
    }

    private NpgsqlCommand Command(string sql, params object[] values)
    {
        var command = database.Loads.CreateCommand(sql);
        foreach (var value in values)
        {
            command.Parameters.Add(new() { Value = value });
        }
        return command;
    }
}
