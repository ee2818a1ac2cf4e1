using PointsMall.Api.Problems;
using PointsMall.Api.Requests;

namespace PointsMall.Tests.Api;

public sealed class TextRulesTests
{
    [Theory]
    [InlineData("a\0b")]
    [InlineData("a\nb")]
    [InlineData("a\u007f")]
    [InlineData("a\u0085")]
    public void Control_characters_are_refused(string text)
    {
        var errors = new FieldErrors();
        errors.Text("note", text, 10);
        Assert.Equal(["note"], errors.ToProblem().FieldErrors!.Keys);
    }

    [Fact]
    public void Half_a_character_is_refused()
    {
        Assert.False(TextRules.IsWellFormed("\ud83d"));
        Assert.False(TextRules.IsWellFormed("\ude00\ud83d"));
        Assert.True(TextRules.IsWellFormed("\ud83d\ude00"));
    }

    [Fact]
    public void Texts_are_normalized_to_NFC()
    {
        var errors = new FieldErrors();
        Assert.Equal("\u00e9", errors.Text("note", "e\u0301", 10));
        Assert.False(errors.Any);
    }

    [Fact]
    public void A_length_counts_characters_and_not_halves_of_them()
    {
        var errors = new FieldErrors();
        errors.Text("note", string.Concat(Enumerable.Repeat("😀", 10)), 10);
        Assert.False(errors.Any);
        errors.Text("note", string.Concat(Enumerable.Repeat("😀", 11)), 10);
        Assert.True(errors.Any);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData(" \u3000")]
    public void A_text_that_must_be_there_says_something(string? text)
    {
        var errors = new FieldErrors();
        errors.RequiredText("reason", text, 10);
        Assert.True(errors.Any);
    }

    [Theory]
    [InlineData("2026-01-31T00:00:00Z", true)]
    [InlineData("2026-01-31T08:00:00.123456+08:00", true)]
    [InlineData("2026-01-31T00:00:00", false)]
    [InlineData("2026-01-31", false)]
    [InlineData("2026-02-30T00:00:00Z", false)]
    [InlineData("1999-12-31T00:00:00Z", false)]
    [InlineData("2026-01-31T00:00:00Z\n", false)]
    public void Instants_have_an_offset(string text, bool valid) =>
        Assert.Equal(valid, Instants.TryParse(text, out _));
}
