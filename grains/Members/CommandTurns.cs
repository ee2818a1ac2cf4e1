namespace PointsMall.Grains.Members;

/// <summary>
/// One command of a member at a time, first come first served. The grain is reentrant so that it can count who waits: beyond
/// <see cref="MaxWaiting"/> a call is refused at once, and reads go past.
/// </summary>
internal sealed class CommandTurns : IDisposable
{
    /// <summary>A member's devices and their retries; more is abuse or a fault.</summary>
    public const int MaxWaiting = 32;

    private readonly SemaphoreSlim _turn = new(1, 1);
    private int _waiting;

    /// <summary>Too many wait: nobody else is let in.</summary>
    public bool AreFull => _waiting >= MaxWaiting;

    /// <summary>The caller's turn, or null when the patience ran out.</summary>
    public async Task<IDisposable?> Enter(TimeSpan patience)
    {
        if (patience <= TimeSpan.Zero)
        {
            return null;
        }
        _waiting++;
        try
        {
            return await _turn.WaitAsync(patience) ? new Turn(_turn) : null;
        }
        finally
        {
            _waiting--;
        }
    }

    public void Dispose() => _turn.Dispose();

    private sealed class Turn(SemaphoreSlim turn) : IDisposable
    {
        private bool _over;

        public void Dispose()
        {
            if (!_over)
            {
                _over = true;
                turn.Release();
            }
        }
    }
}
