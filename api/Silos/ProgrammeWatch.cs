using PointsMall.GrainInterfaces.Programme;

namespace PointsMall.Api.Silos;

/// <summary>
/// Asks a silo for the programme's settings every second. That keeps them at hand for reads that don't call a grain, and is the proof of
/// readiness: the whole way to a grain and back works.
/// </summary>
internal sealed partial class ProgrammeWatch(
    GrainCalls calls,
    TimeProvider clock,
    ILogger<ProgrammeWatch> logger
) : BackgroundService
{
    private static readonly TimeSpan Period = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Freshness = TimeSpan.FromSeconds(5);

    private ProgrammeSettings _current = new();
    private long _answeredAt;
    private bool _reachable;

    /// <summary>The settings that a silo gave last; the defaults before the first answer.</summary>
    public ProgrammeSettings Current => Volatile.Read(ref _current);

    /// <summary>A silo has answered within the last 5 s.</summary>
    public bool SiloAnswers =>
        Volatile.Read(ref _answeredAt) is var at && at != 0 && clock.GetElapsedTime(at) < Freshness;

    /// <summary>Takes over settings that this process has just changed.</summary>
    public void Changed(ProgrammeSettings settings) => Volatile.Write(ref _current, settings);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Period, clock);
        do
        {
            await Refresh(stoppingToken);
        } while (await Tick(timer, stoppingToken));
    }

    private async Task Refresh(CancellationToken stopping)
    {
        var outcome = await calls.Ask(grains =>
            grains.GetGrain<IProgrammeGrain>(0).Get().WaitAsync(Patience, clock, stopping)
        );
        if (outcome.Succeeded(out var settings, out var problem))
        {
            Volatile.Write(ref _current, settings);
            Volatile.Write(ref _answeredAt, clock.GetTimestamp());
        }
        if (problem is null != _reachable)
        {
            _reachable = problem is null;
            ReachabilityChanged(logger, _reachable ? "answer" : "don't answer");
        }
    }

    private static async Task<bool> Tick(PeriodicTimer timer, CancellationToken stopping)
    {
        try
        {
            return await timer.WaitForNextTickAsync(stopping);
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }

    [LoggerMessage(LogLevel.Information, "The silos {State}")]
    private static partial void ReachabilityChanged(ILogger logger, string state);
}
