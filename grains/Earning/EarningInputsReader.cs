using Microsoft.Extensions.Logging;
using NpgsqlTypes;
using PointsMall.Grains.Database;

namespace PointsMall.Grains.Earning;

/// <summary>Reads what the rules may ask of members, many in one statement.</summary>
public sealed class EarningInputsReader : IEarningInputs, IDisposable
{
    /// <summary>Members in one statement.</summary>
    private const int MaxBatch = 200;

    /// <summary>Counters of windows that ended earlier are read only for events that come as late.</summary>
    private static readonly TimeSpan Recent = TimeSpan.FromDays(35);

    private const string Inputs = """
        select m.member_id, m.created_at, c.id, c.window_start, c.points, c.times
        from member m
        left join earning_counter c on c.member_id = m.member_id and c.window_end > $2
        where m.member_id = any($1)
        """;

    private readonly MallDatabase _database;
    private readonly TimeProvider _clock;
    private readonly BatchedReads<EarningInputs> _recent;

    public EarningInputsReader(
        MallDatabase database,
        TimeProvider clock,
        ILogger<EarningInputsReader> logger
    )
    {
        _database = database;
        _clock = clock;
        _recent = new(
            MaxBatch,
            members => Read(members, _clock.GetUtcNow() - Recent),
            "earnings",
            logger
        );
    }

    public async Task<EarningInputs?> Read(Guid memberId, DateTimeOffset occurredAt)
    {
        var inputs = await _recent.Read(memberId);
        return inputs?.Since > occurredAt
            ? (await Read([memberId], DateTimeOffset.MinValue)).GetValueOrDefault(memberId)
            : inputs;
    }

    public void Dispose() => _recent.Dispose();

    private async Task<Dictionary<Guid, EarningInputs>> Read(Guid[] members, DateTimeOffset since)
    {
        await using var command = _database.Loads.CreateCommand(Inputs);
        command.Parameters.Add(new() { Value = members });
        command.Parameters.Add(new() { Value = since, NpgsqlDbType = NpgsqlDbType.TimestampTz });
        await using var row = await command.ExecuteReaderAsync();
        Dictionary<Guid, (DateTimeOffset RegisteredAt, List<EarningCounter> Counters)> read = new(
            members.Length
        );
        while (await row.ReadAsync())
        {
            var memberId = row.GetGuid(0);
            if (!read.TryGetValue(memberId, out var member))
            {
                read[memberId] = member = (row.GetFieldValue<DateTimeOffset>(1), []);
            }
            if (!row.IsDBNull(2))
            {
                member.Counters.Add(
                    new(
                        row.GetString(2),
                        row.GetFieldValue<DateTimeOffset>(3),
                        row.GetInt64(4),
                        row.GetInt64(5)
                    )
                );
            }
        }
        return read.ToDictionary(
            member => member.Key,
            member => new EarningInputs(
                new MemberFacts { RegisteredAt = member.Value.RegisteredAt },
                EarningCounters.Of(member.Value.Counters),
                since
            )
        );
    }
}
