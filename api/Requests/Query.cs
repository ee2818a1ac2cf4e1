using System.Globalization;
using PointsMall.Api.Problems;

namespace PointsMall.Api.Requests;

/// <summary>
/// Reads a list's query parameters and collects what is wrong with them. Parameters that the endpoint does not read are ignored, as HTTP
/// caches and trackers add some.
/// </summary>
internal sealed class Query(IQueryCollection parameters)
{
    private readonly FieldErrors _errors = new();

    public string? Text(string name, int max) => _errors.Text(name, Single(name), max);

    public string? OneOf(string name, IReadOnlyList<string> allowed)
    {
        var value = Single(name);
        if (value is not null && !allowed.Contains(value))
        {
            _errors.Add(name, $"must be one of {string.Join(", ", allowed)}");
        }
        return value;
    }

    public long? Number(string name, long min, long max)
    {
        var text = Single(name);
        if (text is null)
        {
            return null;
        }
        if (
            long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            && number >= min
            && number <= max
        )
        {
            return number;
        }
        _errors.Add(name, $"must be an integer from {min} to {max}");
        return null;
    }

    public bool? Flag(string name)
    {
        switch (Single(name))
        {
            case null:
                return null;
            case "true":
                return true;
            case "false":
                return false;
            default:
                _errors.Add(name, "must be true or false");
                return null;
        }
    }

    public DateTimeOffset? Instant(string name)
    {
        var text = Single(name);
        if (text is null)
        {
            return null;
        }
        if (Instants.TryParse(text, out var instant))
        {
            return instant;
        }
        _errors.Add(name, "must be an RFC 3339 instant with an offset, as 2026-01-31T00:00:00Z");
        return null;
    }

    /// <summary>An instant that is not after <paramref name="now"/>; null when it was not sent.</summary>
    public DateTimeOffset? Past(string name, DateTimeOffset now)
    {
        var instant = Instant(name);
        if (instant > now)
        {
            _errors.Add(name, "must not be in the future");
        }
        return instant;
    }

    /// <summary>The page's size.</summary>
    public int Limit() => (int)(Number("limit", 1, Limits.MaxPageSize) ?? Limits.PageSize);

    /// <exception cref="ProblemException">A parameter is wrong.</exception>
    public void ThrowIfWrong() => _errors.ThrowIfAny();

    private string? Single(string name)
    {
        var values = parameters[name];
        if (values.Count > 1)
        {
            _errors.Add(name, "was sent more than once");
        }
        return values.Count == 0 || values[0] is not { Length: > 0 } value ? null : value;
    }
}
