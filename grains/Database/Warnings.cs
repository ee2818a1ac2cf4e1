using Npgsql;

namespace PointsMall.Grains.Database;

/// <summary>
/// Hears whether the server warns on a connection, until it is disposed. PostgreSQL warns when it stops waiting for a standby, as after a
/// time-out's cancel: the statement succeeds, and what it committed is here and perhaps nowhere else. Nobody may be told of it.
/// </summary>
internal sealed class Warnings : IDisposable
{
    private readonly NpgsqlConnection _connection;
    private volatile bool _heard;

    public Warnings(NpgsqlConnection connection)
    {
        _connection = connection;
        _connection.Notice += OnNotice;
    }

    public bool Heard => _heard;

    /// <summary>After a statement that wrote.</summary>
    /// <exception cref="TimeoutException">It may be on no standby.</exception>
    public void ThrowIfHeard()
    {
        if (_heard)
        {
            throw new TimeoutException("The database stopped waiting for a standby");
        }
    }

    public void Dispose() => _connection.Notice -= OnNotice;

    private void OnNotice(object sender, NpgsqlNoticeEventArgs args) =>
        _heard |= args.Notice.InvariantSeverity == "WARNING";
}
