namespace PointsMall.Api.Problems;

/// <summary>
/// Ends a request at the edge, before it has done anything: the handler can't go on and nobody between here and
/// <see cref="ProblemBoundary"/> has anything to add.
/// </summary>
internal sealed class ProblemException(Problem problem) : Exception(problem.Kind.Code)
{
    public Problem Problem => problem;

    /// <summary>400 with one field named.</summary>
    public static ProblemException Invalid(string field, string message)
    {
        var errors = new FieldErrors();
        errors.Add(field, message);
        return new ProblemException(errors.ToProblem());
    }
}
