using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.Options;
using PointsMall.Api.Problems;
using PointsMall.Api.Telemetry;
using PointsMall.GrainInterfaces;

namespace PointsMall.Api.Silos;

/// <summary>
/// Sends commands to grains and finds out what became of them. A command that surely did not run is sent again; one whose outcome is unknown
/// is asked for again under the same command id and key, which a grain answers with the first result. No token of the request reaches a
/// command: a caller who hangs up does not change what happens.
/// </summary>
internal sealed class GrainCalls(
    IGrainFactory grains,
    SiloConnection connection,
    IOptions<CallOptions> options,
    TimeProvider clock
)
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(25);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(1);

    /// <summary>Clocks of API and silo may differ by this much: a deadline counts as past only after it.</summary>
    private static readonly TimeSpan ClockTolerance = TimeSpan.FromMilliseconds(500);

    private readonly CallOptions _options = options.Value;
    private int _inFlight;

    /// <summary>Runs a command to its outcome, or as far as the time allows.</summary>
    /// <param name="header">The command's header without a deadline: each attempt gets its own.</param>
    /// <param name="send">Calls the grain with the header of this attempt.</param>
    public async Task<Outcome<T>> Send<T>(
        CommandHeader header,
        Func<IGrainFactory, CommandHeader, Task<T>> send
    )
        where T : class, ICommandResult
    {
        if (Interlocked.Increment(ref _inFlight) > _options.MaxInFlight)
        {
            Interlocked.Decrement(ref _inFlight);
            ApiMeter.CommandEnded(Errors.Overloaded.Code);
            return Refusals.ToProblem(Refusal.Of(RefusalCode.Overloaded));
        }
        try
        {
            var outcome = await Settle(header, send);
            ApiMeter.CommandEnded(outcome.Problem?.Kind.Code ?? ApiMeter.Done);
            return outcome;
        }
        finally
        {
            Interlocked.Decrement(ref _inFlight);
        }
    }

    /// <summary>Reads from a grain, or sends it a change that is safe to send twice; no retry.</summary>
    public async Task<Outcome<T>> Ask<T>(Func<IGrainFactory, Task<T>> ask)
        where T : class
    {
        if (!connection.IsOpen)
        {
            return Refusals.ToProblem(Refusal.Of(RefusalCode.NotRun));
        }
        try
        {
            return await ask(grains);
        }
        catch (Exception failure) when (Verdict(failure) is { } verdict)
        {
            return Refusals.ToProblem(Refusal.Of(verdict));
        }
    }

    private async Task<Outcome<T>> Settle<T>(
        CommandHeader header,
        Func<IGrainFactory, CommandHeader, Task<T>> send
    )
        where T : class, ICommandResult
    {
        var giveUp = clock.GetUtcNow() + _options.Budget;
        // Until then an earlier attempt of unknown outcome may still run, so a later attempt's refusal is not the last word.
        DateTimeOffset? openUntil = null;
        for (var attempt = 1; ; attempt++)
        {
            var now = clock.GetUtcNow();
            var deadline = Earlier(now + _options.Attempt, giveUp);
            var (result, refusal) = await Try(header with { Deadline = deadline }, send);
            if (refusal is null)
            {
                return result!;
            }
            var pause = PauseAfter(attempt);
            switch (refusal.Code)
            {
                case RefusalCode.OutcomeUnknown:
                    openUntil = deadline + ClockTolerance;
                    break;
                case RefusalCode.NotRun:
                // Of this attempt only: it says nothing of the one before, whose outcome is open.
                case RefusalCode.Overloaded when openUntil is not null:
                    break;
                case var _ when openUntil is { } open && clock.GetUtcNow() < open:
                    pause = open - clock.GetUtcNow();
                    break;
                default:
                    return Refusals.ToProblem(refusal);
            }
            if (clock.GetUtcNow() + pause >= giveUp)
            {
                return Refusals.ToProblem(
                    Refusal.Of(openUntil is null ? RefusalCode.NotRun : RefusalCode.OutcomeUnknown)
                );
            }
            ApiMeter.CommandRetried(refusal.Code);
            await Task.Delay(pause, clock);
        }
    }

    private async Task<(T? Result, Refusal? Refusal)> Try<T>(
        CommandHeader header,
        Func<IGrainFactory, CommandHeader, Task<T>> send
    )
        where T : class, ICommandResult
    {
        if (!connection.IsOpen)
        {
            return (null, Refusal.Of(RefusalCode.NotRun));
        }
        try
        {
            var result = await send(grains, header);
            return (result, result.Refusal);
        }
        catch (Exception failure) when (Verdict(failure) is { } verdict)
        {
            return (null, Refusal.Of(verdict));
        }
    }

    /// <summary>What a failed call says about the command; null for a mistake of ours that no retry heals.</summary>
    private static RefusalCode? Verdict(Exception failure) =>
        failure switch
        {
            GatewayTooBusyException or LimitExceededException => RefusalCode.Overloaded,
            // The silo that had the command is gone, with or without having carried it out.
            SiloUnavailableException => RefusalCode.OutcomeUnknown,
            OrleansMessageRejectionException => RefusalCode.NotRun,
            TimeoutException or OrleansException => RefusalCode.OutcomeUnknown,
            _ => null,
        };

    /// <summary>Doubles, with half of it left to chance: callers that failed together don't come back together.</summary>
    [SuppressMessage(
        "Security",
        "CA5394:Do not use insecure randomness",
        Justification = "Spreads retries in time; nothing is kept secret by it."
    )]
    private static TimeSpan PauseAfter(int attempt)
    {
        var longest = FirstPause * Math.Pow(2, Math.Min(attempt - 1, 10));
        longest = longest < LongestPause ? longest : LongestPause;
        return longest * (0.5 + Random.Shared.NextDouble() / 2);
    }

    private static DateTimeOffset Earlier(DateTimeOffset x, DateTimeOffset y) => x < y ? x : y;
}

/// <summary>What became of a call: its result, or the problem to answer with.</summary>
internal readonly struct Outcome<T>
    where T : class
{
    private Outcome(T? result, Problem? problem)
    {
        Result = result;
        Problem = problem;
    }

    public T? Result { get; }

    public Problem? Problem { get; }

    /// <summary>True with the result, false with the problem.</summary>
    public bool Succeeded(
        [NotNullWhen(true)] out T? result,
        [NotNullWhen(false)] out Problem? problem
    )
    {
        result = Result;
        problem = Problem;
        return problem is null;
    }

    public static implicit operator Outcome<T>(T result) => new(result, null);

    public static implicit operator Outcome<T>(Problem problem) => new(null, problem);
}
