using System.Text.Json;
using PointsMall.Api.Requests;

namespace PointsMall.Tests.Api;

public sealed class FingerprintTests
{
    private static readonly Guid Id = new("0198c0de-0000-7000-8000-000000000001");
    private static readonly string Plain = Of("""{"points":5,"reason":"a"}""");

    [Theory]
    [InlineData("""{ "reason" : "a", "points" : 5 }""")]
    [InlineData("""{"points":5,"reason":"\u0061"}""")]
    public void Order_white_space_and_escapes_do_not_matter(string body) =>
        Assert.Equal(Plain, Of(body));

    [Theory]
    [InlineData("""{"points":6,"reason":"a"}""")]
    [InlineData("""{"points":5,"reason":"A"}""")]
    [InlineData("""{"points":5}""")]
    [InlineData("""{"points":5,"reason":null}""")]
    [InlineData("""{"points":5,"reason":"a","source":null}""")]
    [InlineData("""{"points":"5","reason":"a"}""")]
    [InlineData("""{"points":5,"reason":["a"]}""")]
    [InlineData("""{"points5":"reason","a":""}""")]
    public void Every_field_that_is_sent_matters(string body) => Assert.NotEqual(Plain, Of(body));

    [Fact]
    public void Operation_and_ids_matter()
    {
        var body = JsonDocument.Parse("""{"points":5,"reason":"a"}""").RootElement;
        Assert.NotEqual(Plain, Convert.ToHexString(Fingerprint.Of("deduct", [Id], body)));
        Assert.NotEqual(Plain, Convert.ToHexString(Fingerprint.Of("grant", [], body)));
        Assert.NotEqual(Plain, Convert.ToHexString(Fingerprint.Of("grant", [Guid.Empty], body)));
    }

    [Fact]
    public void The_order_of_a_list_matters()
    {
        Assert.NotEqual(Of("""{"items":[1,2]}"""), Of("""{"items":[2,1]}"""));
        Assert.NotEqual(Of("""{"items":[[1],2]}"""), Of("""{"items":[[1,2]]}"""));
    }

    [Fact]
    public void Fields_that_are_not_content_can_be_left_out()
    {
        var row = JsonDocument.Parse("""{"key":"k","points":5,"reason":"a","memberId":"m"}""");
        Assert.Equal(
            Plain,
            Convert.ToHexString(Fingerprint.Of("grant", [Id], row.RootElement, "key", "memberId"))
        );
    }

    /// <summary>Stored for ever beside every key: another value here would turn every retry into a reuse.</summary>
    [Fact]
    public void The_encoding_is_the_one_that_is_stored()
    {
        Assert.Equal("3705AF4E4EDA6B573F57853AC97C203D27A7C4E3EA5665888FE0024215DF63DA", Plain);
    }

    private static string Of(string body)
    {
        using var document = JsonDocument.Parse(body);
        return Convert.ToHexString(Fingerprint.Of("grant", [Id], document.RootElement));
    }
}
