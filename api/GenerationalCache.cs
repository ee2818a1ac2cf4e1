using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;

namespace PointsMall.Api;

/// <summary>
/// A bounded map that forgets what was not asked for lately. Two generations: an entry that is found in the old one moves to the young one;
/// when the young one is full or has lived long enough, it becomes the old one and the old one is dropped. No timer, no list to maintain.
/// </summary>
/// <param name="capacity">Most entries, both generations together.</param>
/// <param name="generation">How long a generation is the young one. An entry not used for as long may be gone; one not used for twice as long is.</param>
internal sealed class GenerationalCache<TKey, TValue>(
    int capacity,
    TimeSpan generation,
    TimeProvider clock
)
    where TKey : notnull
    where TValue : class
{
    private readonly Lock _turning = new();
    private Generation _young = new(clock.GetTimestamp());
    private Generation? _old;

    /// <summary>Entries that are held now.</summary>
    public int Count => _young.Entries.Count + (_old?.Entries.Count ?? 0);

    public bool TryGet(TKey key, [MaybeNullWhen(false)] out TValue value)
    {
        if (_young.Entries.TryGetValue(key, out value))
        {
            return true;
        }
        if (_old?.Entries.TryGetValue(key, out value) == true)
        {
            value = GetOrAdd(key, value!);
            return true;
        }
        return false;
    }

    /// <summary>Returns what is there, or adds the value: of two callers at once both get the same.</summary>
    public TValue GetOrAdd(TKey key, TValue value)
    {
        var young = _young;
        if (
            Volatile.Read(ref young.Added) >= capacity / 2
            || clock.GetElapsedTime(young.Since) > generation
        )
        {
            young = Turn(young);
        }
        var held = young.Entries.GetOrAdd(key, value);
        if (ReferenceEquals(held, value))
        {
            Interlocked.Increment(ref young.Added);
        }
        return held;
    }

    private Generation Turn(Generation full)
    {
        lock (_turning)
        {
            if (ReferenceEquals(_young, full))
            {
                _old = full;
                _young = new Generation(clock.GetTimestamp());
            }
            return _young;
        }
    }

    private sealed class Generation(long since)
    {
        public readonly ConcurrentDictionary<TKey, TValue> Entries = new();
        public readonly long Since = since;

        /// <summary>Counted apart: the dictionary's own Count takes all its locks.</summary>
        public int Added;
    }
}
