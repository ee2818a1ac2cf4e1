using System.Runtime.CompilerServices;
using System.Text;
using PointsMall.Grains.Earning;
using static PointsMall.Tests.Domain.Earning.Earn;

namespace PointsMall.Tests.Domain.Earning;

/// <summary>What the reader refuses, and where it says so.</summary>
public sealed class RulebookReaderTests
{
    [Theory]
    [InlineData("\"id\":\"Bad Id\"", "/rules/0/id")]
    [InlineData("\"event\":null", "/rules/0/event")]
    [InlineData("\"event\":\"purchase_refunded\"", "/rules/0/event")]
    [InlineData("\"event\":\"purchase_delivered\"", "/rules/0/event")]
    [InlineData("\"reward\":{\"kind\":\"fixed\",\"points\":0}", "/rules/0/reward/points")]
    [InlineData("\"reward\":{\"kind\":\"fixed\",\"points\":1.5}", "/rules/0/reward/points")]
    [InlineData("\"reward\":{\"kind\":\"fixed\",\"points\":\"1\"}", "/rules/0/reward/points")]
    [InlineData("\"reward\":{\"kind\":\"free\"}", "/rules/0/reward/kind")]
    [InlineData("\"reward\":{\"kind\":\"fixed\",\"points\":1,\"per\":2}", "/rules/0/reward/per")]
    [InlineData(
        "\"reward\":{\"kind\":\"per_amount\",\"points\":1,\"per\":1,\"currency\":\"yuan\"}",
        "/rules/0/reward/currency"
    )]
    [InlineData(
        "\"reward\":{\"kind\":\"by_tier\",\"tiers\":{\"a/b\":{\"kind\":\"fixed\",\"points\":2}}}",
        "/rules/0/reward/tiers/a~1b"
    )]
    [InlineData("\"reward\":{\"kind\":\"by_tier\",\"tiers\":{}}", "/rules/0/reward/tiers")]
    [InlineData("\"reward\":{\"kind\":\"multiplier\",\"factor\":0}", "/rules/0/reward/factor")]
    [InlineData(
        "\"reward\":{\"kind\":\"multiplier\",\"factor\":1.00001}",
        "/rules/0/reward/factor"
    )]
    [InlineData(
        "\"reward\":{\"kind\":\"multiplier\",\"factor\":2,\"over\":[\"nobody\"]}",
        "/rules/0/reward/over/0"
    )]
    [InlineData("\"reward\":{\"kind\":\"multiplier\",\"factor\":2},\"caps\":[]", "/rules/0/caps")]
    [InlineData("\"when\":{}", "/rules/0/when")]
    [InlineData("\"when\":{\"all\":[]}", "/rules/0/when/all")]
    [InlineData("\"when\":{\"not\":[]}", "/rules/0/when/not")]
    [InlineData("\"when\":{\"field\":\"event.chanel\",\"is\":\"a\"}", "/rules/0/when/field")]
    [InlineData("\"when\":{\"field\":\"event.channel\"}", "/rules/0/when")]
    [InlineData("\"when\":{\"field\":\"event.channel\",\"is\":\"a\",\"in\":[]}", "/rules/0/when")]
    [InlineData("\"when\":{\"field\":\"event.channel\",\"atLeast\":\"a\"}", "/rules/0/when")]
    [InlineData("\"when\":{\"field\":\"event.channel\",\"is\":4}", "/rules/0/when/is")]
    [InlineData("\"when\":{\"field\":\"line.sku\",\"is\":\"a\"}", "/rules/0/when/field")]
    [InlineData(
        "\"when\":{\"field\":\"time.ofDay\",\"atLeast\":\"25:00\"}",
        "/rules/0/when/atLeast"
    )]
    [InlineData(
        "\"when\":{\"field\":\"time.month\",\"atLeast\":5,\"below\":5}",
        "/rules/0/when/below"
    )]
    [InlineData(
        "\"when\":{\"any\":[{\"field\":\"time.weekday\",\"in\":[\"monday\",\"Friday\"]}]}",
        "/rules/0/when/any/0/in/1"
    )]
    [InlineData("\"start\":\"2026-11-11T20:00:00Z\"", "/rules/0/start")]
    [InlineData("\"start\":\"2026-11-11\",\"end\":\"2026-11-11\"", "/rules/0/end")]
    [InlineData("\"rounding\":\"up\"", "/rules/0/rounding")]
    [InlineData("\"group\":\"none\"", "/rules/0/group")]
    [InlineData("\"caps\":[\"none\"]", "/rules/0/caps/0")]
    [InlineData("\"cooldownMinutes\":0", "/rules/0/cooldownMinutes")]
    [InlineData("\"pending\":{\"from\":\"paid\"}", "/rules/0/pending/days")]
    [InlineData("\"validity\":{\"kind\":\"months\"}", "/rules/0/validity/length")]
    [InlineData(
        "\"validity\":{\"kind\":\"until\",\"date\":\"2026-02-30\"}",
        "/rules/0/validity/date"
    )]
    [InlineData(
        "\"validity\":{\"kind\":\"inactive_months\",\"length\":3,\"roundTo\":\"year\"}",
        "/rules/0/validity/roundTo"
    )]
    [InlineData("\"name\":\"a\\u0000\"", "/rules/0/name")]
    [InlineData("\"colour\":1", "/rules/0/colour")]
    [InlineData("\"active\":true,\"active\":true", "/rules/0/active")]
    public void A_bad_field_is_named_by_its_path(string field, string path)
    {
        var fields = new[]
        {
            "\"id\":\"a\"",
            "\"event\":\"visit\"",
            "\"reward\":{\"kind\":\"fixed\",\"points\":1}",
        };
        var name = field[..field.IndexOf(':', StringComparison.Ordinal)];
        var others = fields.Where(other => !other.StartsWith(name, StringComparison.Ordinal));

        var reading = RulebookReader.Read(
            Document($"{{{string.Join(',', others.Append(field))}}}")
        );

        Assert.Null(reading.Terms);
        Assert.Equal(path, Assert.Single(reading.Errors).Path);
    }

    [Theory]
    [InlineData("[]", "")]
    [InlineData("{", "")]
    [InlineData("""{"rules":[{"id":"\ud800"}]}""", "")]
    [InlineData("{}", "/rules")]
    [InlineData("""{"rules":[],"stacking":"some"}""", "/stacking")]
    [InlineData(
        """{"rules":[],"caps":[{"id":"c","scope":"member","points":1}]}""",
        "/caps/0/period"
    )]
    [InlineData(
        """{"rules":[],"caps":[{"id":"c","scope":"event","points":1,"times":1}]}""",
        "/caps/0/times"
    )]
    [InlineData("""{"rules":[],"caps":[{"id":"c","scope":"programme"}]}""", "/caps/0/points")]
    [InlineData(
        """{"rules":[],"caps":[{"id":"c","scope":"event","points":1},{"id":"c","scope":"event","points":1}]}""",
        "/caps"
    )]
    [InlineData(
        """{"rules":[{"id":"a","event":"visit","reward":{"kind":"fixed","points":1}}]}""",
        "/rules/0/validity"
    )]
    public void So_is_what_is_wrong_with_the_document(string json, string path) =>
        Assert.Equal(path, Assert.Single(RulebookReader.Read(json).Errors).Path);

    [Fact]
    public void One_reading_names_everything_that_is_wrong()
    {
        var reading = RulebookReader.Read(
            Document("""{"id":"A","event":"visit"},{"id":"b","reward":{"kind":"fixed"},"x":1}""")
        );

        Assert.Equal(
            [
                "/rules/0/id",
                "/rules/0/reward",
                "/rules/1/event",
                "/rules/1/reward/points",
                "/rules/1/x",
            ],
            reading.Errors.Select(error => error.Path).Order(StringComparer.Ordinal)
        );
    }

    [Fact]
    public void Conditions_are_bounded_in_number_and_depth()
    {
        const string leaf = """{"field":"time.month","is":1}""";
        var many = $"{{\"all\":[{string.Join(',', Enumerable.Repeat(leaf, 63))}]}}";
        var tooMany = $"{{\"all\":[{string.Join(',', Enumerable.Repeat(leaf, 64))}]}}";
        var deep = Enumerable.Range(0, 7).Aggregate(leaf, (inner, _) => $"{{\"not\":{inner}}}");

        Assert.Empty(Read(many).Errors);
        Assert.Equal("/rules/0/when/all/63", Assert.Single(Read(tooMany).Errors).Path);
        Assert.Empty(Read(deep).Errors);
        Assert.Equal(
            $"/rules/0/when{string.Concat(Enumerable.Repeat("/not", 8))}",
            Assert.Single(Read($"{{\"not\":{deep}}}").Errors).Path
        );

        static RulebookReading Read(string when) =>
            RulebookReader.Read(
                Document(
                    $$"""{"id":"a","event":"visit","when":{{when}},"reward":{"kind":"fixed","points":1} }"""
                )
            );
    }

    [Fact]
    public void Rules_and_bytes_are_bounded()
    {
        var rules = Enumerable
            .Range(0, 201)
            .Select(i =>
                $$"""{"id":"r{{i}}","event":"visit","reward":{"kind":"fixed","points":1} }"""
            )
            .ToArray();

        Assert.Empty(RulebookReader.Read(Document(string.Join(',', rules[..200]))).Errors);
        Assert.Equal(
            "/rules",
            Assert.Single(RulebookReader.Read(Document(string.Join(',', rules))).Errors).Path
        );
        Assert.Empty(RulebookReader.Read(Padded(256 * 1024)).Errors);
        Assert.Equal("", Assert.Single(RulebookReader.Read(Padded(256 * 1024 + 1)).Errors).Path);

        static string Padded(int bytes) =>
            "{\"rules\":[]}"
            + new string(' ', bytes - Encoding.UTF8.GetByteCount("{\"rules\":[]}"));
    }

    [Fact]
    public async Task The_example_of_the_documentation_is_a_rulebook()
    {
        var page = await File.ReadAllTextAsync(Path.Combine(Root(), "docs", "rules.md"));
        var example = page.Split("```json")[1].Split("```")[0];

        var reading = RulebookReader.Read(example);

        Assert.Empty(reading.Errors);
        Assert.Equal(4, reading.Terms!.Rules.Length);
    }

    [Fact]
    public void The_order_of_fields_and_white_space_do_not_matter() =>
        Assert.Equal(
            RulebookReader.Canonical("""{"rules":[], "stacking":"all"}"""),
            RulebookReader.Canonical("""{ "stacking":"all","rules":[] }""")
        );

    private static string Root([CallerFilePath] string file = "") =>
        Path.GetFullPath(Path.Combine(Path.GetDirectoryName(file)!, "..", "..", ".."));
}
