namespace PointsMall.LoadTests.Runner.Reports;

/// <summary>The word for a kind of answer.</summary>
internal static class AnswerWords
{
    public const string Win = "win";
    public const string Refusal = "refusal";
    public const string Fail = "fail";

    /// <summary>Wins, refusals, fails; of each kind the most frequent first.</summary>
    public static IEnumerable<StatusCodeCount> InOrder(IEnumerable<StatusCodeCount> codes) =>
        codes
            .OrderBy(code => Rank(code.StatusCode, code.IsError))
            .ThenByDescending(code => code.Count);

    public static int Rank(string statusCode, bool isError) =>
        Of(statusCode, isError) switch
        {
            Win => 0,
            Refusal => 1,
            _ => 2,
        };

    public static string Of(string statusCode, bool isError) =>
        isError ? Fail
        : AnswerKinds.IsWin(statusCode) ? Win
        : Refusal;
}
