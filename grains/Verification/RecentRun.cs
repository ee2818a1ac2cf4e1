namespace PointsMall.Grains.Verification;

/// <summary>
/// One look at what was committed since the last. Members and orders that changed are named by the outbox and by <c>silent_commit</c>, each row
/// with its transaction. A look ends below the oldest transaction that is still open, so that none is passed before it is committed.
/// </summary>
internal sealed class RecentRun(VerificationSession session, int membersPerRun)
{
    /// <summary>Changes that one statement adds to the stock's totals, and statements of one run.</summary>
    private const int ChangesPerStatement = 50_000;
    private const int Statements = 20;

    private const string Checkpoint = """
        select members_xid, stock_xid
        from verification
        """;

    /// <summary>The transaction of the change before which so many changes lie; nothing when there are fewer.</summary>
    private const string Cut = """
        select xid
        from (
            select e.xid
            from generate_series(0, 15) slots (slot)
            cross join lateral (
                select o.xid
                from event o
                where o.slot = slots.slot
                    and o.xid >= $1
                    and o.xid < $2
                order by o.xid, o.id
                limit $3
            ) e
            union all
            select c.xid
            from (
                select xid, members
                from silent_commit
                where xid >= $1
                    and xid < $2
                order by xid, id
                limit $3
            ) c
            cross join unnest(c.members)
        ) changes
        order by xid
        offset $3 - 1
        limit 1
        """;

    private const string Changed = """
        select member_id
        from events_between($1, $2)
        where member_id is not null
        union
        select unnest(members)
        from silent_commit
        where xid >= $1
            and xid < $2
        order by member_id -- neighbours of a slice share index pages
        """;

    private const string AddToStock = """
        with base as (
            insert into verification_stock as b (sku_id, redeemed)
            select sku_id, units from units_between($1, $2)
            on conflict (sku_id) do update
            set redeemed = b.redeemed + excluded.redeemed
        )
        update verification
        set stock_xid = $2
        """;

    /// <summary>
    /// SKUs whose row is not what movements and orders since the checkpoint make of the total there. Cheap, for no order before it is read;
    /// the full check of these SKUs then says what is true.
    /// </summary>
    private const string Suspects = """
        select s.sku_id, s.redeemed - coalesce(u.units, 0)
        from mall.stock s
        left join mall.verification_stock b using (sku_id)
        left join mall.units_between($1, pg_snapshot_xmax(pg_current_snapshot())) u using (sku_id)
        left join (
            select sku_id, sum(quantity) as units
            from mall.stock_movement
            group by sku_id
        ) m using (sku_id)
        where s.redeemed - coalesce(u.units, 0) <> coalesce(b.redeemed, 0)
            or s.available + s.redeemed <> coalesce(m.units, 0)
        """;

    private const string Adopt = """
        insert into verification_stock (sku_id, redeemed)
        select * from unnest($1::uuid[], $2::bigint[])
        on conflict (sku_id) do update
        set redeemed = excluded.redeemed
        """;

    private const string Advance = """
        with checked as (
            delete from silent_commit where xid < $1
        )
        update verification
        set members_xid = $1,
            recent_at = now(),
            recent_seconds = $2,
            recent_rows = recent_rows + $3
        """;

    private readonly FindingStore _store = new(session);

    /// <returns>What was found, those that were open already included.</returns>
    public async Task<List<Finding>> Run()
    {
        var started = TimeProvider.System.GetTimestamp();
        var (membersFrom, stockFrom) = (
            await session.List(
                Checkpoint,
                row => (row.GetFieldValue<ulong>(0), row.GetFieldValue<ulong>(1))
            )
        )[0];
        var horizon = await session.Horizon();
        // A server that was filled from a dump counts its transactions anew.
        (membersFrom, stockFrom) = (Math.Min(membersFrom, horizon), Math.Min(stockFrom, horizon));
        var findings = new Findings();
        foreach (var check in SharedRowChecks.Small)
        {
            findings.Take(await session.Examiner.Shared(check));
        }
        var skus = await CheckStock(stockFrom, horizon, findings);
        var upTo = await UpTo(membersFrom, horizon, membersPerRun);
        var members = await CheckMembers(membersFrom, upTo, findings);

        await using var transaction = await session.Begin();
        var found = await _store.Add(findings.Violations);
        if (found.Count < FindingStore.Most)
        {
            await _store.Clear(members, skus);
        }
        await session.Execute(
            Advance,
            upTo,
            TimeProvider.System.GetElapsedTime(started).TotalSeconds,
            findings.Rows.Values.Sum()
        );
        await transaction.CommitAsync();
        return found;
    }

    /// <summary>Whole transactions, with not many more changes than asked for.</summary>
    private async Task<ulong> UpTo(ulong from, ulong horizon, int changes) =>
        await session.Transaction(Cut, from, horizon, changes) is { } last
            ? Math.Max(last, from + 1)
            : horizon;

    private async Task<Guid[]> CheckMembers(ulong from, ulong upTo, Findings findings)
    {
        var changed = await session.List(Changed, row => row.GetGuid(0), from, upTo);
        Guid[] members = [.. changed.Union(await _store.Members())];
        var size = new SliceSize();
        for (var checkedMembers = 0; checkedMembers < members.Length; )
        {
            var sliceStarted = TimeProvider.System.GetTimestamp();
            var slice = members.Skip(checkedMembers).Take(size.Members).ToArray();
            findings.Take(await session.Examiner.Members(MemberSet.Of(slice)));
            checkedMembers += slice.Length;
            size.Adapt(TimeProvider.System.GetElapsedTime(sliceStarted));
        }
        return members;
    }

    /// <returns>The SKUs whose stock was looked at.</returns>
    private async Task<Guid[]> CheckStock(ulong from, ulong horizon, Findings findings)
    {
        for (var i = 0; i < Statements && from < horizon; i++)
        {
            var upTo = await UpTo(from, horizon, ChangesPerStatement);
            await session.Execute(AddToStock, from, upTo);
            from = upTo;
        }
        if (from < horizon)
        {
            return [];
        }
        var suspects = new Dictionary<Guid, long>();
        await using (var snapshot = await Snapshot.Take(session.Connection, default))
        {
            await foreach (var row in snapshot.Read(Suspects, from))
            {
                suspects.Add(row.GetGuid(0), row.GetInt64(1));
            }
        }
        Guid[] skus = [.. suspects.Keys.Union(await _store.Skus())];
        if (skus.Length == 0)
        {
            return [];
        }
        var seen = await session.Examiner.Stock(skus);
        findings.Take(seen);
        var wrong = seen.Violations.Select(violation => violation.Concerns).ToHashSet();
        var right = suspects.Where(suspect => !wrong.Contains(suspect.Key)).ToList();
        await session.Execute(
            Adopt,
            right.Select(suspect => suspect.Key).ToArray(),
            right.Select(suspect => suspect.Value).ToArray()
        );
        return skus;
    }
}
