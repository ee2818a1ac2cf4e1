namespace PointsMall.Grains.Earning;

/// <summary>What may be published and retired.</summary>
public static class RulebookRules
{
    public const int MaxVersions = 1_000;
    private const int MaxNote = 500;
    private static readonly DateTimeOffset Horizon = new(8000, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>The version that is in force when all that is published has started.</summary>
    public static RulebookVersion? Last(RulebookIndex index) =>
        index.InForce(DateTimeOffset.MaxValue);

    /// <summary>The version that a draft was made, which is the answer when it is published again.</summary>
    public static RulebookVersion? MadeOf(RulebookIndex index, long draftRevision) =>
        index.Versions.FirstOrDefault(version => version.DraftRevision == draftRevision);

    /// <summary>Publishing changes the future only: what was earned before <paramref name="now"/> stays explained by the rules of then.</summary>
    public static Refusal? CheckPublication(
        RulebookIndex index,
        DateTimeOffset? start,
        string? note,
        DateTimeOffset now
    )
    {
        ArgumentNullException.ThrowIfNull(index);
        if (index.Versions.Length >= MaxVersions)
        {
            return Refusal.Invalid("document", $"would be more than {MaxVersions} versions");
        }
        if (note is not null && !Texts.Fits(note, 0, MaxNote))
        {
            return Refusal.Invalid("note", $"must be at most {MaxNote} characters");
        }
        return CheckInstant("start", start, now);
    }

    /// <summary>The index with the version's retirement; the same index when it is retired so already.</summary>
    public static (RulebookIndex? Next, Refusal? Refusal) Retire(
        RulebookIndex index,
        RulebookVersion version,
        DateTimeOffset? at,
        DateTimeOffset now
    )
    {
        ArgumentNullException.ThrowIfNull(index);
        ArgumentNullException.ThrowIfNull(version);
        if (version.RetiredAt is { } before && (at == before || (at is null && before <= now)))
        {
            return (index, null);
        }
        if (version.RetiredAt <= now)
        {
            return (null, Refusal.Invalid("at", "the version is retired already"));
        }
        return CheckInstant("at", at, now) is { } refusal
            ? (null, refusal)
            : (
                index with
                {
                    Revision = index.Revision + 1,
                    Versions = index.Versions.Replace(
                        version,
                        version with
                        {
                            RetiredAt = at ?? now,
                        }
                    ),
                },
                null
            );
    }

    private static Refusal? CheckInstant(string field, DateTimeOffset? at, DateTimeOffset now) =>
        at < now || at >= Horizon
            ? Refusal.Invalid(field, "must not be in the past, and before the year 8000")
            : null;
}
