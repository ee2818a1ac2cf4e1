namespace PointsMall.Api.Problems;

/// <summary>A way in which a request can fail. A code never changes its meaning; clients branch on it.</summary>
/// <param name="Code">snake_case, stable.</param>
/// <param name="Status">HTTP status.</param>
/// <param name="Title">What happened, the same for every occurrence.</param>
/// <param name="Remedy">What the caller can do; the answer's detail unless there is something more exact to say.</param>
internal sealed record ErrorKind(string Code, int Status, string Title, string Remedy)
{
    private const string TypeBase = "https://points-mall.dev/errors/";

    /// <summary>The problem's <c>type</c>: a stable URI that ends in the code.</summary>
    public string Type { get; } = TypeBase + Code;
}
