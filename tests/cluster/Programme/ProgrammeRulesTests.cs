using PointsMall.GrainInterfaces.Programme;
using PointsMall.Grains.Programme;

namespace PointsMall.Tests.Cluster.Programme;

public sealed class ProgrammeRulesTests
{
    private static readonly ProgrammeSettings Current = new() { Version = 3 };

    [Fact]
    public void A_change_of_the_version_in_force_gets_the_next_version()
    {
        var decision = ProgrammeRules.Decide(Current, Current with { Name = "Tea club" });

        Assert.Equal(ProgrammeChange.Replace, decision.Change);
        Assert.Equal(Current with { Version = 4, Name = "Tea club" }, decision.Next);
    }

    [Theory]
    [InlineData(2)]
    [InlineData(4)]
    public void A_change_of_another_version_is_a_conflict(long version)
    {
        var decision = ProgrammeRules.Decide(
            Current,
            Current with
            {
                Version = version,
                Name = "Tea club",
            }
        );

        Assert.Equal(ProgrammeChange.Conflict, decision.Change);
        Assert.Null(decision.Next);
    }

    [Fact]
    public void The_same_change_again_is_done_and_no_conflict()
    {
        var change = Current with { Name = "Tea club" };
        var changed = ProgrammeRules.Decide(Current, change).Next!;

        Assert.Equal(ProgrammeChange.None, ProgrammeRules.Decide(changed, change).Change);
    }

    public static TheoryData<string, ProgrammeSettings> Refused { get; } =
        new()
        {
            { "name", Current with { Name = "" } },
            { "name", Current with { Name = new string('x', 101) } },
            { "zone", Current with { Zone = "Mars/Olympus" } },
            { "zone", Current with { Zone = "" } },
            { "defaultValidityDays", Current with { DefaultValidityDays = 0 } },
            { "defaultValidityDays", Current with { DefaultValidityDays = 36_501 } },
            { "maxPointsPerCommand", Current with { MaxPointsPerCommand = 0 } },
            { "maxPointsPerCommand", Current with { MaxPointsPerCommand = 1_000_000_000_000_001 } },
            { "expiryNoticeDays", Current with { ExpiryNoticeDays = 0 } },
            { "expiryNoticeDays", Current with { ExpiryNoticeDays = 366 } },
            { "returnGraceDays", Current with { ReturnGraceDays = -1 } },
            { "returnGraceDays", Current with { ReturnGraceDays = 366 } },
            { "adjustmentApprovalAbove", Current with { AdjustmentApprovalAbove = -1 } },
            { "defaultLanguage", Current with { DefaultLanguage = "english" } },
            { "defaultLanguage", Current with { DefaultLanguage = "zh-cn" } },
        };

    [Theory]
    [MemberData(nameof(Refused))]
    public void A_value_out_of_range_is_refused_by_its_field(
        string field,
        ProgrammeSettings proposed
    )
    {
        var decision = ProgrammeRules.Decide(Current, proposed);

        Assert.Equal(ProgrammeChange.Refused, decision.Change);
        Assert.Equal(field, decision.Refusal?.Field);
    }

    [Theory]
    [InlineData("zh")]
    [InlineData("zh-CN")]
    [InlineData("zh-Hant-TW")]
    [InlineData("es-419")]
    public void Languages_are_BCP_47_tags(string language)
    {
        var decision = ProgrammeRules.Decide(Current, Current with { DefaultLanguage = language });

        Assert.Equal(ProgrammeChange.Replace, decision.Change);
    }
}
