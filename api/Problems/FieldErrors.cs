namespace PointsMall.Api.Problems;

/// <summary>Collects what is wrong with a request, so that one answer names all of it. Fields are named as the request names them.</summary>
internal sealed class FieldErrors
{
    private readonly SortedDictionary<string, List<string>> _messages = new(StringComparer.Ordinal);

    public bool Any => _messages.Count > 0;

    public void Add(string field, string message)
    {
        if (!_messages.TryGetValue(field, out var messages))
        {
            _messages.Add(field, messages = []);
        }
        messages.Add(message);
    }

    public Problem ToProblem() =>
        new(Errors.InvalidRequest)
        {
            FieldErrors = _messages.ToDictionary(
                pair => pair.Key,
                pair => (IReadOnlyList<string>)pair.Value,
                StringComparer.Ordinal
            ),
        };

    /// <exception cref="ProblemException">Something is wrong.</exception>
    public void ThrowIfAny()
    {
        if (Any)
        {
            throw new ProblemException(ToProblem());
        }
    }
}
