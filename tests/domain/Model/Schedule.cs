namespace PointsMall.Tests.Domain.Model;

/// <summary>
/// All ways through a program that asks <see cref="Choose"/> wherever the world could go on in several ways. The program runs from its start
/// for every schedule; the last choice that has an alternative is changed for the next run (depth first), so each way is taken exactly once.
/// </summary>
internal sealed class Schedule
{
    private readonly List<(int Chosen, int Options)> _choices = [];
    private int _position;

    public int Choose(int options)
    {
        if (options == 1)
        {
            return 0;
        }
        if (_position == _choices.Count)
        {
            _choices.Add((0, options));
        }
        return _choices[_position++].Chosen;
    }

    /// <summary>Moves on to a schedule that was not run yet.</summary>
    public bool Next()
    {
        _position = 0;
        while (_choices.Count > 0)
        {
            var (chosen, options) = _choices[^1];
            if (chosen + 1 < options)
            {
                _choices[^1] = (chosen + 1, options);
                return true;
            }
            _choices.RemoveAt(_choices.Count - 1);
        }
        return false;
    }

    /// <summary>Names this schedule in a failure.</summary>
    public override string ToString() => string.Concat(_choices.Select(choice => choice.Chosen));
}
