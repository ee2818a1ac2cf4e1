using System.ComponentModel;
using Microsoft.AspNetCore.Http.HttpResults;
using Npgsql;
using PointsMall.Api.OpenApi;
using PointsMall.Api.Problems;
using PointsMall.Api.RateLimits;
using PointsMall.Api.Silos;

namespace PointsMall.Api.Health;

/// <summary>Whether the process lives, and whether callers should be sent here.</summary>
internal static class HealthEndpoints
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        var health = routes
            .MapGroup("/healthz")
            .AllowAnonymous()
            .WithTags("Health")
            .WithMetadata(new Unlimited());
        health
            .MapGet("/live", () => TypedResults.Ok(new HealthAnswer { Status = "live" }))
            .WithName("live")
            .WithSummary("The process answers; says nothing of silos and database");
        health
            .MapGet("/ready", Ready)
            .WithName("ready")
            .WithSummary("A silo and the database answer, and the process is not stopping")
            .Refuses(Errors.Unavailable);
    }

    private static async Task<Results<Ok<HealthAnswer>, Problem>> Ready(
        Readiness readiness,
        CancellationToken cancelled
    ) =>
        await readiness.WhyNot(cancelled) is { } why
            ? new Problem(Errors.Unavailable)
            {
                Detail = why,
                RetryAfterSeconds = Refusals.DefaultRetryAfterSeconds,
            }
            : TypedResults.Ok(new HealthAnswer { Status = "ready" });
}

[Description("The state of the process.")]
internal sealed record HealthAnswer
{
    [Description("`live` or `ready`.")]
    public required string Status { get; init; }
}

/// <summary>Looks whether the API can do its work. Asks the database at most once a second, however many probes come.</summary>
internal sealed class Readiness(
    NpgsqlDataSource database,
    ProgrammeWatch silos,
    Leaving leaving,
    TimeProvider clock
)
{
    private static readonly TimeSpan Freshness = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);
    private Look? _last;

    /// <summary>Why callers should go elsewhere, or null.</summary>
    public async Task<string?> WhyNot(CancellationToken cancelled)
    {
        if (leaving.HasBegun)
        {
            return "The process is stopping.";
        }
        if (!silos.SiloAnswers)
        {
            return "No silo answers.";
        }
        return await DatabaseAnswers(cancelled) ? null : "The database does not answer.";
    }

    private async Task<bool> DatabaseAnswers(CancellationToken cancelled)
    {
        if (_last is { } last && clock.GetElapsedTime(last.At) < Freshness)
        {
            return last.Answered;
        }
        var answered = await Ask(cancelled);
        _last = new Look(answered, clock.GetTimestamp());
        return answered;
    }

    private async Task<bool> Ask(CancellationToken cancelled)
    {
        try
        {
            await using var connection = await database
                .OpenConnectionAsync(cancelled)
                .AsTask()
                .WaitAsync(Patience, clock, cancelled);
            await using var command = new NpgsqlCommand("select 1", connection);
            await command.ExecuteScalarAsync(cancelled).WaitAsync(Patience, clock, cancelled);
            return true;
        }
        catch (Exception failure) when (failure is NpgsqlException or TimeoutException)
        {
            return false;
        }
    }

    private sealed record Look(bool Answered, long At);
}
