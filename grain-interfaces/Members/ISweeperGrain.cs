namespace PointsMall.GrainInterfaces.Members;

/// <summary>
/// Finds accounts of one slice of the member ids whose points have fallen due and has their grains write it. Key: the slice, 0 to 7.
/// A reminder wakes it every minute.
/// </summary>
[GrainInterfaceType("ISweeperGrain"), Alias("ISweeperGrain")]
public interface ISweeperGrain : IGrainWithIntegerKey
{
    /// <summary>Registers the reminder, if that is not done.</summary>
    [Alias("Start"), ResponseTimeout("00:00:10")]
    Task Start();

    /// <summary>Sweeps now.</summary>
    /// <returns>Accounts that were brought up to date.</returns>
    [Alias("Sweep"), ResponseTimeout("00:01:00")]
    Task<int> Sweep();
}
