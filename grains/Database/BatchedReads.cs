using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace PointsMall.Grains.Database;

/// <summary>Reads one thing of many members in one statement: whoever asks while a statement runs is in the next.</summary>
/// <typeparam name="T">What is read of a member; its default for a member who has none.</typeparam>
/// <param name="maxBatch">Members in one statement.</param>
/// <param name="read">The statement.</param>
/// <param name="what">What is read, for the log.</param>
/// <param name="logger">Where failures go.</param>
public sealed partial class BatchedReads<T>(
    int maxBatch,
    Func<Guid[], Task<Dictionary<Guid, T>>> read,
    string what,
    ILogger logger
) : IDisposable
{
    private readonly Channel<Request> _requests = Channel.CreateUnbounded<Request>(
        new UnboundedChannelOptions { SingleReader = true }
    );
    private int _running;

    private sealed record Request(Guid MemberId, TaskCompletionSource<T?> Answer);

    /// <summary>What is committed at some instant after this call.</summary>
    /// <exception cref="NpgsqlException">The database can't be asked.</exception>
    public Task<T?> Read(Guid memberId)
    {
        var request = new Request(
            memberId,
            new TaskCompletionSource<T?>(TaskCreationOptions.RunContinuationsAsynchronously)
        );
        if (!_requests.Writer.TryWrite(request))
        {
            return Task.FromException<T?>(new ObjectDisposedException(what));
        }
        if (Interlocked.Exchange(ref _running, 1) == 0)
        {
            _ = Run();
        }
        return request.Answer.Task;
    }

    public void Dispose() => _requests.Writer.TryComplete();

    private async Task Run()
    {
        await Task.Yield();
        List<Request> batch = [];
        while (await _requests.Reader.WaitToReadAsync())
        {
            batch.Clear();
            while (batch.Count < maxBatch && _requests.Reader.TryRead(out var request))
            {
                batch.Add(request);
            }
            await Answer(batch);
        }
    }

    private async Task Answer(List<Request> batch)
    {
        try
        {
            var values = await read([.. batch.Select(request => request.MemberId).Distinct()]);
            foreach (var request in batch)
            {
                request.Answer.TrySetResult(values.GetValueOrDefault(request.MemberId));
            }
        }
        // Whatever it is, it fails these reads only: the loop goes on.
        catch (Exception exception)
        {
            LogFailed(
                logger,
                what,
                batch.Count,
                (exception as PostgresException)?.SqlState ?? exception.GetType().Name
            );
            foreach (var request in batch)
            {
                request.Answer.TrySetException(exception);
            }
        }
    }

    [LoggerMessage(
        Level = LogLevel.Warning,
        Message = "The {What} of {Members} members could not be read: {Error}"
    )]
    private static partial void LogFailed(ILogger logger, string what, int members, string error);
}
