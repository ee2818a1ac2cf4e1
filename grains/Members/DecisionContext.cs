namespace PointsMall.Grains.Members;

/// <summary>What a decision sees beside the account and the command. Nothing in it is fetched by the rules.</summary>
public sealed record DecisionContext
{
    /// <summary>The silo's clock. A decision's now is the later of it, the account's last commit and the claims' times.</summary>
    public required DateTimeOffset Clock { get; init; }
    public required ProgrammeSettings Settings { get; init; }

    /// <summary>The calendar of the settings' zone.</summary>
    public required Calendar Calendar { get; init; }

    /// <summary>16 random bytes, new for every command; they salt the hash of its texts.</summary>
    public required ImmutableArray<byte> Salt { get; init; }

    /// <summary>What of the account is not in its row, or null when it was not read.</summary>
    public AccountPages? Pages { get; init; }

    /// <summary>
    /// Counters of the command's SKUs that the account's row does not hold: read from <c>member_limit</c> when
    /// <see cref="LimitCounters.NeedsPaged"/> asks for them, or counted from orders when a claim asked for that.
    /// </summary>
    public ImmutableArray<LimitCounter> OtherCounters { get; init; } = [];

    /// <summary>When points expire that become spendable at an instant and name no expiry of their own.</summary>
    public DateTimeOffset DefaultExpiry(DateTimeOffset activatesAt) =>
        Settings.DefaultValidityDays is { } days
            ? Calendar.EndOfValidity(activatesAt, days)
            : DateTimeOffset.MaxValue;

    /// <summary>Until when points are good that come back after their own expiry; null: they expire at once.</summary>
    public DateTimeOffset? GraceAfter(DateTimeOffset at) =>
        Settings.ReturnGraceDays is > 0 and var days ? Calendar.EndOfValidity(at, days) : null;
}
