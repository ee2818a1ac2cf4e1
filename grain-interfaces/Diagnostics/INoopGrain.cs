namespace PointsMall.GrainInterfaces.Diagnostics;

/// <summary>A call that does nothing: the ceiling that load tests compare with. Key: any.</summary>
[GrainInterfaceType("INoopGrain"), Alias("INoopGrain")]
public interface INoopGrain : IGrainWithGuidKey
{
    /// <summary>Answers.</summary>
    [Alias("Ping"), ResponseTimeout("00:00:05")]
    Task Ping();
}
