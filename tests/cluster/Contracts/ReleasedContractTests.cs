using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Serialization;
using Orleans.Serialization.Session;

namespace PointsMall.Tests.Cluster.Contracts;

/// <summary>
/// Silos and APIs of this build and of the released one run side by side: what one writes the other reads, and no change that would break
/// that gets past the lists.
/// </summary>
[Trait("Behaviour", "OPS-3")]
public sealed class ReleasedContractTests : IDisposable
{
    private readonly ServiceProvider _services = new ServiceCollection()
        .AddSerializer()
        .BuildServiceProvider();

    private Serializer<object> Serializer => _services.GetRequiredService<Serializer<object>>();

    private static Dictionary<string, Type> Types { get; } =
        WireTypes
            .All()
            .Where(type => type is { IsClass: true, IsGenericType: false })
            .ToDictionary(WireTypes.AliasOf, StringComparer.Ordinal);

    [Fact]
    public void The_contract_only_grew_since_the_release()
    {
        var proposed = ReleasedContract.Propose(Serializer);
        TestContext.Current.SendDiagnosticMessage("Today's contract is in {0}", proposed);
        Assert.Empty(
            ContractGrowth.Breaks(
                ReleasedContract.Read(ReleasedContract.WireTypesFile),
                WireTypes.Describe()
            )
        );
        Assert.Empty(
            ContractGrowth.Breaks(
                ReleasedContract.Read(ReleasedContract.MethodsFile),
                ReleasedContract.TodaysMethods()
            )
        );
    }

    /// <summary>What stands in the list is replaced by what follows; null takes the line out.</summary>
    [Theory]
    [InlineData("  11 String Field", "  11 Int64 Field", "type of a member")]
    [InlineData("  11 String Field", "  11 String Source", "number used again")]
    [InlineData("  11 String Field", "  14 String Field", "number of a member")]
    [InlineData("  11 String Field", null, "member removed")]
    [InlineData("class Refusal", "class Refused", "alias of a class")]
    [InlineData("struct EntryLot", "class EntryLot", "kind of a type")]
    [InlineData("enum RefusalCode", "enum Why", "alias of an enum")]
    [InlineData("  2 OutOfStock", "  42 OutOfStock", "number of a value")]
    [InlineData("  2 OutOfStock", "  2 SoldOut", "meaning of a value")]
    [InlineData("  2 OutOfStock", null, "value removed")]
    [InlineData("  IMemberGrain", "  MemberGrain", "identity of an interface")]
    [InlineData("  2 OutOfStock", "  2 OutOfStock\n  2 SoldOut", "number of another value")]
    [InlineData("  2 String Key", "  2 String Key", "no change", true)]
    [InlineData(
        "  3 Boolean Replayed",
        "  3 Boolean Replayed\n  4 Int64 Cost",
        "new member that can't be null"
    )]
    [InlineData(
        "  3 Boolean Replayed",
        "  3 Boolean Replayed\n  3 String Note",
        "new member with a used number"
    )]
    [InlineData(
        "  3 Boolean Replayed",
        "  3 Boolean Replayed\n  4 Nullable<Int64> Cost",
        "growth",
        true
    )]
    [InlineData("  3 Boolean Replayed", "  3 Boolean Replayed\n  4 Balance Before", "growth", true)]
    [InlineData("  2 OutOfStock", "  2 OutOfStock\n  99 SoldOut", "growth", true)]
    public void A_change_of_a_type_that_breaks_the_released_build_is_found(
        string was,
        string? now,
        string what,
        bool allowed = false
    )
    {
        var released = WireTypes.Describe();
        Assert.True(
            ContractGrowth.Breaks(released, Edit(released, was, now)).IsEmpty == allowed,
            what
        );
    }

    [Theory]
    [InlineData(
        "Redeem: Redeem(RedeemCommand)",
        "Redeem: Redeem(RedeemCommand, bool)",
        "parameters"
    )]
    [InlineData("Redeem: Redeem(RedeemCommand)", "Redeem2: Redeem(RedeemCommand)", "alias")]
    [InlineData("-> Task<EntryResult>", "-> Task<OrderResult>", "result")]
    [InlineData("  Redeem: Redeem(RedeemCommand) -> Task<OrderResult>", null, "method removed")]
    [InlineData(
        "GrainInterfaceType(\"IMemberGrain\")",
        "GrainInterfaceType(\"Member\")",
        "identity"
    )]
    [InlineData("GrainType(\"member\")", "GrainType(\"account\")", "type of a grain")]
    [InlineData("  Redeem: ", "  Try: Try() -> Task\n  Redeem: ", "growth", true)]
    public void A_change_of_a_method_that_breaks_the_released_build_is_found(
        string was,
        string? now,
        string what,
        bool allowed = false
    )
    {
        var released = ReleasedContract.TodaysMethods();
        Assert.True(
            ContractGrowth.Breaks(released, Edit(released, was, now)).IsEmpty == allowed,
            what
        );
    }

    [Fact]
    public void This_build_reads_every_message_of_the_released_one()
    {
        foreach (var message in Messages())
        {
            var read = Read(message.Bytes);
            Assert.IsType(Types[message.Alias], read);
            Says(message, read);
        }
    }

    /// <summary>
    /// Each field of the released message is there, written alike; what comes beside it has numbers that the released build skips, as
    /// <see cref="A_field_that_is_not_known_is_skipped"/> shows.
    /// </summary>
    [Fact]
    public void The_released_build_reads_every_message_of_this_one()
    {
        foreach (var message in Messages())
        {
            var written = Serializer.SerializeToArray(Read(message.Bytes));
            var fields = Fields(written);
            foreach (var (path, content) in Fields(message.Bytes))
            {
                Assert.True(
                    fields.TryGetValue(path, out var now) && now == content,
                    $"{message.Alias}{path}: was {content}, now {now}"
                );
            }
        }
    }

    [Fact]
    public void A_field_that_is_not_known_is_skipped()
    {
        foreach (var message in Messages())
        {
            using var session = _services.GetRequiredService<SerializerSessionPool>().GetSession();
            var later = WireFields.WithUnknownField(message.Bytes, session);
            Assert.Equal(Fields(message.Bytes).Count + 1, Fields(later).Count);
            Says(message, Read(later));
        }
    }

    public void Dispose() => _services.Dispose();

    private static ImmutableArray<ReleasedMessage> Messages()
    {
        var messages = ReleasedContract.Messages();
        Assert.InRange(messages.Length, 20, 1_000);
        return messages;
    }

    private object Read(byte[] message) =>
        Serializer.Deserialize(message) ?? throw new InvalidDataException("The message is null");

    private Dictionary<string, string> Fields(byte[] message)
    {
        using var session = _services.GetRequiredService<SerializerSessionPool>().GetSession();
        return WireFields.Of(message, session);
    }

    /// <summary>All that the released build said, and nothing in members that it did not have.</summary>
    private static void Says(ReleasedMessage released, object read)
    {
        var was = JsonNode.Parse(released.Value);
        var now = JsonNode.Parse(ReleasedContract.JsonOf(read));
        Assert.True(
            JsonNode.DeepEquals(was, WithoutNulls(now, was)),
            $"{released.Alias}: was {released.Value}, now {now?.ToJsonString(JsonSerializerOptions.Web)}"
        );
    }

    private static JsonNode? WithoutNulls(JsonNode? now, JsonNode? was)
    {
        switch (now, was)
        {
            case (JsonObject today, JsonObject before):
                foreach (var (name, value) in today.ToList())
                {
                    if (value is null && !before.ContainsKey(name))
                    {
                        today.Remove(name);
                    }
                    else
                    {
                        WithoutNulls(value, before[name]);
                    }
                }
                break;
            case (JsonArray today, JsonArray before):
                foreach (var (item, earlier) in today.Zip(before))
                {
                    WithoutNulls(item, earlier);
                }
                break;
        }
        return now;
    }

    private static string Edit(string text, string was, string? now)
    {
        var at = text.IndexOf(was, StringComparison.Ordinal);
        Assert.True(at >= 0, $"there is no {was}");
        return text[..at] + now + text[(at + was.Length)..];
    }
}
