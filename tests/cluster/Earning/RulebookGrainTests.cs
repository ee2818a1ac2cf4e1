using Microsoft.Extensions.DependencyInjection;
using PointsMall.GrainInterfaces;
using PointsMall.GrainInterfaces.Earning;
using PointsMall.Grains.Earning;
using PointsMall.Tests.Cluster.Silos;
using PointsMall.Tests.Support;

namespace PointsMall.Tests.Cluster.Earning;

/// <summary>The rulebook in a cluster: in force in every silo, written once, fenced.</summary>
[Collection(MallCollection.Name)]
public sealed class RulebookGrainTests(MallFixture mall)
{
    private IRulebookGrain Rulebook => mall.Grains.GetGrain<IRulebookGrain>(0);

    [Fact]
    [Trait("Behaviour", "RULE-1")]
    public async Task A_version_is_in_force_in_every_silo()
    {
        var version = await Publish(points: 11);

        foreach (var silo in mall.Silos)
        {
            var cache = silo.Services.GetRequiredService<RulebookCache>();
            await Eventually.Is(
                () => Task.FromResult(cache.Index.InForce(version.Start)),
                inForce => inForce?.Version == version.Version
            );
            var rulebook = await cache.At(version.Start);
            Assert.Equal(version.Version, rulebook.Version);
            Assert.Equal(new FixedReward(11), rulebook.Terms.Rules[0].Reward);
        }
    }

    [Fact]
    [Trait("Behaviour", "EARN-11")]
    public async Task A_silo_that_starts_has_the_rules_of_now_and_finds_those_of_before()
    {
        var old = await Publish(points: 21);
        var now = await Publish(points: 22);

        await using var silo = await mall.StartApart();

        var cache = silo.Services.GetRequiredService<RulebookCache>();
        var inForce = cache.At(now.Start);
        Assert.True(inForce.IsCompletedSuccessfully);
        Assert.Equal(now.Version, (await inForce).Version);
        Assert.Equal(old.Version, (await cache.At(now.Start.AddTicks(-10))).Version);
        Assert.Same(Grains.Earning.Rulebook.Empty, await cache.At(DateTimeOffset.UnixEpoch));
    }

    [Fact]
    public async Task Of_two_activations_one_is_fenced_and_what_is_published_stays()
    {
        await using var apart = await mall.StartApart();
        var theirs = apart.Grains.GetGrain<IRulebookGrain>(0);
        var known = await theirs.GetIndex(-1);
        var ours = await Publish(points: 31);
        var published = await Rulebook.GetDocument(ours.Version);

        var fenced = await theirs.Import(Command(points: 32));

        Assert.Equal(RefusalCode.NotRun, fenced.Refusal?.Code);
        Assert.Equal(published, await Rulebook.GetDocument(ours.Version));
        // The number that the failed publication used up is stepped over.
        var next = await Publish(points: 33);
        Assert.True(next.Version > ours.Version + 1);
        var read = await Eventually.Is(
            () => theirs.GetIndex(known!.Revision),
            index => index?.Versions.Any(version => version.Version == ours.Version) is true
        );
        Assert.DoesNotContain(read!.Versions, version => version.Version == ours.Version + 1);
    }

    private async Task<RulebookVersion> Publish(long points)
    {
        var result = await Rulebook.Import(Command(points));
        Assert.Null(result.Refusal);
        Assert.Empty(result.Errors);
        return result.Version!;
    }

    private static ImportRulebookCommand Command(long points) =>
        new()
        {
            Document =
                $$"""{"validity":{"kind":"never"},"rules":[{"id":"a","event":"visit","reward":{"kind":"fixed","points":{{points}}} }]}""",
            Principal = "staff:tests",
        };
}
