using Orleans.Placement;
using PointsMall.GrainInterfaces.Diagnostics;

namespace PointsMall.Grains.Diagnostics;

/// <summary>
/// Placed as members are, so that load tests compare a call that does something with one that does not.
/// </summary>
[GrainType("noop"), RandomPlacement]
internal sealed class NoopGrain : Grain, INoopGrain
{
    public Task Ping() => Task.CompletedTask;
}
