using PointsMall.Grains.Members;

namespace PointsMall.Grains.Commits;

/// <summary>Units that are sent as one transaction, with their stock summed to one row a SKU.</summary>
internal sealed class Batch
{
    private readonly List<PendingUnit> _units;

    private Batch(List<PendingUnit> units) => _units = units;

    public IReadOnlyList<PendingUnit> Units => _units;

    /// <summary>
    /// Sums the units' stock. A claim under an older epoch than another claim of the batch is void without asking: only the row's own
    /// answer can have told the later epoch. Those units are put into <paramref name="stale"/> and stay out of the batch.
    /// </summary>
    public static Batch Of(IEnumerable<PendingUnit> units, List<PendingUnit> stale)
    {
        var list = units.ToList();
        Dictionary<Guid, long> epochs = [];
        foreach (var delta in list.SelectMany(unit => DeltasOf(unit.Unit)))
        {
            epochs[delta.SkuId] = Math.Max(epochs.GetValueOrDefault(delta.SkuId), delta.Epoch);
        }
        list.RemoveAll(unit =>
        {
            var old = DeltasOf(unit.Unit)
                .Any(delta => delta.Epoch != 0 && delta.Epoch < epochs[delta.SkuId]);
            if (old)
            {
                stale.Add(unit);
            }
            return old;
        });
        // Keys in order: the locks are taken in the order of the arrays' keys, and neighbours share index pages.
        list.Sort((a, b) => Compare(a.MemberId, b.MemberId));
        return new Batch(list);
    }

    /// <summary>What one unit does to stock.</summary>
    public static ImmutableArray<StockDelta> DeltasOf(CommitUnit unit) =>
        unit switch
        {
            { Member: { } member } => member.Decision.Stock,
            { Movement: { } movement } =>
            [
                new StockDelta(movement.SkuId, movement.Epoch, 0, 0, movement.Quantity),
            ],
            _ => [],
        };

    /// <summary>One row a SKU over the whole batch, in key order.</summary>
    public List<StockRow> StockRows()
    {
        SortedDictionary<Guid, StockRow> rows = new(ByDatabaseOrder.Instance);
        foreach (var pending in _units)
        {
            foreach (var delta in DeltasOf(pending.Unit))
            {
                var row = rows.GetValueOrDefault(delta.SkuId, new StockRow(delta.SkuId));
                rows[delta.SkuId] = row with
                {
                    Epoch = Math.Max(row.Epoch, delta.Epoch),
                    Taken = row.Taken + delta.Taken,
                    Returned = row.Returned + delta.Returned,
                    Moved = row.Moved + delta.Moved,
                };
            }
            foreach (var sku in pending.Unit.Catalogue?.BumpedSkus ?? [])
            {
                var row = rows.GetValueOrDefault(sku, new StockRow(sku));
                rows[sku] = row with { Bump = row.Bump + 1 };
            }
        }
        return [.. rows.Values];
    }

    private static int Compare(Guid? a, Guid? b) =>
        (a, b) switch
        {
            ({ } x, { } y) => ByDatabaseOrder.Instance.Compare(x, y),
            ({ }, null) => -1,
            (null, { }) => 1,
            _ => 0,
        };

    /// <summary>PostgreSQL orders UUIDs by their bytes; .NET does not.</summary>
    private sealed class ByDatabaseOrder : IComparer<Guid>
    {
        public static readonly ByDatabaseOrder Instance = new();

        public int Compare(Guid x, Guid y)
        {
            Span<byte> left = stackalloc byte[16];
            Span<byte> right = stackalloc byte[16];
            x.TryWriteBytes(left, bigEndian: true, out _);
            y.TryWriteBytes(right, bigEndian: true, out _);
            return left.SequenceCompareTo(right);
        }
    }
}

/// <summary>A batch's change of one SKU.</summary>
/// <param name="SkuId">The SKU.</param>
/// <param name="Epoch">Demanded; 0 when nothing is taken.</param>
internal readonly record struct StockRow(
    Guid SkuId,
    long Epoch = 0,
    long Taken = 0,
    long Returned = 0,
    long Moved = 0,
    long Bump = 0
);

/// <summary>A SKU's row after a commit.</summary>
internal readonly record struct StockLeft(Guid SkuId, long Available, long Epoch);
