using System.Net.Sockets;
using Npgsql;
using NpgsqlTypes;
using PointsMall.Api.Telemetry;

namespace PointsMall.Api.Reads;

/// <summary>
/// The standby that reads may go to. It is looked at every second; while it does not answer, or is too far behind, no request goes near it.
/// </summary>
internal sealed partial class Replica(
    NpgsqlDataSource source,
    PrimaryPosition primary,
    TimeProvider clock,
    ILogger<Replica> logger
) : BackgroundService
{
    /// <summary>The oldest state that is still shown to anybody.</summary>
    public static readonly TimeSpan MaxStaleness = TimeSpan.FromSeconds(10);

    private const int MaxMarks = 100;

    /// <summary>Null from a server that is no standby: it may have been promoted and gone its own way.</summary>
    private const string SelectReplayed = """
        select case when pg_is_in_recovery() then pg_last_wal_replay_lsn() end
        """;

    private static readonly TimeSpan Period = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    /// <summary>Where the primary was at each look, until the standby has come as far.</summary>
    private readonly Queue<(long At, NpgsqlLogSequenceNumber Position)> _marks = new();

    private long _freshAt;
    private volatile bool _answers;
    private bool _reported = true;

    /// <summary>Its connections.</summary>
    public NpgsqlDataSource Source => source;

    /// <summary>Reads may be tried there.</summary>
    public bool IsUsable => _answers && Staleness < MaxStaleness;

    /// <summary>How long ago it was known to have all that the primary had; null before that was ever so.</summary>
    public TimeSpan? Staleness =>
        Volatile.Read(ref _freshAt) is var at && at != 0 ? clock.GetElapsedTime(at) : null;

    /// <summary>Whether this session's server has come as far, at a moment before whatever the session reads next.</summary>
    public static async Task<bool> HasReplayed(
        NpgsqlConnection connection,
        NpgsqlLogSequenceNumber position,
        CancellationToken cancelled
    ) => await Replayed(connection, cancelled) is { } replayed && replayed >= position;

    /// <summary>A read has failed there: no other is sent until a look has found it well.</summary>
    public void Failed(Exception failure)
    {
        if (IsLoss(failure))
        {
            _answers = false;
        }
    }

    /// <summary>Whether the failure is one of the way to the database, or of the database as a whole.</summary>
    public static bool IsFailure(Exception failure) =>
        failure is NpgsqlException or TimeoutException or SocketException or IOException;

    public override void Dispose()
    {
        source.Dispose();
        base.Dispose();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        ApiMeter.ObserveStaleness(() => Staleness);
        using var timer = new PeriodicTimer(Period, clock);
        try
        {
            do
            {
                await Look(stoppingToken);
            } while (await timer.WaitForNextTickAsync(stoppingToken));
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // the process ends
        }
    }

    private async Task Look(CancellationToken stopping)
    {
        await Mark(stopping);
        try
        {
            using var patience = CancellationTokenSource.CreateLinkedTokenSource(stopping);
            patience.CancelAfter(Patience);
            await using var connection = await source.OpenConnectionAsync(patience.Token);
            var replayed = await Replayed(connection, patience.Token);
            while (_marks.TryPeek(out var mark) && mark.Position <= replayed)
            {
                Volatile.Write(ref _freshAt, _marks.Dequeue().At);
            }
            _answers = replayed is not null;
            Report(replayed is null ? "It is no standby" : null);
        }
        catch (Exception failure)
            when (IsFailure(failure)
                || (failure is OperationCanceledException && !stopping.IsCancellationRequested)
            )
        {
            _answers = false;
            Report(failure.Message);
        }
    }

    private async Task Mark(CancellationToken stopping)
    {
        var now = clock.GetTimestamp();
        try
        {
            var position = await primary.Now().WaitAsync(Patience, clock, stopping);
            if (_marks.Count < MaxMarks)
            {
                _marks.Enqueue((now, position));
            }
        }
        catch (Exception failure) when (IsFailure(failure))
        {
            // The primary does not answer: nobody knows how far behind this one is.
        }
    }

    private static async Task<NpgsqlLogSequenceNumber?> Replayed(
        NpgsqlConnection connection,
        CancellationToken cancelled
    )
    {
        await using var command = new NpgsqlCommand(SelectReplayed, connection);
        return await command.ExecuteScalarAsync(cancelled) as NpgsqlLogSequenceNumber?;
    }

    /// <summary>Not one that the server gives to a single statement, such as a conflict with what it replays.</summary>
    private static bool IsLoss(Exception failure) =>
        failure is not PostgresException { SqlState: var state }
        || state.StartsWith("57P", StringComparison.Ordinal)
        || state.StartsWith("08", StringComparison.Ordinal)
        || state.StartsWith("53", StringComparison.Ordinal);

    private void Report(string? why)
    {
        var usable = IsUsable;
        if (usable == _reported)
        {
            return;
        }
        _reported = usable;
        if (usable)
        {
            LogUsed(logger);
        }
        else
        {
            LogUnused(logger, why ?? "It is behind");
        }
    }

    [LoggerMessage(LogLevel.Information, "Reads go to the replica")]
    private static partial void LogUsed(ILogger logger);

    [LoggerMessage(
        LogLevel.Warning,
        "Reads go to the primary, for the replica is of no use: {Why}"
    )]
    private static partial void LogUnused(ILogger logger, string why);
}
