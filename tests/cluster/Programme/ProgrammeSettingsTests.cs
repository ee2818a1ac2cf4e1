using Microsoft.Extensions.DependencyInjection;
using PointsMall.GrainInterfaces;
using PointsMall.GrainInterfaces.Programme;
using PointsMall.Grains.Programme;
using PointsMall.Tests.Cluster.Silos;
using PointsMall.Tests.Support;

namespace PointsMall.Tests.Cluster.Programme;

[Collection(MallCollection.Name)]
public sealed class ProgrammeSettingsTests(MallFixture mall)
{
    private IProgrammeGrain Programme => mall.Grains.GetGrain<IProgrammeGrain>(0);

    [Fact]
    public async Task A_change_is_in_force_in_every_silo()
    {
        var changed = await Change(settings => settings with { Name = "Tea club" });

        foreach (var silo in mall.Silos)
        {
            var cache = silo.Services.GetRequiredService<ProgrammeSettingsCache>();
            var current = await Eventually.Is(
                () => Task.FromResult(cache.Current),
                current => current.Settings.Version >= changed.Version
            );
            Assert.Equal(changed, current.Settings);
            Assert.Equal(changed.Zone, current.Calendar.Zone.Id);
        }
    }

    [Fact]
    public async Task A_silo_that_starts_has_the_settings_before_it_serves()
    {
        var changed = await Change(settings => settings with { Zone = "Europe/Berlin" });

        await using var silo = await mall.StartApart();

        var cache = silo.Services.GetRequiredService<ProgrammeSettingsCache>();
        Assert.Equal(changed, cache.Current.Settings);
        Assert.Equal("Europe/Berlin", cache.Current.Calendar.Zone.Id);
        await Change(settings => settings with { Zone = "Asia/Shanghai" });
    }

    [Fact]
    public async Task A_change_of_an_old_version_is_a_conflict_and_changes_nothing()
    {
        var before = await Programme.Get();
        await Change(settings => settings with { ExpiryNoticeDays = 31 });

        var late = await Programme.Set(before with { ExpiryNoticeDays = 32 });

        Assert.True(late.Conflict);
        Assert.Equal(31, late.Settings.ExpiryNoticeDays);
        Assert.Equal(31, (await Programme.Get()).ExpiryNoticeDays);
    }

    [Fact]
    public async Task The_same_change_sent_again_is_done()
    {
        var change = await Programme.Get() with { ReturnGraceDays = 8 };
        var first = await Programme.Set(change);

        var again = await Programme.Set(change);

        Assert.False(again.Conflict);
        Assert.Equal(first.Settings, again.Settings);
    }

    [Fact]
    public async Task A_wrong_setting_is_refused_and_changes_nothing()
    {
        var before = await Programme.Get();

        var result = await Programme.Set(before with { Zone = "Mars/Olympus" });

        Assert.Equal(RefusalCode.InvalidRequest, result.Refusal?.Code);
        Assert.Equal("zone", result.Refusal?.Field);
        Assert.Equal(before, await Programme.Get());
    }

    [Fact]
    public async Task Of_two_activations_one_is_fenced_and_reads_what_the_other_wrote()
    {
        await using var apart = await mall.StartApart();
        var theirs = apart.Grains.GetGrain<IProgrammeGrain>(0);
        var before = await Programme.Get();
        Assert.Equal(before, await theirs.Get());
        await Change(settings => settings with { Name = "Ours" });

        var fenced = await theirs.Set(before with { Name = "Theirs" });

        Assert.Equal(RefusalCode.NotRun, fenced.Refusal?.Code);
        var read = await Eventually.Is(theirs.Get, settings => settings.Version > before.Version);
        Assert.Equal("Ours", read.Name);
    }

    private async Task<ProgrammeSettings> Change(Func<ProgrammeSettings, ProgrammeSettings> change)
    {
        var result = await Programme.Set(change(await Programme.Get()));
        Assert.Null(result.Refusal);
        Assert.False(result.Conflict);
        return result.Settings;
    }
}
