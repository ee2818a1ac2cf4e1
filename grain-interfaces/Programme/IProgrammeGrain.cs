namespace PointsMall.GrainInterfaces.Programme;

/// <summary>Keeps the programme's settings. Key: 0; one deployment serves one programme.</summary>
[GrainInterfaceType("IProgrammeGrain"), Alias("IProgrammeGrain")]
public interface IProgrammeGrain : IGrainWithIntegerKey
{
    /// <summary>The settings in force.</summary>
    [Alias("Get"), AlwaysInterleave, ResponseTimeout("00:00:05")]
    Task<ProgrammeSettings> Get();

    /// <summary>Replaces the settings; they are in force in every silo within 2 s.</summary>
    [Alias("Set"), ResponseTimeout("00:00:05")]
    Task<ProgrammeResult> Set(ProgrammeSettings settings);
}

/// <summary>The programme's settings.</summary>
[GenerateSerializer, Immutable, Alias("ProgrammeSettings")]
public sealed record ProgrammeSettings
{
    /// <summary>1 for the first change, 0 for the defaults; a change names the version that it replaces.</summary>
    [Id(0)]
    public long Version { get; init; }

    /// <summary>The programme's name, 1 to 100 characters.</summary>
    [Id(1)]
    public string Name { get; init; } = "Points mall";

    /// <summary>IANA time zone in which days, weeks and months are counted.</summary>
    [Id(2)]
    public string Zone { get; init; } = "Asia/Shanghai";

    /// <summary>Days that granted points stay valid when the grant names no expiry, 1 to 36,500; null for ever. They expire at the end of the last day.</summary>
    [Id(3)]
    public int? DefaultValidityDays { get; init; } = 365;

    /// <summary>Most points in one grant or deduction, 1 to 10^15.</summary>
    [Id(4)]
    public long MaxPointsPerCommand { get; init; } = 1_000_000_000;

    /// <summary>Days ahead of an expiry from which the balance shows it, 1 to 365.</summary>
    [Id(5)]
    public int ExpiryNoticeDays { get; init; } = 30;

    /// <summary>Days that points returned by a cancel stay spendable when their own expiry has passed, 0 to 365; 0 expires them at once.</summary>
    [Id(6)]
    public int ReturnGraceDays { get; init; } = 7;

    /// <summary>BCP 47 tag of the language in which products' own texts are written.</summary>
    [Id(7)]
    public string DefaultLanguage { get; init; } = "en";

    /// <summary>An adjustment of more points than this, either way, waits for a second person; null: none does. 0 to 10^15.</summary>
    [Id(8)]
    public long? AdjustmentApprovalAbove { get; init; }

    /// <summary>Most points that refunds of purchases may leave a member owing, 1 to 10^15; null: a refund stops at an empty account.</summary>
    [Id(9)]
    public long? DebtLimit { get; init; }
}

/// <summary>A refusal, or the settings now in force.</summary>
[GenerateSerializer, Immutable, Alias("ProgrammeResult")]
public sealed record ProgrammeResult
{
    /// <summary>Set when nothing was changed.</summary>
    [Id(0)]
    public Refusal? Refusal { get; init; }

    /// <summary>The settings now in force.</summary>
    [Id(1)]
    public required ProgrammeSettings Settings { get; init; }

    /// <summary>Somebody else changed the settings since the version that the change names.</summary>
    [Id(2)]
    public bool Conflict { get; init; }
}
