namespace PointsMall.Tests.Domain.Model;

/// <summary>
/// The commit protocol as a small model: take-over, claim, decision, commit, lost and late answers, gates that start anew. Every order in which
/// the steps can happen is run; one unit of stock, so that everybody is in everybody's way.
/// </summary>
public sealed class ProtocolTests
{
    private static readonly Dictionary<string, Action<ModelWorld>> Scenarios = new()
    {
        ["one key on two activations, and the price changes"] = world =>
        {
            world.Add(world.Client(ModelWorld.Member, "key", patience: 0));
            world.Add(world.Client(ModelWorld.Member, "key", patience: 0));
            world.Add(world.PriceChange());
        },
        ["one key on two activations, one of them a zombie"] = world =>
        {
            world.Add(world.Client(ModelWorld.Member, "key", patience: 1));
            world.Add(world.Client(ModelWorld.Member, "key", patience: 0));
        },
        ["a zombie, a rival, and the gate starts anew"] = world =>
        {
            world.Add(world.Client(ModelWorld.Member, "key", patience: 1));
            world.Add(world.Client(ModelWorld.Rival, "rival's key", patience: 0));
            world.Add(world.GateRestart());
        },
        ["one key on two activations, and a rival"] = world =>
        {
            world.Add(world.Client(ModelWorld.Member, "key", patience: 0));
            world.Add(world.Client(ModelWorld.Member, "key", patience: 0));
            world.Add(world.Client(ModelWorld.Rival, "rival's key", patience: 0));
        },
        ["a zombie and a rival"] = world =>
        {
            world.Add(world.Client(ModelWorld.Member, "key", patience: 1));
            world.Add(world.Client(ModelWorld.Rival, "rival's key", patience: 0));
        },
        ["a zombie, and the gate starts anew twice"] = world =>
        {
            world.Add(world.Client(ModelWorld.Member, "key", patience: 1));
            world.Add(world.GateRestart());
            world.Add(world.GateRestart());
        },
        ["a zombie, and the price changes"] = world =>
        {
            world.Add(world.Client(ModelWorld.Member, "key", patience: 1));
            world.Add(world.PriceChange());
        },
    };

    public static TheoryData<string> Names => [.. Scenarios.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    [Trait("Behaviour", "RED-1")]
    [Trait("Behaviour", "PTS-4")]
    [Trait("Behaviour", "MKT-1")]
    public void Whatever_the_order_of_events_each_key_has_at_most_one_order_and_every_answer_stays_true(
        string scenario
    )
    {
        var (schedules, violation) = Explore(Scenarios[scenario], new());

        Assert.Null(violation);
        Assert.True(schedules > 300, $"only {schedules} schedules");
    }

    [Fact]
    [Trait("Behaviour", "RED-1")]
    public void Without_the_take_over_a_refused_client_gets_an_order_after_all() =>
        AssertMissed(new(TakeOver: false), "an earlier attempt made the order");

    [Fact]
    [Trait("Behaviour", "CAT-2")]
    public void Without_the_epoch_check_an_order_is_written_under_an_offer_that_is_over() =>
        AssertMissed(new(EpochCheck: false), "an offer that was over");

    private static void AssertMissed(Safeguards safeguards, string violation) =>
        Assert.Contains(
            Scenarios.Values,
            scenario =>
                Explore(scenario, safeguards).Violation is { } found
                && found.Contains(violation, StringComparison.Ordinal)
        );

    private static (int Schedules, string? Violation) Explore(
        Action<ModelWorld> scenario,
        Safeguards safeguards
    )
    {
        var schedule = new Schedule();
        var schedules = 0;
        do
        {
            schedules++;
            var world = new ModelWorld(safeguards, schedule);
            scenario(world);
            world.Run();
            if (world.Violation() is { } violation)
            {
                return (schedules, $"{violation} (schedule {schedule})");
            }
        } while (schedule.Next());
        TestContext.Current.TestOutputHelper?.WriteLine($"{schedules} schedules");
        return (schedules, null);
    }
}
