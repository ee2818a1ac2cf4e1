namespace PointsMall.LoadTests.Faults.Rigs;

/// <summary>What has to stand around a mall for a fault. It is put up while the mall is stopped, and taken away when it is stopped again.</summary>
internal interface IFaultRig : IAsyncDisposable
{
    /// <summary>Environment variables for <c>./mall up</c>.</summary>
    IReadOnlyDictionary<string, string> Settings { get; }
}

/// <summary>A fault that this machine does not let us try.</summary>
internal sealed class CannotStrikeException(string why) : Exception(why);
