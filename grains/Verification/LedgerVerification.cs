using Npgsql;
using PointsMall.Grains.Database;
using PointsMall.Grains.Members;

namespace PointsMall.Grains.Verification;

/// <summary>
/// The checks that replay rows: each member's ledger, lots, commands and texts. Everything of a set is read in the order of the members, one
/// row at a time, so a long ledger takes no more memory than a short one.
/// </summary>
internal sealed class LedgerVerification(Snapshot snapshot, Findings findings)
{
    private const string Accounts = """
        select
            member_id, version, available, held, pending, debt, lifetime_earned, lifetime_spent,
            sequence, head_hash, last_at, due_on, state, deactivated_at, activations
        from mall.member_account
        where member_id > $1
            and member_id <= $2
            and ($3::uuid[] is null or member_id = any($3))
        """;

    private const string PagedLots = """
        select member_id, number, source, remaining, expires_at, activates_at
        from mall.point_lot
        where member_id > $1
            and member_id <= $2
            and ($3::uuid[] is null or member_id = any($3))
        """;

    private const string Entries = """
        select
            member_id, sequence, type, account, points, contra, balance_after, lots::text, cause_kind, cause_id,
            actor, text_hash, occurred_at, previous_hash, hash
        from mall.ledger_entry
        where member_id > $1
            and member_id <= $2
            and ($3::uuid[] is null or member_id = any($3))
        order by member_id, sequence
        """;

    private const string Commands = """
        select member_id, version, principal, key, first_sequence, last_sequence
        from mall.command
        where member_id > $1
            and member_id <= $2
            and ($3::uuid[] is null or member_id = any($3))
        order by member_id, version
        """;

    private const string Texts = """
        select t.member_id, t.sequence, t.salt, t.actor_name, t.reason, e.text_hash
        from mall.ledger_text t
        left join mall.ledger_entry e
            on e.member_id = t.member_id
            and e.sequence = t.sequence
        where t.member_id > $1
            and t.member_id <= $2
            and ($3::uuid[] is null or t.member_id = any($3))
        """;

    private static readonly List<PagedLotChange> NoPagedLots = [];
    private readonly HashSet<Guid> _unreadable = [];

    /// <returns>The accounts of the members that could be read.</returns>
    public async Task<IReadOnlyCollection<Account>> Run(MemberSet members)
    {
        var accounts = await ReadAccounts(members);
        var pagedLots = await ReadPagedLots(members);
        foreach (var memberId in pagedLots.Keys)
        {
            CheckOwner(accounts, memberId, "lots");
        }
        await ReplayEntries(members, accounts, pagedLots);
        await ReplayCommands(members, accounts);
        await CheckTexts(members);
        return [.. accounts.Values.Select(entry => entry.Account)];
    }

    private async Task<Dictionary<Guid, AccountBooks>> ReadAccounts(MemberSet members)
    {
        var accounts = new Dictionary<Guid, AccountBooks>();
        await foreach (var row in snapshot.Read(Accounts, members))
        {
            var memberId = row.GetGuid(0);
            try
            {
                accounts.Add(memberId, new(AccountRow.Read(row), row.GetInt64(14)));
            }
            catch (Exception e) when (e is FormatException or ArgumentException)
            {
                _unreadable.Add(memberId);
                findings.Add(
                    Check.Lots,
                    $"account {memberId}",
                    $"can't be read: {e.Message}",
                    memberId
                );
            }
        }
        return accounts;
    }

    private async Task<Dictionary<Guid, List<PagedLotChange>>> ReadPagedLots(MemberSet members)
    {
        var lots = new Dictionary<Guid, List<PagedLotChange>>();
        await foreach (var row in snapshot.Read(PagedLots, members))
        {
            var memberId = row.GetGuid(0);
            if (!lots.TryGetValue(memberId, out var ofMember))
            {
                lots.Add(memberId, ofMember = []);
            }
            ofMember.Add(
                new(
                    new(
                        row.GetInt64(1),
                        row.GetInt64(3),
                        row.IsDBNull(4)
                            ? DateTimeOffset.MaxValue
                            : row.GetFieldValue<DateTimeOffset>(4),
                        row.GetInt64(2)
                    ),
                    row.IsDBNull(5) ? null : row.GetFieldValue<DateTimeOffset>(5)
                )
            );
        }
        return lots;
    }

    private async Task ReplayEntries(
        MemberSet members,
        Dictionary<Guid, AccountBooks> accounts,
        Dictionary<Guid, List<PagedLotChange>> pagedLots
    )
    {
        MemberBooks? books = null;
        Guid? memberId = null;
        void Close()
        {
            if (memberId is { } id && accounts.TryGetValue(id, out var account))
            {
                books!.Close(account.Account, pagedLots.GetValueOrDefault(id, NoPagedLots));
                account.Entries = books.Sequence;
            }
        }

        await foreach (var row in snapshot.Read(Entries, members))
        {
            var of = row.GetGuid(0);
            if (of != memberId)
            {
                Close();
                memberId = of;
                books = new(of, findings);
                CheckOwner(accounts, of, "entries");
            }
            Post(books!, row);
        }
        Close();
        foreach (var account in accounts.Values.Where(account => account.Entries is null))
        {
            var id = account.Account.MemberId;
            new MemberBooks(id, findings).Close(
                account.Account,
                pagedLots.GetValueOrDefault(id, NoPagedLots)
            );
        }
    }

    private void Post(MemberBooks books, NpgsqlDataReader row)
    {
        try
        {
            books.Post(ReadEntry(row), row.IsDBNull(11) ? null : Hash(row, 11));
        }
        catch (Exception e)
            when (e is FormatException or ArgumentException or System.Text.Json.JsonException)
        {
            findings.Add(
                Check.Chain,
                $"entry {row.GetGuid(0)} {row.GetInt64(1)}",
                $"can't be read: {e.Message}",
                row.GetGuid(0),
                row.GetString(8) == MemberBooks.OrderCause ? row.GetGuid(9) : null
            );
        }
    }

    private static LedgerEntry ReadEntry(NpgsqlDataReader row) =>
        new()
        {
            MemberId = row.GetGuid(0),
            Sequence = row.GetInt64(1),
            Type = Names.ToEntryType(row.GetString(2)),
            Account = Names.ToEntryAccount(row.GetString(3)),
            Points = row.GetInt64(4),
            Contra = row.GetString(5),
            BalanceAfter = row.GetInt64(6),
            Lots = EntryLots.Parse(row.GetString(7)),
            CauseKind = row.GetString(8),
            CauseId = row.GetGuid(9),
            Actor = Names.ToActorKind(row.GetString(10)),
            OccurredAt = row.GetFieldValue<DateTimeOffset>(12),
            PreviousHash = Hash(row, 13),
            Hash = Hash(row, 14),
        };

    private async Task ReplayCommands(MemberSet members, Dictionary<Guid, AccountBooks> accounts)
    {
        CommandReplay? replay = null;
        Guid? memberId = null;
        void Close()
        {
            if (memberId is { } id && accounts.TryGetValue(id, out var account))
            {
                replay!.Close(account.Account, account.Activations, account.Entries ?? 0);
                account.HasCommands = true;
            }
        }

        await foreach (var row in snapshot.Read(Commands, members))
        {
            var of = row.GetGuid(0);
            if (of != memberId)
            {
                Close();
                memberId = of;
                replay = new(of, findings);
                CheckOwner(accounts, of, "commands");
            }
            replay!.Run(
                row.GetInt64(1),
                row.GetString(2),
                row.IsDBNull(3) ? null : row.GetString(3),
                row.IsDBNull(4) ? null : row.GetInt64(4),
                row.IsDBNull(5) ? null : row.GetInt64(5)
            );
        }
        Close();
        foreach (var account in accounts.Values.Where(account => !account.HasCommands))
        {
            new CommandReplay(account.Account.MemberId, findings).Close(
                account.Account,
                account.Activations,
                account.Entries ?? 0
            );
        }
    }

    private async Task CheckTexts(MemberSet members)
    {
        await foreach (var row in snapshot.Read(Texts, members))
        {
            findings.Looked(Check.Texts);
            var text = new LedgerText(
                [.. row.GetFieldValue<byte[]>(2)],
                row.GetString(3),
                row.GetString(4)
            );
            if (row.IsDBNull(5) || Hash(row, 5) != LedgerHash.TextHash(text))
            {
                findings.Add(
                    Check.Texts,
                    $"text {row.GetGuid(0)} {row.GetInt64(1)}",
                    row.IsDBNull(5) ? "no entry has it" : "is not the text that the entry hashed",
                    row.GetGuid(0)
                );
            }
        }
    }

    private void CheckOwner(Dictionary<Guid, AccountBooks> accounts, Guid memberId, string rows)
    {
        if (!accounts.ContainsKey(memberId) && !_unreadable.Contains(memberId))
        {
            findings.Add(
                Check.MemberRows,
                $"{rows} of {memberId}",
                "there is no such account",
                memberId
            );
        }
    }

    private static Hash32 Hash(NpgsqlDataReader row, int column) =>
        Hash32.FromBytes(row.GetFieldValue<byte[]>(column));

    private sealed class AccountBooks(Account account, long activations)
    {
        public Account Account => account;
        public long Activations => activations;

        /// <summary>The last entry's sequence; null until the ledger was replayed, and when there is none.</summary>
        public long? Entries { get; set; }
        public bool HasCommands { get; set; }
    }
}
