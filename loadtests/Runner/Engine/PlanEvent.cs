namespace PointsMall.LoadTests.Runner.Engine;

internal enum PlanAction
{
    /// <summary>An iteration is due (open).</summary>
    Arrive,

    /// <summary>So many copies run from here (closed).</summary>
    Copies,

    /// <summary>The simulation of that index begins.</summary>
    Simulation,

    /// <summary>Nothing more is started.</summary>
    End,
}

/// <param name="At">From the start of the plan.</param>
/// <param name="Action">What happens.</param>
/// <param name="Value">Copies, or the simulation's index.</param>
internal readonly record struct PlanEvent(TimeSpan At, PlanAction Action, int Value = 0);
