using PointsMall.GrainInterfaces.Earning;
using PointsMall.Grains.Earning;

namespace PointsMall.Tests.Domain.Earning;

/// <summary>Which version is in force when, and how two differ.</summary>
public sealed class RulebookRulesTests
{
    private static readonly DateTimeOffset Now = Earn.At;

    [Fact]
    [Trait("Behaviour", "EARN-11")]
    [Trait("Behaviour", "RULE-1")]
    public void The_version_that_started_last_is_in_force_until_it_is_retired()
    {
        var index = Index(
            Version(1, days: -10),
            Version(2, days: -5),
            Version(3, days: -5, retiredDays: -1),
            Version(4, days: 5)
        );

        Assert.Null(index.InForce(Now.AddDays(-10).AddTicks(-1)));
        Assert.Equal(1, index.InForce(Now.AddDays(-10))?.Version);
        Assert.Equal(1, index.InForce(Now.AddDays(-5).AddTicks(-1))?.Version);
        Assert.Equal(3, index.InForce(Now.AddDays(-5))?.Version);
        Assert.Equal(3, index.InForce(Now.AddDays(-1).AddTicks(-1))?.Version);
        Assert.Equal(2, index.InForce(Now.AddDays(-1))?.Version);
        Assert.Equal(4, index.InForce(Now.AddDays(5))?.Version);
        Assert.Equal(4, RulebookRules.Last(index)?.Version);
    }

    [Fact]
    [Trait("Behaviour", "RULE-1")]
    public void Nothing_is_published_or_retired_in_the_past()
    {
        var version = Version(1, days: -1);
        var index = Index(version);

        Assert.Equal(
            "start",
            RulebookRules.CheckPublication(index, Now.AddTicks(-1), null, Now)?.Field
        );
        Assert.Null(RulebookRules.CheckPublication(index, Now, null, Now));
        Assert.Null(RulebookRules.CheckPublication(index, null, null, Now));
        Assert.Equal(
            "at",
            RulebookRules.Retire(index, version, Now.AddTicks(-1), Now).Refusal?.Field
        );
    }

    [Fact]
    [Trait("Behaviour", "RULE-1")]
    public void A_retirement_can_be_moved_until_it_has_come_and_sent_again()
    {
        var version = Version(1, days: -1);
        var index = Index(version);

        var later = RulebookRules.Retire(index, version, Now.AddDays(2), Now).Next!;
        var planned = Assert.Single(later.Versions);
        var atOnce = RulebookRules.Retire(later, planned, null, Now).Next!;
        var retired = Assert.Single(atOnce.Versions);

        Assert.Equal(Now.AddDays(2), planned.RetiredAt);
        Assert.Same(later, RulebookRules.Retire(later, planned, Now.AddDays(2), Now).Next);
        Assert.Equal(Now, retired.RetiredAt);
        Assert.Same(atOnce, RulebookRules.Retire(atOnce, retired, null, Now.AddDays(1)).Next);
        Assert.Same(atOnce, RulebookRules.Retire(atOnce, retired, Now, Now.AddDays(1)).Next);
        Assert.Equal(
            "at",
            RulebookRules.Retire(atOnce, retired, Now.AddDays(3), Now.AddDays(1)).Refusal?.Field
        );
    }

    [Fact]
    [Trait("Behaviour", "RULE-2")]
    public void A_difference_goes_by_the_ids_of_rules()
    {
        const string before =
            """{"stacking":"all","rules":[{"id":"a","x":1,"y":[1]},{"id":"b"}],"caps":[{"id":"c"}]}""";
        const string after =
            """{"stacking":"best","rules":[{"id":"n"},{"id":"a","y":[1,2],"x":1.0}]}""";

        Assert.Equal(
            [
                new RulebookChange("/caps/c", """{"id":"c"}""", null),
                new RulebookChange("/rules/a/y", "[1]", "[1,2]"),
                new RulebookChange("/rules/b", """{"id":"b"}""", null),
                new RulebookChange("/rules/n", null, """{"id":"n"}"""),
                new RulebookChange("/stacking", "\"all\"", "\"best\""),
            ],
            RulebookDiff.Between(before, after)
        );
        Assert.Empty(RulebookDiff.Between(before, before));
        // A draft need not make sense.
        Assert.Equal(
            new RulebookChange("/rules", """[{"id":1}]""", "[{},{}]"),
            Assert.Single(RulebookDiff.Between("""{"rules":[{"id":1}]}""", """{"rules":[{},{}]}"""))
        );
    }

    private static RulebookIndex Index(params RulebookVersion[] versions) =>
        new() { Revision = versions.Length, Versions = [.. versions] };

    private static RulebookVersion Version(long number, int days, int? retiredDays = null) =>
        new()
        {
            Version = number,
            Start = Now.AddDays(days),
            RetiredAt = retiredDays is { } retired ? Now.AddDays(retired) : null,
            PublishedAt = Now.AddDays(days),
            PublishedBy = "staff:tests",
            Rules = 1,
            Sha256 = "",
        };
}
