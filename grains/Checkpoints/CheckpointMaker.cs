using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Npgsql;
using PointsMall.Grains.Database;

namespace PointsMall.Grains.Checkpoints;

/// <summary>
/// Makes checkpoints. One silo at a time does: the session that holds an advisory lock, which ends with its silo, so that another one goes on.
/// What a run has not finished is no checkpoint, and the next one overwrites it.
/// </summary>
public sealed partial class CheckpointMaker : IDisposable
{
    /// <summary>Any number that no other advisory lock of this database has.</summary>
    private const long Lock = 7_030_001;

    private readonly MallDatabase _database;
    private readonly TimeProvider _clock;
    private readonly ILogger<CheckpointMaker> _logger;
    private readonly SigningKey? _key;

    /// <exception cref="InvalidDataException">The key's file can't be used.</exception>
    public CheckpointMaker(
        MallDatabase database,
        IOptions<CheckpointOptions> options,
        TimeProvider clock,
        ILogger<CheckpointMaker> logger
    )
    {
        ArgumentNullException.ThrowIfNull(options);
        _database = database;
        _clock = clock;
        _logger = logger;
        _key = options.Value.KeyFile is { Length: > 0 } file ? SigningKey.Read(file) : null;
        if (_key is null)
        {
            LogUnsigned(logger);
        }
    }

    /// <summary>How long ago the last checkpoint was finished; null when there is none.</summary>
    public async Task<TimeSpan?> Age(CancellationToken cancelled)
    {
        await using var command = _database.Loads.CreateCommand(
            "select clock_timestamp() - to_at from ledger_checkpoint order by number desc limit 1"
        );
        return await command.ExecuteScalarAsync(cancelled) as TimeSpan?;
    }

    /// <returns>Null when another silo is making one.</returns>
    /// <exception cref="NpgsqlException">It could not be finished.</exception>
    public async Task<Checkpoint?> Make(CancellationToken cancelled)
    {
        await using var connection = _database.Background("checkpoint");
        await connection.OpenAsync(cancelled);
        await using var locked = new NpgsqlCommand(
            $"select pg_try_advisory_lock({Lock})",
            connection
        );
        if (!(bool)(await locked.ExecuteScalarAsync(cancelled))!)
        {
            return null;
        }
        var run = await CheckpointRun.Begin(connection, _clock, cancelled);
        await run.TakeHeads(cancelled);
        await run.BuildTree(cancelled);
        var checkpoint = await run.Finish(_key, cancelled);
        Report(run, checkpoint);
        return checkpoint;
    }

    public void Dispose() => _key?.Dispose();

    private void Report(CheckpointRun run, Checkpoint checkpoint)
    {
        CheckpointMeter.Made.Add(1, CheckpointMeter.HasSignature(_key is not null));
        CheckpointMeter.Broken.Add(run.Broken);
        CheckpointMeter.Seconds.Record(run.Worked.TotalSeconds);
        LogMade(
            _logger,
            checkpoint.Number,
            checkpoint.Root,
            checkpoint.Members,
            run.Moved,
            _key?.Id ?? "nobody",
            run.Worked.TotalMilliseconds
        );
        if (run.Broken > 0)
        {
            LogBroken(_logger, checkpoint.Number, run.Broken);
        }
    }

    // The root in the log is what the database can be held against when everything in it was rewritten.
    [LoggerMessage(
        Level = LogLevel.Information,
        Message = "Checkpoint {Number}: root {Root} over {Members} members, {Moved} of them moved, signed by {Key}; {Milliseconds:0} ms of work"
    )]
    private static partial void LogMade(
        ILogger logger,
        long number,
        Members.Hash32 root,
        long members,
        long moved,
        string key,
        double milliseconds
    );

    [LoggerMessage(
        Level = LogLevel.Critical,
        Message = "Checkpoint {Number}: the ledgers of {Members} members no longer hold the heads of the checkpoint before; verify names them"
    )]
    private static partial void LogBroken(ILogger logger, long number, long members);

    [LoggerMessage(
        Level = LogLevel.Warning,
        Message = "Checkpoints of the ledger are not signed: set Checkpoints:KeyFile"
    )]
    private static partial void LogUnsigned(ILogger logger);
}
