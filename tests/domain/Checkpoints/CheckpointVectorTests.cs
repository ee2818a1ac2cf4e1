using System.Text.Json;
using PointsMall.Grains.Checkpoints;

namespace PointsMall.Tests.Domain.Checkpoints;

[Trait("Behaviour", "PTS-11")]
public sealed class CheckpointVectorTests
{
    /// <summary>Computed by deploy/ledger/check-proof.py. They never change: a new encoding gets a new version and new vectors.</summary>
    private static readonly JsonElement Vectors = JsonDocument
        .Parse(
            File.ReadAllText(
                Path.Combine(AppContext.BaseDirectory, "vectors", "checkpoint-v1.json")
            )
        )
        .RootElement;

    private static readonly IReadOnlyList<JsonElement> Heads =
    [
        .. Vectors.GetProperty("heads").EnumerateArray(),
    ];

    [Fact]
    public void Heads_have_their_leaves_and_buckets()
    {
        Assert.All(
            Heads,
            head =>
            {
                var memberId = head.GetProperty("memberId").GetGuid();
                Assert.Equal(head.GetProperty("bucket").GetInt32(), LedgerTree.BucketOf(memberId));
                Assert.Equal(
                    Hash(head, "leaf"),
                    LedgerTree.Leaf(
                        memberId,
                        head.GetProperty("sequence").GetInt64(),
                        Hash(head, "hash")
                    )
                );
            }
        );
        Assert.Equal(
            Hash(Vectors, "twoInOneBucket"),
            LedgerTree.Bucket([.. Heads.Select(head => Hash(head, "leaf"))])
        );
    }

    [Fact]
    public void The_tree_has_its_root_and_the_checkpoint_its_hash()
    {
        Assert.Equal(Hash(Vectors, "emptyBucket"), LedgerTree.EmptyBucket);
        Assert.Equal(Hash(Vectors, "emptyGroup"), LedgerTree.EmptyGroup);
        var buckets = Enumerable.Repeat(LedgerTree.EmptyBucket, LedgerTree.Buckets).ToArray();
        foreach (var head in Heads)
        {
            buckets[head.GetProperty("bucket").GetInt32()] = LedgerTree.Bucket([
                Hash(head, "leaf"),
            ]);
        }
        var root = LedgerTree.Root([.. buckets.Chunk(LedgerTree.Fanout).Select(LedgerTree.Group)]);
        var stated = Vectors.GetProperty("checkpoint");
        Assert.Equal(Hash(stated, "root"), root);

        var checkpoint = new Checkpoint
        {
            Number = stated.GetProperty("number").GetInt64(),
            PreviousHash = Hash(stated, "previousHash"),
            Root = root,
            Members = stated.GetProperty("members").GetInt64(),
            From = stated.GetProperty("from").GetDateTimeOffset(),
            To = stated.GetProperty("to").GetDateTimeOffset(),
            Horizon = stated.GetProperty("horizon").GetUInt64(),
        };
        Assert.Equal(Hash(stated, "hash"), checkpoint.Hash());
    }

    private static Hash32 Hash(JsonElement json, string name) =>
        Hash32.FromBytes(Convert.FromHexString(json.GetProperty(name).GetString()!));
}
