namespace PointsMall.Tests.Cli;

/// <summary>One mall with the demo programme and two silos, shared by the tests that leave it running.</summary>
public sealed class DemoMall : IAsyncLifetime
{
    private readonly DataFolder _folder = new();

    internal RunningMall Running { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        Running = await RunningMall.Start(_folder.FullName, "--silos", "2");
    }

    public async ValueTask DisposeAsync()
    {
        if (Running is not null)
        {
            await Running.DisposeAsync();
        }
        _folder.Dispose();
    }
}
