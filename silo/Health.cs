namespace PointsMall.Silo;

/// <summary><c>/healthz/live</c>: the process answers. <c>/healthz/ready</c>: it may get work.</summary>
public static class Health
{
    public static void MapHealth(this WebApplication app)
    {
        ArgumentNullException.ThrowIfNull(app);
        app.MapGet("/healthz/live", () => Results.Json(new { status = "live" }));
        app.MapGet("/healthz/ready", Ready);
    }

    /// <summary>Why this silo may get no work; empty when it may.</summary>
    public static string[] WhyNotReady(
        ISiloStatusOracle membership,
        DatabaseWatch database,
        IHostApplicationLifetime lifetime
    )
    {
        ArgumentNullException.ThrowIfNull(membership);
        ArgumentNullException.ThrowIfNull(database);
        ArgumentNullException.ThrowIfNull(lifetime);
        return
        [
            .. Reason(
                membership.CurrentStatus != SiloStatus.Active,
                $"silo is {membership.CurrentStatus}"
            ),
            .. Reason(!database.Answering, "database does not answer"),
            .. Reason(database.ClockSkew is null, "clock not compared with the database yet"),
            .. Reason(
                database.ClockSkew?.Duration() > DatabaseWatch.MaxClockSkew,
                $"clock is {database.ClockSkew?.TotalMilliseconds:0} ms off the database's; at most {DatabaseWatch.MaxClockSkew.TotalMilliseconds:0}"
            ),
            .. Reason(lifetime.ApplicationStopping.IsCancellationRequested, "stopping"),
        ];
    }

    private static IResult Ready(
        ISiloStatusOracle membership,
        DatabaseWatch database,
        IHostApplicationLifetime lifetime
    )
    {
        var reasons = WhyNotReady(membership, database, lifetime);
        return Results.Json(
            new { status = reasons.Length == 0 ? "ready" : "not ready", reasons },
            statusCode: reasons.Length == 0
                ? StatusCodes.Status200OK
                : StatusCodes.Status503ServiceUnavailable
        );
    }

    private static string[] Reason(bool applies, string reason) => applies ? [reason] : [];
}
