using PointsMall.LoadTests.Runner;

namespace PointsMall.Tests.Load.Runner;

public sealed class AnswerKindsTests
{
    [Theory]
    [InlineData("", true)]
    [InlineData("200", true)]
    [InlineData("201", true)]
    [InlineData("out_of_stock", false)]
    [InlineData("429", false)]
    [InlineData("20", false)]
    public void Only_what_was_done_is_a_win(string statusCode, bool win) =>
        Assert.Equal(win, AnswerKinds.IsWin(statusCode));
}
