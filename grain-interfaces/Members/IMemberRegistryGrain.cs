namespace PointsMall.GrainInterfaces.Members;

/// <summary>Registers members. Key: 0; a stateless worker, the database's unique keys decide between two at once.</summary>
[GrainInterfaceType("IMemberRegistryGrain"), Alias("IMemberRegistryGrain")]
public interface IMemberRegistryGrain : IGrainWithIntegerKey
{
    /// <summary>Creates a member with an empty account, or finds the one with the same external id or idempotency key.</summary>
    [Alias("Register"), ResponseTimeout("00:00:05")]
    Task<RegistrationResult> Register(RegisterMemberCommand command);
}

/// <summary>Register a member.</summary>
[GenerateSerializer, Immutable, Alias("RegisterMemberCommand")]
public sealed record RegisterMemberCommand
{
    /// <summary>Identity, key, deadline.</summary>
    [Id(0)]
    public required CommandHeader Header { get; init; }

    /// <summary>The new member's UUIDv7.</summary>
    [Id(1)]
    public required Guid MemberId { get; init; }

    /// <summary>The member's id in the caller's own system, at most 200 characters; unique in the programme.</summary>
    [Id(2)]
    public string? ExternalId { get; init; }

    /// <summary>1 to 100 characters.</summary>
    [Id(3)]
    public required string DisplayName { get; init; }

    /// <summary>At most 254 characters.</summary>
    [Id(4)]
    public string? Email { get; init; }

    /// <summary>E.164, at most 16 characters.</summary>
    [Id(5)]
    public string? Phone { get; init; }
}

/// <summary>A refusal, or the member.</summary>
[GenerateSerializer, Immutable, Alias("RegistrationResult")]
public sealed record RegistrationResult : ICommandResult
{
    /// <summary>Set when nothing was changed.</summary>
    [Id(0)]
    public Refusal? Refusal { get; init; }

    /// <summary>The member.</summary>
    [Id(1)]
    public Guid MemberId { get; init; }

    /// <summary>False when a member with the external id was there already.</summary>
    [Id(2)]
    public bool Created { get; init; }

    /// <summary>An earlier command with this key did the work.</summary>
    [Id(3)]
    public bool Replayed { get; init; }
}
