using NBomber.Contracts;
using NBomber.CSharp;

namespace PointsMall.LoadTests.Runner.Configuration;

/// <summary>Load simulations as a config writes them: <c>{ "Inject": [50, "00:00:01", "00:01:00"] }</c>.</summary>
internal static class SimulationConfig
{
    public static LoadSimulation Read(JsonField field)
    {
        if (field.Fields() is not [var (name, value)])
        {
            throw field.Bad("it must name one simulation");
        }
        return name switch
        {
            "RampingConstant" => Copies(value, 0, Simulation.RampingConstant),
            "KeepConstant" => Copies(value, 1, Simulation.KeepConstant),
            "IterationsForConstant" => IterationsForConstant(value),
            "RampingInject" => Rate(value, 0, Simulation.RampingInject),
            "Inject" => Rate(value, 1, Simulation.Inject),
            "InjectRandom" => InjectRandom(value),
            "IterationsForInject" => IterationsForInject(value),
            "Pause" => Simulation.Pause(value.Time()),
            _ => throw value.Unknown(),
        };
    }

    private static LoadSimulation Copies(
        JsonField field,
        int least,
        Func<int, TimeSpan, LoadSimulation> make
    )
    {
        var items = field.Items(2, "it must be [copies, \"hh:mm:ss\"]");
        return make(items[0].Number(least), items[1].Time());
    }

    private static LoadSimulation Rate(
        JsonField field,
        int least,
        Func<int, TimeSpan, TimeSpan, LoadSimulation> make
    )
    {
        var items = field.Items(3, "it must be [rate, \"interval\", \"during\"]");
        return make(items[0].Number(least), items[1].Time(), items[2].Time());
    }

    private static LoadSimulation IterationsForConstant(JsonField field)
    {
        var items = field.Items(2, "it must be [copies, iterations]");
        return Simulation.IterationsForConstant(items[0].Number(1), items[1].Number(1));
    }

    private static LoadSimulation InjectRandom(JsonField field)
    {
        var items = field.Items(4, "it must be [minRate, maxRate, \"interval\", \"during\"]");
        return Simulation.InjectRandom(
            items[0].Number(0),
            items[1].Number(1),
            items[2].Time(),
            items[3].Time()
        );
    }

    private static LoadSimulation IterationsForInject(JsonField field)
    {
        var items = field.Items(3, "it must be [rate, \"interval\", iterations]");
        return Simulation.IterationsForInject(
            items[0].Number(1),
            items[1].Time(),
            items[2].Number(1)
        );
    }
}
