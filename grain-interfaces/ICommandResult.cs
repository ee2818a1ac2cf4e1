namespace PointsMall.GrainInterfaces;

/// <summary>What every command that takes an idempotency key answers with, beside its own content.</summary>
public interface ICommandResult
{
    /// <summary>Set when nothing was changed.</summary>
    Refusal? Refusal { get; }

    /// <summary>An earlier command with this key did the work.</summary>
    bool Replayed { get; }
}
