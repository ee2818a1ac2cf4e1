using System.Globalization;

namespace PointsMall.Grains.Commits;

/// <summary>What a raising statement said: which rows it missed, and why.</summary>
internal static class BatchRefusal
{
    /// <summary>SQLSTATE of <c>mall.refuse</c>.</summary>
    public const string SqlState = "PM001";

    private const int MostWords = 3;

    /// <summary>
    /// The verdicts of the units that the refusal names; null means that the unit met a lock and is to be tried again. Units without a row
    /// here were not at fault and are sent again.
    /// </summary>
    /// <param name="what">The statement.</param>
    /// <param name="missed">Comma-separated ids, each with its reason behind a space.</param>
    /// <param name="batch">What was sent.</param>
    /// <returns>Null when it names no unit of the batch in a way that is known here: then it is to be treated as an error that names nobody.</returns>
    public static Dictionary<PendingUnit, CommitOutcome?>? Read(
        string what,
        string missed,
        Batch batch
    )
    {
        Dictionary<Guid, string[]> named = [];
        foreach (var entry in missed.Split(',', StringSplitOptions.RemoveEmptyEntries))
        {
            var words = entry.Split(' ');
            if (!Guid.TryParse(words[0], out var id) || words.Length < WordsOf(what))
            {
                return null;
            }
            named[id] = words;
        }
        var verdicts =
            what == "stock" ? ReadStock(named, batch)
            : what == "budget" ? ReadBudgets(named, batch)
            : WordsOf(what) <= MostWords ? ReadUnits(what, named, batch)
            : [];
        return verdicts.Count > 0 ? verdicts : null;
    }

    /// <summary>An id, and behind it what the statement says of it; more than <see cref="MostWords"/> for an unknown statement.</summary>
    private static int WordsOf(string what) =>
        what switch
        {
            "stock" or "budget" => MostWords,
            "account" => 2,
            "key" or "order" or "member" or "product" or "movement" or "change" => 1,
            "event" or "purchase" or "check_in" => 1,
            _ => MostWords + 1,
        };

    private static Dictionary<PendingUnit, CommitOutcome?> ReadUnits(
        string what,
        Dictionary<Guid, string[]> named,
        Batch batch
    )
    {
        Dictionary<PendingUnit, CommitOutcome?> verdicts = [];
        foreach (var pending in batch.Units)
        {
            var id = what switch
            {
                "account" or "key" => pending.MemberId,
                "event" or "purchase" or "check_in" => pending.Unit.Member?.Decision.Earning is null
                    ? null
                    : pending.MemberId,
                "order" => pending.Unit.Member?.Decision.StatusChange?.OrderId,
                "member" => pending.Unit.Registration?.MemberId,
                "product" => pending.Unit.Catalogue?.ProductId,
                _ => pending.Unit.CommitId,
            };
            if (id is { } key && named.TryGetValue(key, out var words))
            {
                verdicts[pending] = what switch
                {
                    "account" => OfAccount(words[1]),
                    "key" or "member" or "movement" or "change" => CommitOutcome.KeyUsed,
                    "product" => CommitOutcome.Fenced,
                    "event" => CommitOutcome.EventUsed,
                    "purchase" or "check_in" => CommitOutcome.StaleClaim,
                    _ => new CommitOutcome(CommitVerdict.Rejected, what),
                };
            }
        }
        return verdicts;
    }

    private static CommitOutcome? OfAccount(string why) =>
        why switch
        {
            "locked" => null,
            "fenced" or "missing" => CommitOutcome.Fenced,
            "late" => CommitOutcome.Expired,
            _ => new CommitOutcome(CommitVerdict.Rejected, "account " + why),
        };

    /// <summary>What a budget has left is given in the order in which the awards came, as far as it goes; the rest must decide again.</summary>
    private static Dictionary<PendingUnit, CommitOutcome?> ReadBudgets(
        Dictionary<Guid, string[]> named,
        Batch batch
    )
    {
        var left = named.ToDictionary(
            pair => pair.Key,
            pair => long.Parse(pair.Value[2], CultureInfo.InvariantCulture)
        );
        Dictionary<PendingUnit, CommitOutcome?> verdicts = [];
        foreach (var pending in batch.Units.OrderBy(unit => unit.QueuedAt))
        {
            var takes = (pending.Unit.Member?.Decision.Earning?.Budgets ?? [])
                .Where(delta => left.ContainsKey(delta.Id))
                .ToList();
            if (takes.Any(delta => delta.Points > left[delta.Id]))
            {
                verdicts[pending] = CommitOutcome.StaleClaim;
                continue;
            }
            foreach (var delta in takes)
            {
                left[delta.Id] -= delta.Points;
            }
        }
        // What is left was read as the statement began: another writer may have taken it meanwhile.
        return verdicts.Count > 0
            ? verdicts
            : batch
                .Units.Where(pending =>
                    pending.Unit.Member?.Decision.Earning?.Budgets.Any(delta =>
                        delta.Points > 0 && named.ContainsKey(delta.Id)
                    ) == true
                )
                .ToDictionary(pending => pending, CommitOutcome? (_) => CommitOutcome.StaleClaim);
    }

    /// <summary>
    /// A stale epoch voids every claim on the SKU. When the row has too little, the batch's claims are served in the order in which they came as
    /// far as it goes; the rest must claim again, for their gate knew less than the row.
    /// </summary>
    private static Dictionary<PendingUnit, CommitOutcome?> ReadStock(
        Dictionary<Guid, string[]> named,
        Batch batch
    )
    {
        Dictionary<PendingUnit, CommitOutcome?> verdicts = [];
        var left = named
            .Where(pair => pair.Value[1] == "short")
            .ToDictionary(
                pair => pair.Key,
                pair => long.Parse(pair.Value[2], CultureInfo.InvariantCulture)
            );
        foreach (
            var returned in batch
                .Units.SelectMany(unit => Batch.DeltasOf(unit.Unit))
                .Where(delta => left.ContainsKey(delta.SkuId))
        )
        {
            left[returned.SkuId] += returned.Returned + Math.Max(returned.Moved, 0);
        }
        foreach (var pending in batch.Units.OrderBy(unit => unit.QueuedAt))
        {
            var takes = Batch
                .DeltasOf(pending.Unit)
                .Where(delta => delta.Taken > 0 || delta.Moved < 0)
                .Select(delta => (delta.SkuId, Units: delta.Taken - Math.Min(delta.Moved, 0)))
                .ToList();
            var missing = Batch
                .DeltasOf(pending.Unit)
                .Any(delta =>
                    named.TryGetValue(delta.SkuId, out var words) && words[1] == "missing"
                );
            var stale = takes.Any(take =>
                named.TryGetValue(take.SkuId, out var words) && words[1] == "stale"
            );
            if (missing)
            {
                verdicts[pending] = new CommitOutcome(CommitVerdict.Rejected, "stock missing");
            }
            else if (
                stale
                || takes.Any(take =>
                    left.TryGetValue(take.SkuId, out var units) && units < take.Units
                )
            )
            {
                verdicts[pending] = CommitOutcome.StaleClaim;
            }
            else
            {
                foreach (var take in takes.Where(take => left.ContainsKey(take.SkuId)))
                {
                    left[take.SkuId] -= take.Units;
                }
            }
        }
        return verdicts;
    }
}
