using System.Collections.Concurrent;

namespace PointsMall.LoadTests.Bench.Histories;

/// <summary>
/// Every answer of a run, as its clients saw it. Many threads add to it at once; an answer takes 64 bytes without references, so that
/// millions neither cost allocations of their own nor work for the garbage collector.
/// </summary>
public sealed class History
{
    private readonly Stripe[] _stripes =
    [
        .. Enumerable.Range(0, 2 * Environment.ProcessorCount).Select(_ => new Stripe()),
    ];
    private readonly List<Basket> _baskets = [];
    private readonly ConcurrentDictionary<string, short> _codes = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<int, Shopper> _members = [];
    private int _lastCode;
    private int _unclear;

    /// <summary>Answers so far.</summary>
    public int Count => _stripes.Sum(stripe => stripe.Count);

    /// <summary>Of these, those that do not tell whether the request was carried out.</summary>
    public int Unclear => _unclear;

    /// <summary>What a redemption asks for; called before the load.</summary>
    public Basket Basket(params IReadOnlyList<BasketLine> lines)
    {
        lock (_baskets)
        {
            var basket = new Basket(_baskets.Count + 1, [.. lines]);
            _baskets.Add(basket);
            return basket;
        }
    }

    public void Add(in Attempt attempt)
    {
        _members.TryAdd(attempt.Member.Number, attempt.Member);
        if (!attempt.IsDone && !attempt.IsRefused)
        {
            Interlocked.Increment(ref _unclear);
        }
        var packed = new Packed
        {
            Key = attempt.Key,
            OrderId = attempt.OrderId,
            SentAt = attempt.SentAt,
            AnsweredAt = attempt.AnsweredAt,
            Member = attempt.Member.Number,
            Basket = attempt.Basket?.Number ?? 0,
            Status = (short)attempt.Status,
            Code = CodeOf(attempt.Code),
            Operation = attempt.Operation,
        };
        _stripes[Environment.CurrentManagedThreadId % _stripes.Length].Add(packed);
    }

    /// <summary>The members of whom there is an answer, in the order of their numbers.</summary>
    public IReadOnlyList<Shopper> Members() =>
        [.. _members.Values.OrderBy(member => member.Number)];

    /// <summary>The answers to some members, in no order. Not while answers are added.</summary>
    public IEnumerable<Attempt> Attempts(IReadOnlySet<int> ofMembers)
    {
        ArgumentNullException.ThrowIfNull(ofMembers);
        var codes = _codes.ToDictionary(code => code.Value, code => code.Key);
        foreach (var packed in _stripes.SelectMany(stripe => stripe.All()))
        {
            if (ofMembers.Contains(packed.Member))
            {
                yield return Unpack(packed, codes);
            }
        }
    }

    private Attempt Unpack(in Packed packed, Dictionary<short, string> codes) =>
        new()
        {
            Operation = packed.Operation,
            Member = _members[packed.Member],
            Key = packed.Key,
            Basket = packed.Basket == 0 ? null : _baskets[packed.Basket - 1],
            OrderId = packed.OrderId,
            Status = packed.Status,
            Code = packed.Code == 0 ? "" : codes[packed.Code],
            SentAt = packed.SentAt,
            AnsweredAt = packed.AnsweredAt,
        };

    private short CodeOf(string? code) =>
        string.IsNullOrEmpty(code)
            ? (short)0
            : _codes.GetOrAdd(code, _ => (short)Interlocked.Increment(ref _lastCode));

    private struct Packed
    {
        public Guid Key;
        public Guid OrderId;
        public long SentAt;
        public long AnsweredAt;
        public int Member;
        public int Basket;
        public short Status;
        public short Code;
        public Operation Operation;
    }

    /// <summary>Answers of some threads, in chunks that are never copied.</summary>
    private sealed class Stripe
    {
        private const int ChunkSize = 4_096;
        private readonly Lock _gate = new();
        private readonly List<Packed[]> _chunks = [];
        private int _used = ChunkSize;

        public int Count
        {
            get
            {
                lock (_gate)
                {
                    return _chunks.Count == 0 ? 0 : (_chunks.Count - 1) * ChunkSize + _used;
                }
            }
        }

        public void Add(in Packed packed)
        {
            lock (_gate)
            {
                if (_used == ChunkSize)
                {
                    _chunks.Add(new Packed[ChunkSize]);
                    _used = 0;
                }
                _chunks[^1][_used++] = packed;
            }
        }

        public IEnumerable<Packed> All() =>
            _chunks.SelectMany(
                (chunk, index) => index == _chunks.Count - 1 ? chunk.Take(_used) : chunk
            );
    }
}
