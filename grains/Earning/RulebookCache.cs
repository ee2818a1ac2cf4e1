using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace PointsMall.Grains.Earning;

/// <summary>
/// The rulebook's versions for every grain of this silo, without a call: those in force now and later are at hand, older ones are read when
/// an event of their time comes.
/// </summary>
public sealed partial class RulebookCache(
    RulebookDocuments documents,
    IGrainFactory grains,
    TimeProvider clock,
    ILogger<RulebookCache> logger
) : SiloCache("rulebook's versions", clock, logger)
{
    /// <summary>Beyond so many, versions that are no longer in force are forgotten.</summary>
    private const int MaxAtHand = 64;

    private readonly ConcurrentDictionary<long, Rulebook> _atHand = new();
    private readonly TimeProvider _clock = clock;
    private RulebookIndex? _index;

    /// <summary>The versions that this silo goes by.</summary>
    public RulebookIndex Index =>
        Volatile.Read(ref _index)
        ?? throw new InvalidOperationException("The silo has not read the rulebook yet");

    /// <summary>The version in force at an instant; <see cref="Rulebook.Empty"/> when none was. Ends at once when it is at hand.</summary>
    public ValueTask<Rulebook> At(DateTimeOffset at)
    {
        if (Index.InForce(at) is not { } version)
        {
            return new(Rulebook.Empty);
        }
        return _atHand.TryGetValue(version.Version, out var rulebook)
            ? new(rulebook)
            : new(Load(version.Version, CancellationToken.None));
    }

    protected override async Task ReadFirst(CancellationToken cancellation) =>
        await Replace(await documents.ReadIndex(cancellation), cancellation);

    protected override async Task Refresh(CancellationToken cancellation)
    {
        var index = await grains
            .GetGrain<IRulebookGrain>(0)
            .GetIndex(Index.Revision)
            .WaitAsync(cancellation);
        // An activation left over from a lost silo may still answer with what was; versions never go back.
        if (index is not null && index.Revision > Index.Revision)
        {
            await Replace(index, cancellation);
            LogReplaced(logger, index.Revision, index.Versions.Length);
        }
    }

    /// <summary>Takes the list over when all that it puts in force is at hand.</summary>
    private async Task Replace(RulebookIndex index, CancellationToken cancellation)
    {
        var now = _clock.GetUtcNow();
        var current = index
            .Versions.Where(version => version.Start > now)
            .Append(index.InForce(now))
            .OfType<RulebookVersion>()
            .Select(version => version.Version)
            .ToArray();
        foreach (var version in current)
        {
            if (!_atHand.ContainsKey(version))
            {
                await Load(version, cancellation);
            }
        }
        Volatile.Write(ref _index, index);
        foreach (var old in _atHand.Keys.Except(current).SkipLast(MaxAtHand))
        {
            _atHand.TryRemove(old, out _);
        }
    }

    private async Task<Rulebook> Load(long version, CancellationToken cancellation)
    {
        var document =
            await documents.Read(version, cancellation)
            ?? throw new InvalidOperationException(
                $"Rulebook version {version} is published and has no document"
            );
        var reading = RulebookReader.Read(document);
        if (reading.Terms is null)
        {
            // A silo of a newer build accepted it. Points by wrong rules would be worse than late rules.
            throw new InvalidOperationException(
                $"Rulebook version {version} has rules that this build does not know: {reading.Errors[0]}"
            );
        }
        return _atHand.GetOrAdd(version, new Rulebook(version, reading.Terms));
    }

    [LoggerMessage(
        Level = LogLevel.Information,
        Message = "Revision {Revision} of the rulebook with {Count} versions is in force in this silo"
    )]
    private static partial void LogReplaced(ILogger logger, long revision, int count);
}
