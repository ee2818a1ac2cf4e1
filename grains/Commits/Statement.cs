using Npgsql;
using NpgsqlTypes;

namespace PointsMall.Grains.Commits;

/// <summary>A statement whose parameters are set one after another, in the order of their numbers.</summary>
internal sealed class Statement(string sql)
{
    private readonly NpgsqlBatchCommand _command = new(sql);
    private int _next;

    /// <summary>From here on the first parameter is set anew.</summary>
    public NpgsqlBatchCommand Begin()
    {
        _next = 0;
        return _command;
    }

    /// <summary>One column as an array.</summary>
    public Statement Add<TRow, TValue>(List<TRow> rows, NpgsqlDbType type, Func<TRow, TValue> value)
    {
        var column = new TValue[rows.Count];
        for (var i = 0; i < column.Length; i++)
        {
            column[i] = value(rows[i]);
        }
        if (_next == _command.Parameters.Count)
        {
            _command.Parameters.Add(
                new NpgsqlParameter<TValue[]> { NpgsqlDbType = NpgsqlDbType.Array | type }
            );
        }
        ((NpgsqlParameter<TValue[]>)_command.Parameters[_next++]).TypedValue = column;
        return this;
    }

    /// <summary>One value.</summary>
    public Statement One(NpgsqlDbType type, object? value)
    {
        _command.Parameters.Add(
            new NpgsqlParameter { Value = value ?? DBNull.Value, NpgsqlDbType = type }
        );
        _next++;
        return this;
    }
}
