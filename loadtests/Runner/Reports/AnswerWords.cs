namespace PointsMall.LoadTests.Runner.Reports;

/// <summary>The word for a kind of answer.</summary>
internal static class AnswerWords
{
    public const string Win = "win";
    public const string Refusal = "refusal";
    public const string Fail = "fail";

    public static string Of(string statusCode, bool isError) =>
        isError ? Fail
        : AnswerKinds.IsWin(statusCode) ? Win
        : Refusal;
}
