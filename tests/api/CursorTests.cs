using PointsMall.Api.Problems;
using PointsMall.Api.Requests;

namespace PointsMall.Tests.Api;

public sealed class CursorTests
{
    private static readonly Guid Id = new("0198c0de-0000-7000-8000-000000000001");

    [Fact]
    public void A_cursor_comes_back_as_it_went()
    {
        var cursor = new Cursor('n', Id, -5, "茶");
        Assert.Equal(cursor, Cursor.Decode(cursor.Encode(), 'n'));
        Assert.Null(Cursor.Decode(null, 'n'));
    }

    [Theory]
    [InlineData("")]
    [InlineData("x")]
    [InlineData("not base64!")]
    [InlineData("AAAA")]
    [InlineData("' or 1=1 --")]
    public void What_is_no_cursor_is_refused(string text)
    {
        var failure = Assert.Throws<ProblemException>(() => Cursor.Decode(text, 'n'));
        Assert.Equal(["cursor"], failure.Problem.FieldErrors!.Keys);
    }

    [Fact]
    public void A_cursor_of_another_list_is_refused() =>
        Assert.Throws<ProblemException>(() => Cursor.Decode(new Cursor('n', Id).Encode(), 'p'));
}
