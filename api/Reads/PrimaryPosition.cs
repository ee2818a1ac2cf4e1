using NpgsqlTypes;

namespace PointsMall.Api.Reads;

/// <summary>
/// How far the primary's log is written: whatever was answered to anybody before the question was sent lies before it. Whoever asks while a
/// question is on its way shares the next one, so that there is never more than one, however many ask.
/// </summary>
/// <param name="ask">One round trip to the primary.</param>
internal sealed class PrimaryPosition(Func<Task<NpgsqlLogSequenceNumber>> ask)
{
    private readonly Lock _turn = new();
    private TaskCompletionSource<NpgsqlLogSequenceNumber>? _next;
    private bool _asking;

    /// <summary>A position of the log that was current at some moment after this call began.</summary>
    public Task<NpgsqlLogSequenceNumber> Now()
    {
        lock (_turn)
        {
            _next ??= new(TaskCreationOptions.RunContinuationsAsynchronously);
            var mine = _next.Task;
            if (!_asking)
            {
                _asking = true;
                _ = Task.Run(AskWhileWanted);
            }
            return mine;
        }
    }

    private async Task AskWhileWanted()
    {
        while (TakeNext() is { } waiting)
        {
            try
            {
                waiting.SetResult(await ask());
            }
            catch (Exception failure)
            {
                waiting.SetException(failure);
                _ = waiting.Task.Exception; // everybody who waited may have hung up
            }
        }
    }

    private TaskCompletionSource<NpgsqlLogSequenceNumber>? TakeNext()
    {
        lock (_turn)
        {
            var waiting = _next;
            _next = null;
            _asking = waiting is not null;
            return waiting;
        }
    }
}
