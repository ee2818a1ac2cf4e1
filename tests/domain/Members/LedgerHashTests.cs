using System.Text.Json;
using PointsMall.Grains.Database;

namespace PointsMall.Tests.Domain.Members;

public sealed class LedgerHashTests
{
    /// <summary>Computed by another implementation of the encoding. They never change: a new encoding gets a new version and new vectors.</summary>
    private static readonly JsonElement Vectors = JsonDocument
        .Parse(
            File.ReadAllText(
                Path.Combine(AppContext.BaseDirectory, "vectors", "ledger-hash-v1.json")
            )
        )
        .RootElement;

    private static readonly LedgerEntry Sample = new()
    {
        MemberId = new("01977f6e-3b2a-7c11-9f43-5a0c2b7d9e01"),
        Sequence = 7,
        Type = EntryType.Redemption,
        Account = EntryAccount.Available,
        Points = -30,
        Contra = "redeemed",
        BalanceAfter = 70,
        Lots = [new(1, 10, Instants.FromMicroseconds(1_000_000)), new(3, 20, ExpiresAt: null)],
        CauseKind = "order",
        CauseId = new("01977f6e-4000-7000-8000-000000000003"),
        Actor = ActorKind.Member,
        Text = new([.. new byte[LedgerText.SaltSize]], "member", "why"),
        OccurredAt = Instants.FromMicroseconds(5),
        PreviousHash = new(High: 1, Low: 2),
        Hash = default,
    };

    [Fact]
    [Trait("Behaviour", "PTS-11")]
    public void The_committed_vectors_come_out()
    {
        var genesis = Vectors.GetProperty("genesis");
        Assert.Equal(
            genesis.GetProperty("hash").GetString(),
            LedgerHash.Genesis(genesis.GetProperty("memberId").GetGuid()).ToString()
        );
        Assert.All(
            Vectors.GetProperty("entries").EnumerateArray(),
            vector =>
                Assert.Equal(
                    vector.GetProperty("hash").GetString(),
                    LedgerHash.Of(Read(vector.GetProperty("entry"))).ToString()
                )
        );
    }

    [Fact]
    [Trait("Behaviour", "PTS-11")]
    public void A_change_of_any_field_changes_the_hash()
    {
        LedgerEntry[] changed =
        [
            Sample with
            {
                MemberId = Guid.AllBitsSet,
            },
            Sample with
            {
                Sequence = 8,
            },
            Sample with
            {
                Type = EntryType.Deduction,
            },
            Sample with
            {
                Account = EntryAccount.Held,
            },
            Sample with
            {
                Points = 30,
            },
            Sample with
            {
                Contra = "redeemed ",
            },
            Sample with
            {
                BalanceAfter = 71,
            },
            Sample with
            {
                Lots = [],
            },
            Sample with
            {
                Lots = [.. Sample.Lots.Reverse()],
            },
            Sample with
            {
                Lots = Sample.Lots.SetItem(0, Sample.Lots[0] with { Number = 2 }),
            },
            Sample with
            {
                Lots = Sample.Lots.SetItem(0, Sample.Lots[0] with { Points = 11 }),
            },
            Sample with
            {
                Lots = Sample.Lots.SetItem(0, Sample.Lots[0] with { ExpiresAt = null }),
            },
            Sample with
            {
                CauseKind = "grant",
            },
            Sample with
            {
                CauseId = Guid.Empty,
            },
            Sample with
            {
                Actor = ActorKind.Staff,
            },
            Sample with
            {
                Text = null,
            },
            Sample with
            {
                Text = Sample.Text! with { Salt = Sample.Text.Salt.SetItem(0, 1) },
            },
            Sample with
            {
                Text = Sample.Text! with { ActorName = "Member" },
            },
            Sample with
            {
                Text = Sample.Text! with { Reason = "" },
            },
            Sample with
            {
                OccurredAt = Instants.FromMicroseconds(6),
            },
            Sample with
            {
                PreviousHash = new(High: 2, Low: 1),
            },
        ];
        HashSet<Hash32> hashes = [LedgerHash.Of(Sample), .. changed.Select(LedgerHash.Of)];
        Assert.Equal(changed.Length + 1, hashes.Count);

        // A field that is added to the entry must be added here and to the hash.
        Assert.Equal(15, typeof(LedgerEntry).GetProperties().Length);
    }

    [Fact]
    [Trait("Behaviour", "PTS-11")]
    public void Neighbouring_strings_cannot_trade_letters() =>
        Gen.Select(Gen.String[Gen.Char['a', 'c'], 1, 6], Gen.Int[0, 6], Gen.Int[0, 6])
            .Sample(
                (text, first, second) =>
                {
                    var (a, b) = (Math.Min(first, text.Length), Math.Min(second, text.Length));
                    Assert.Equal(
                        a == b,
                        HashOf(text[..a], text[a..]) == HashOf(text[..b], text[b..])
                    );
                    Assert.Equal(
                        a == b,
                        LedgerHash.TextHash(
                            Sample.Text! with
                            {
                                ActorName = text[..a],
                                Reason = text[a..],
                            }
                        )
                            == LedgerHash.TextHash(
                                Sample.Text! with
                                {
                                    ActorName = text[..b],
                                    Reason = text[b..],
                                }
                            )
                    );
                }
            );

    [Fact]
    [Trait("Behaviour", "PTS-11")]
    public void An_entry_read_back_from_its_row_has_the_same_hash()
    {
        var row = Sample with { Text = null, Hash = default };
        Assert.Equal(
            LedgerHash.Of(Sample with { Hash = new(9, 9) }),
            LedgerHash.Of(row, LedgerHash.TextHash(Sample.Text!))
        );
    }

    [Fact]
    public void An_entry_of_two_thousand_lots_is_hashed_too()
    {
        var lots = Enumerable.Range(1, 2_000).Select(n => new EntryLot(n, 1, ExpiresAt: null));
        var many = Sample with { Lots = [.. lots] };
        Assert.NotEqual(
            LedgerHash.Of(many),
            LedgerHash.Of(many with { Lots = many.Lots.RemoveAt(1_999) })
        );
        Assert.Equal(LedgerHash.Of(many), LedgerHash.Of(many));
    }

    [Fact]
    public void A_hash_goes_to_bytes_and_back() =>
        Gen
            .Byte.Array[Hash32.Size]
            .Sample(bytes =>
            {
                var hash = Hash32.FromBytes(bytes);
                Assert.Equal(bytes, hash.ToBytes());
                Assert.Equal(Convert.ToHexStringLower(bytes), hash.ToString());
            });

    private static Hash32 HashOf(string contra, string causeKind) =>
        LedgerHash.Of(Sample with { Contra = contra, CauseKind = causeKind });

    private static LedgerEntry Read(JsonElement json) =>
        new()
        {
            MemberId = json.GetProperty("memberId").GetGuid(),
            Sequence = json.GetProperty("sequence").GetInt64(),
            Type = Names.ToEntryType(Text(json, "type")),
            Account = Names.ToEntryAccount(Text(json, "account")),
            Points = json.GetProperty("points").GetInt64(),
            Contra = Text(json, "contra"),
            BalanceAfter = json.GetProperty("balanceAfter").GetInt64(),
            Lots =
            [
                .. json.GetProperty("lots")
                    .EnumerateArray()
                    .Select(lot => new EntryLot(
                        lot.GetProperty("number").GetInt64(),
                        lot.GetProperty("points").GetInt64(),
                        lot.GetProperty("expiresAt").ValueKind == JsonValueKind.Null
                            ? null
                            : lot.GetProperty("expiresAt").GetDateTimeOffset()
                    )),
            ],
            CauseKind = Text(json, "causeKind"),
            CauseId = json.GetProperty("causeId").GetGuid(),
            Actor = Names.ToActorKind(Text(json, "actor")),
            Text = json.GetProperty("text") is { ValueKind: JsonValueKind.Object } text
                ? new(
                    [.. Convert.FromHexString(Text(text, "salt"))],
                    Text(text, "actorName"),
                    Text(text, "reason")
                )
                : null,
            OccurredAt = json.GetProperty("occurredAt").GetDateTimeOffset(),
            PreviousHash = Hash32.FromBytes(Convert.FromHexString(Text(json, "previousHash"))),
            Hash = default,
        };

    private static string Text(JsonElement json, string name) =>
        json.GetProperty(name).GetString()!;
}
