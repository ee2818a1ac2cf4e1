using Microsoft.AspNetCore.Http;
using PointsMall.Api.Requests;

namespace PointsMall.Tests.Api;

public sealed class LanguagesTests
{
    [Theory]
    [InlineData("zh-CN", "zh")]
    [InlineData("zh", "zh")]
    [InlineData("ja, zh;q=0.5", "zh")]
    [InlineData("ZH-hans-cn", "zh")]
    [InlineData("fr", "fr-CA")]
    [InlineData("de", null)]
    [InlineData("en-GB, zh;q=0.5", null)]
    [InlineData("zh;q=0", null)]
    [InlineData("*", null)]
    [InlineData("", null)]
    [InlineData("%%% ;;; q=x", null)]
    public void The_best_language_on_offer_is_chosen(string header, string? expected)
    {
        var request = new DefaultHttpContext().Request;
        request.Headers.AcceptLanguage = header;
        Assert.Equal(expected, Languages.Of(request).Choose(["fr-CA", "zh-TW", "zh"], "en"));
    }
}
