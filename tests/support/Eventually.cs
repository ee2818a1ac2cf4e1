namespace PointsMall.Tests.Support;

/// <summary>Waits for a condition instead of for a time.</summary>
public static class Eventually
{
    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(50);

    /// <summary>Asks until the answer is accepted, and returns it.</summary>
    /// <exception cref="TimeoutException">No answer was accepted in time; the message holds the last one.</exception>
    public static async Task<T> Is<T>(
        Func<Task<T>> ask,
        Func<T, bool> accepted,
        TimeSpan? within = null
    )
    {
        var limit = within ?? TimeSpan.FromSeconds(20);
        var started = TimeProvider.System.GetTimestamp();
        while (true)
        {
            var answer = await ask();
            if (accepted(answer))
            {
                return answer;
            }
            if (TimeProvider.System.GetElapsedTime(started) > limit)
            {
                throw new TimeoutException($"Not so after {limit.TotalSeconds} s; last: {answer}");
            }
            await Task.Delay(Step);
        }
    }
}
