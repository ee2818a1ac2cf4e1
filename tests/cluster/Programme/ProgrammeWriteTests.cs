using Microsoft.Extensions.DependencyInjection;
using PointsMall.GrainInterfaces;
using PointsMall.GrainInterfaces.Programme;
using PointsMall.Grains.Programme;
using PointsMall.Tests.Support;

namespace PointsMall.Tests.Cluster.Programme;

/// <summary>What the database's absence does to the settings. A database server of its own.</summary>
public sealed class ProgrammeWriteTests
{
    [Fact]
    public async Task A_write_that_fails_leaves_no_settings_that_are_not_stored()
    {
        using var server = PostgresServer.Start();
        var database = await server.CreateDatabase();
        await using var silo = await TestSilo.Start(database);
        var programme = silo.Grains.GetGrain<IProgrammeGrain>(0);
        var cache = silo.Services.GetRequiredService<ProgrammeSettingsCache>();
        var before = await programme.Get();

        server.Kill();
        var failed = await programme.Set(before with { Name = "Never stored" });
        var meanwhile = cache.Current.Settings;
        server.Restart();

        Assert.Equal(RefusalCode.OutcomeUnknown, failed.Refusal?.Code);
        Assert.Equal(before, meanwhile);
        var stored = await Eventually.Is(
            () => TrySet(programme, before with { Name = "Stored" }),
            result => result is { Refusal: null }
        );
        Assert.False(stored!.Conflict);
        Assert.Equal("Stored", stored.Settings.Name);
        Assert.Equal(before.Version + 1, stored.Settings.Version);
    }

    /// <summary>Null while the grain cannot be activated.</summary>
    private static async Task<ProgrammeResult?> TrySet(
        IProgrammeGrain programme,
        ProgrammeSettings settings
    )
    {
        try
        {
            return await programme.Set(settings);
        }
        catch (Exception exception) when (exception is OrleansException or TimeoutException)
        {
            return null;
        }
    }
}
