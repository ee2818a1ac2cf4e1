using NodaTime;

namespace PointsMall.Grains.Programme;

/// <summary>What settings a programme may have.</summary>
public static class ProgrammeRules
{
    private const int MaxName = 100;
    private const int MaxValidityDays = 36_500;
    private const long MaxPoints = 1_000_000_000_000_000;
    private const int MaxNoticeDays = 365;
    private const int MaxGraceDays = 365;

    /// <summary>Says what a change of <paramref name="current"/> to <paramref name="proposed"/> comes to.</summary>
    /// <param name="current">The settings in force.</param>
    /// <param name="proposed">All settings as they shall be, with the version that they replace.</param>
    public static ProgrammeDecision Decide(ProgrammeSettings current, ProgrammeSettings proposed)
    {
        var next = proposed with { Version = proposed.Version + 1 };
        if (next == current)
        {
            // The change again, after an answer that got lost: it is done.
            return new ProgrammeDecision(ProgrammeChange.None);
        }
        if (proposed.Version != current.Version)
        {
            return new ProgrammeDecision(ProgrammeChange.Conflict);
        }
        return Check(next) is { } refusal
            ? new ProgrammeDecision(ProgrammeChange.Refused, Refusal: refusal)
            : new ProgrammeDecision(ProgrammeChange.Replace, next);
    }

    /// <summary>The zone, or null when this build's time zone data does not know it.</summary>
    public static DateTimeZone? Zone(string id) => DateTimeZoneProviders.Tzdb.GetZoneOrNull(id);

    private static Refusal? Check(ProgrammeSettings settings)
    {
        if (!Texts.Fits(settings.Name, 1, MaxName))
        {
            return Refusal.Invalid("name", $"1 to {MaxName} characters");
        }
        if (string.IsNullOrEmpty(settings.Zone) || Zone(settings.Zone) is null)
        {
            return Refusal.Invalid("zone", "An IANA time zone, as Asia/Shanghai");
        }
        if (settings.DefaultValidityDays is < 1 or > MaxValidityDays)
        {
            return Refusal.Invalid(
                "defaultValidityDays",
                $"1 to {MaxValidityDays}, or null for points that never expire"
            );
        }
        if (settings.MaxPointsPerCommand is < 1 or > MaxPoints)
        {
            return Refusal.Invalid("maxPointsPerCommand", $"1 to {MaxPoints}");
        }
        if (settings.ExpiryNoticeDays is < 1 or > MaxNoticeDays)
        {
            return Refusal.Invalid("expiryNoticeDays", $"1 to {MaxNoticeDays}");
        }
        if (settings.ReturnGraceDays is < 0 or > MaxGraceDays)
        {
            return Refusal.Invalid("returnGraceDays", $"0 to {MaxGraceDays}");
        }
        if (settings.AdjustmentApprovalAbove is < 0 or > MaxPoints)
        {
            return Refusal.Invalid(
                "adjustmentApprovalAbove",
                $"0 to {MaxPoints}, or null for no second person"
            );
        }
        if (settings.DebtLimit is < 1 or > MaxPoints)
        {
            return Refusal.Invalid("debtLimit", $"1 to {MaxPoints}, or null for nobody to owe any");
        }
        return LanguageTag.IsValid(settings.DefaultLanguage)
            ? null
            : Refusal.Invalid("defaultLanguage", LanguageTag.Expected);
    }
}

/// <summary>What a change of the settings comes to.</summary>
public enum ProgrammeChange
{
    /// <summary>The settings are as asked for; nothing to write.</summary>
    None = 1,

    /// <summary>Write the next settings.</summary>
    Replace = 2,

    /// <summary>The settings have moved on since the version that the change names.</summary>
    Conflict = 3,

    /// <summary>A setting has a value that is not allowed.</summary>
    Refused = 4,
}

/// <summary>The outcome of <see cref="ProgrammeRules.Decide"/>.</summary>
/// <param name="Change">What to do.</param>
/// <param name="Next">The settings to write.</param>
/// <param name="Refusal">Why not.</param>
public sealed record ProgrammeDecision(
    ProgrammeChange Change,
    ProgrammeSettings? Next = null,
    Refusal? Refusal = null
);
