using System.Text.Json.Nodes;
using PointsMall.Tests.Api.Harness;

namespace PointsMall.Tests.Api.Ledger;

/// <summary>A member checks its ledger without the mall, and finds every way in which a proof can be false.</summary>
[Trait("Behaviour", "PTS-11")]
public sealed class ProofTests(Mall mall)
{
    private const string Script = "deploy/ledger/check-proof.py";

    [Fact]
    public async Task A_proof_holds_and_each_kind_of_tampering_is_named()
    {
        var token = await Busy();
        await using var checkpoints = new Checkpoints(mall);
        var made = await checkpoints.Make();
        var proof = await Proof(token);
        string[] key = ["--key", checkpoints.PublicKeyFile];

        var holds = await Check(proof, key);
        Assert.Equal(0, holds.ExitCode);
        Assert.Contains("5 entries of member", holds.Said, StringComparison.Ordinal);
        Assert.Contains($"checkpoint {made.Number} of", holds.Said, StringComparison.Ordinal);
        var unknownKey = await Check(proof);
        Assert.Equal(0, unknownKey.ExitCode);
        Assert.Contains("compare it with the key", unknownKey.Said, StringComparison.Ordinal);
        // What others wrote stays hidden; the member's own reason does not.
        Assert.DoesNotContain(
            "staff-test",
            string.Join('\n', proof.Select(line => $"{line}")),
            StringComparison.Ordinal
        );
        Assert.Equal("too much", (string?)proof[5]["text"]!["reason"]);

        foreach (var (change, found) in Changes())
        {
            var false_ = proof.Select(line => (JsonObject)line.DeepClone()).ToList();
            change(false_);
            var answer = await Check(false_, key);
            Assert.True(
                1 == answer.ExitCode && answer.Said.Contains(found, StringComparison.Ordinal),
                $"{found}: {answer.Said}"
            );
        }
        using var other = System.Security.Cryptography.ECDsa.Create(
            System.Security.Cryptography.ECCurve.NamedCurves.nistP256
        );
        await using var another = new Checkpoints(mall);
        Assert.Contains(
            "is signed by key",
            (await Check(proof, "--key", another.PublicKeyFile)).Said,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public async Task A_proof_leads_to_the_checkpoint_that_an_auditor_has_kept()
    {
        var token = await Busy();
        await using var checkpoints = new Checkpoints(mall);
        await checkpoints.Make();
        var proof = await Proof(token);
        var listed = await mall.Get("/v1/ledger/checkpoints?limit=2", mall.StaffToken);
        var kept = Path.GetTempFileName();
        await File.WriteAllTextAsync(kept, Mall.Items(listed)[0]!.ToJsonString());

        Assert.Equal(0, (await Check(proof, "--checkpoint", kept)).ExitCode);
        await checkpoints.Make();
        Assert.Contains(
            "does not lead to checkpoint",
            (await Check(await Proof(token), "--checkpoint", kept)).Said,
            StringComparison.Ordinal
        );

        File.Delete(kept);
        var keys = await mall.Get("/v1/ledger/keys");
        Assert.Equal(200, keys.Status);
        Assert.Contains(
            (string)Mall.Items(listed)[0]!["keyId"]!,
            keys.Text,
            StringComparison.Ordinal
        );
        Assert.Equal(
            403,
            (await mall.Get("/v1/ledger/checkpoints", mall.Tokens.Staff("members:read"))).Status
        );
    }

    [Fact]
    public async Task A_member_of_no_checkpoint_yet_has_a_proof_too()
    {
        var (_, token) = await mall.Member();
        var empty = await Check(await Proof(token));
        Assert.Equal(0, empty.ExitCode);
        Assert.Contains("0 entries", empty.Said, StringComparison.Ordinal);
        Assert.Contains("in no checkpoint yet", empty.Said, StringComparison.Ordinal);
    }

    private static IEnumerable<(Action<List<JsonObject>> Change, string Found)> Changes() =>
        [
            (
                lines => lines[2]["points"] = 2_000,
                "entry 2: does not have the hash of what it says"
            ),
            (
                lines => lines[2]["lots"]![0]!["expiresAt"] = null,
                "entry 2: does not have the hash of what it says"
            ),
            (lines => lines[2]["hash"] = (string?)lines[1]["hash"], "entry 3: is not chained"),
            (lines => lines[2]["balanceAfter"] = 1, "entry 2: says the balance was 1"),
            (lines => lines.RemoveAt(2), "entry 3: follows entry 1"),
            (lines => lines.RemoveAt(5), "its head is entry 5, the last entry is 4"),
            (
                lines => lines.Insert(2, (JsonObject)lines[2].DeepClone()),
                "entry 2: follows entry 2"
            ),
            (lines => (lines[2], lines[3]) = (lines[3], lines[2]), "entry 3: follows entry 1"),
            (
                lines => lines[5]["text"]!["reason"] = "changed my mind",
                "entry 5: its reason is not the one"
            ),
            (lines => lines.RemoveAt(lines.Count - 1), "was cut off"),
            (lines => lines[6]["sequence"] = 4, "states another entry 4"),
            (lines => lines[6]["leaves"]![0] = new string('0', 64), "states another entry 5"),
            (
                lines => lines[6]["buckets"]![0] = new string('0', 64),
                "the buckets do not have the hash"
            ),
            (
                lines => lines[6]["groups"]![0] = new string('0', 64),
                "the groups do not have the hash"
            ),
            (lines => lines[6]["checkpoint"]!["members"] = 1, "did not sign what it says"),
            (
                lines => lines[6]["checkpoint"]!["hash"] = new string('0', 64),
                "does not have the hash of what it says"
            ),
            (lines => lines[6]["checkpoint"]!["keyId"] = null, "is not signed"),
        ];

    /// <summary>Five entries, the last with a text of the member's own.</summary>
    private async Task<string> Busy()
    {
        var (_, sku) = await mall.Product(points: 15);
        var (id, token) = await mall.Member(100);
        await mall.Grant(id, 20);
        await mall.Post(
            $"/v1/members/{id}/points/deductions",
            mall.StaffToken,
            """{"points":4,"reason":"费用"}""",
            Mall.NewKey()
        );
        var order = (await mall.Redeem(token, sku)).Header("Location");
        await mall.Send(
            HttpMethod.Post,
            $"{order}/cancel",
            token,
            """{"reason":"too much"}""",
            Mall.NewKey()
        );
        return token;
    }

    private async Task<List<JsonObject>> Proof(string token)
    {
        var answer = await mall.Get("/v1/me/ledger/proof", token);
        Assert.Equal((200, "application/x-ndjson"), (answer.Status, answer.MediaType));
        return
        [
            .. answer
                .Text.Split('\n', StringSplitOptions.RemoveEmptyEntries)
                .Select(line => (JsonObject)JsonNode.Parse(line)!),
        ];
    }

    private static async Task<(int ExitCode, string Said)> Check(
        List<JsonObject> proof,
        params string[] options
    )
    {
        var file = Path.GetTempFileName();
        await File.WriteAllLinesAsync(file, proof.Select(line => line.ToJsonString()));
        var answer = await Python.Run(Script, [file, .. options]);
        File.Delete(file);
        return answer;
    }
}
