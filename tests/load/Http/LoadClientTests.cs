using PointsMall.LoadTests.Http;
using PointsMall.Tests.Support;

namespace PointsMall.Tests.Load.Http;

/// <summary>What servers do wrong, or slowly, or in pieces.</summary>
public sealed class LoadClientTests
{
    private const string Order = "0198b2a1-5b7e-7c3e-9a51-0123456789ab";
    private const string Good =
        "HTTP/1.1 201 Created\r\nContent-Type: application/json\r\nContent-Length: 66\r\n\r\n"
        + $$"""{"order":{"orderId":"{{Order}}"},"x":1}""";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);
    private static readonly LoadRequest Get = new("GET", "/");

    [Theory]
    [InlineData(Good)]
    [InlineData(
        "HTTP/1.1 201 Created\r\ncontent-type: application/json; charset=utf-8\r\ntransfer-encoding: Chunked\r\n\r\n"
            + "a;name=value\r\n{\"order\":{\r\n2E\r\n\"orderId\":\"0198b2a1-5b7e-7c3e-9a51-0123456789a\r\n4\r\nb\"}}\r\n0\r\nTrailer: 1\r\n\r\n"
    )]
    [InlineData(
        "HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\nHTTP/1.1 201\r\nContent-Type:application/json\r\nContent-Length:60\r\n\r\n"
            + "{\"order\":{\"orderId\":\"0198b2a1-5b7e-7c3e-9a51-0123456789ab\"}}"
    )]
    public async Task An_answer_is_the_same_however_it_is_cut(string answer)
    {
        await using var server = new ScriptedServer(async peer =>
        {
            await peer.Request();
            await peer.SendByteByByte(answer);
            await peer.Request();
            await peer.Send(answer);
            await peer.Stall();
        });
        using var client = new LoadClient(server.Url, 1, Patience);

        var slowly = await client.Send(Get);
        var atOnce = await client.Send(Get);

        Assert.Equal((LoadFailure.None, 201), (slowly.Failure, slowly.Status));
        Assert.Equal(Guid.Parse(Order), slowly.OrderId);
        Assert.Equal(answer.Length, slowly.Bytes);
        Assert.Equal(slowly, atOnce);
        Assert.Equal(1, server.Connections);
    }

    [Fact]
    public async Task A_refusal_names_its_code_and_when_to_come_again()
    {
        const string Body =
            """{"type":"https://x/out_of_stock","errors":{"code":["no"]},"code":"out_of_stock","available":0}""";
        await using var server = new ScriptedServer(async peer =>
        {
            while ((await peer.Request()).Length > 0)
            {
                await peer.Send(
                    $"HTTP/1.1 422 Unprocessable Content\r\nContent-Type: application/problem+json\r\nRetry-After: 7\r\nIdempotent-Replayed: true\r\nContent-Length: {Body.Length}\r\n\r\n{Body}"
                );
            }
        });
        using var client = new LoadClient(server.Url, 1, Patience);

        var first = await client.Send(Get);
        var second = await client.Send(Get);

        Assert.Equal(
            (422, "out_of_stock", 7, true),
            (first.Status, first.Code, first.RetryAfterSeconds, first.Replayed)
        );
        Assert.Null(first.OrderId);
        Assert.Same(first.Code, second.Code);
    }

    [Fact]
    public async Task A_body_without_a_length_ends_with_the_connection()
    {
        await using var server = new ScriptedServer(async peer =>
        {
            await peer.Request();
            await peer.Send("HTTP/1.1 200 OK\r\n\r\nhalf");
            await peer.Send(" and half");
        });
        using var client = new LoadClient(server.Url, 1, Patience);

        for (var turn = 1; turn <= 2; turn++)
        {
            var answer = await client.Send(Get with { KeepBody = true });
            Assert.Equal("half and half"u8, answer.Body.Span);
            Assert.Equal(turn, server.Connections);
        }
    }

    [Theory]
    [InlineData("", "before")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Le", "within")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nfour", "within")]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nfour\r\n", "within")]
    public async Task A_connection_that_ends_early_is_lost_and_the_next_request_has_a_new_one(
        string part,
        string when
    )
    {
        var calls = 0;
        await using var server = new ScriptedServer(async peer =>
        {
            await peer.Request();
            await peer.Send(Interlocked.Increment(ref calls) == 1 ? part : Good);
        });
        using var client = new LoadClient(server.Url, 1, Patience);

        var lost = await client.Send(Get);
        var next = await client.Send(Get);

        Assert.Equal(LoadFailure.ConnectionLost, lost.Failure);
        Assert.Contains(when, lost.Detail, StringComparison.Ordinal);
        Assert.Equal(0, lost.Status);
        Assert.Equal(201, next.Status);
    }

    [Fact]
    public async Task A_connection_that_was_closed_while_idle_costs_no_request()
    {
        await using var server = new ScriptedServer(async peer =>
        {
            await peer.Request();
            await peer.Send(Good);
        });
        using var client = new LoadClient(server.Url, 1, Patience);
        await client.Send(Get);

        // Longer than what the client calls idle; the server hung up at once.
        await Task.Delay(TimeSpan.FromMilliseconds(300));

        Assert.Equal(201, (await client.Send(Get)).Status);
    }

    [Theory]
    [InlineData("SSH-2.0-OpenSSH_9.2\r\n")]
    [InlineData("HTTP/1.1 abc OK\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nno header\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nabc\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nabc")]
    [InlineData(
        "HTTP/1.1 200 OK\r\nContent-Length: 9000000\r\nContent-Type: application/json\r\n\r\n",
        true
    )]
    [InlineData(
        "HTTP/1.1 422 No\r\nContent-Type: application/problem+json\r\nContent-Length: 9\r\n\r\n{\"code\":x"
    )]
    public async Task What_is_no_answer_is_called_so(string garbage, bool endless = false)
    {
        var calls = 0;
        await using var server = new ScriptedServer(async peer =>
        {
            await peer.Request();
            var isFirst = Interlocked.Increment(ref calls) == 1;
            await peer.Send(isFirst ? garbage : Good);
            while (endless && isFirst)
            {
                await peer.Send(new string('x', 64 * 1024));
            }
            await peer.Stall();
        });
        using var client = new LoadClient(server.Url, 1, Patience);

        var bad = await client.Send(Get);

        Assert.Equal(LoadFailure.BadAnswer, bad.Failure);
        Assert.NotEmpty(bad.Detail);
        Assert.Equal(201, (await client.Send(Get)).Status);
    }

    [Theory]
    [InlineData("")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nfour")]
    public async Task A_server_that_stalls_is_given_up_and_the_next_request_has_a_new_connection(
        string part
    )
    {
        var calls = 0;
        await using var server = new ScriptedServer(async peer =>
        {
            await peer.Request();
            await peer.Send(Interlocked.Increment(ref calls) == 1 ? part : Good);
            await peer.Stall();
        });
        using var client = new LoadClient(server.Url, 1, TimeSpan.FromSeconds(1));

        var stalled = await client.Send(Get);

        Assert.Equal(LoadFailure.TimedOut, stalled.Failure);
        Assert.Equal(201, (await client.Send(Get)).Status);
        Assert.Equal(2, server.Connections);
    }

    [Fact]
    public async Task A_request_that_finds_no_connection_in_time_is_never_sent()
    {
        var requests = 0;
        await using var server = new ScriptedServer(async peer =>
        {
            await peer.Request();
            Interlocked.Increment(ref requests);
            await peer.Stall();
        });
        using var client = new LoadClient(server.Url, 1, TimeSpan.FromMilliseconds(300));

        var answers = await Task.WhenAll(
            Enumerable.Range(0, 3).Select(_ => client.Send(Get).AsTask())
        );

        Assert.All(answers, answer => Assert.Equal(LoadFailure.TimedOut, answer.Failure));
        // Whoever started a little later than the first may still get its connection in the last moment, and is sent then.
        var unsent = answers.Count(answer => answer.Detail == "no connection became free in time");
        Assert.InRange(unsent, 1, 2);
        await Eventually.Is(() => Task.FromResult(requests), sent => sent == 3 - unsent);
        Assert.Equal(2, client.Waits);
        Assert.True(client.Waited > TimeSpan.Zero);
    }

    [Fact]
    public async Task Without_a_server_nothing_is_sent()
    {
        var url = new Uri($"http://127.0.0.1:{Tests.Support.FreePorts.Take(1)[0]}");
        using var client = new LoadClient(url, 1, Patience);

        Assert.Equal(LoadFailure.NotConnected, (await client.Send(Get)).Failure);
        Assert.Equal(LoadFailure.NotConnected, (await client.Send(Get)).Failure);
    }

    [Fact]
    public async Task A_line_break_does_not_become_a_header()
    {
        await using var server = new ScriptedServer(peer => peer.Stall());
        using var client = new LoadClient(server.Url, 1, Patience);

        await Assert.ThrowsAsync<ArgumentException>(async () =>
            await client.Send(Get with { Key = "a\r\nX-Other: b" })
        );
    }

    [Fact]
    public async Task An_answer_that_comes_as_the_time_runs_out_is_never_given_to_another_request()
    {
        // The server answers each request with its own key, about when its time is over: sooner, later, or in the same moment.
        await using var server = new ScriptedServer(async peer =>
        {
            for (var turn = 0; await peer.Request() is { Length: > 0 } request; turn++)
            {
                var key = request[
                    (request.IndexOf("Idempotency-Key: ", StringComparison.Ordinal) + 17)..
                ][..36];
                await Task.Delay(turn % 7 * 4);
                await peer.Send(Good.Replace(Order, key, StringComparison.Ordinal));
            }
        });
        using var client = new LoadClient(server.Url, 8, TimeSpan.FromMilliseconds(15));

        var counts = await Task.WhenAll(Enumerable.Range(0, 16).Select(_ => Ask(client)));

        Assert.True(counts.Sum() > 0);
        // And all connections are still of use.
        Assert.Equal(0, await Pending(client));
    }

    private static async Task<int> Ask(LoadClient client)
    {
        var answered = 0;
        for (var turn = 0; turn < 40; turn++)
        {
            var key = Guid.CreateVersion7(TimeProvider.System.GetUtcNow());
            var answer = await client.Send(Get with { Key = key.ToString() });
            if (answer.Failure == LoadFailure.None)
            {
                Assert.Equal(key, answer.OrderId);
                answered++;
            }
            else
            {
                Assert.Equal(LoadFailure.TimedOut, answer.Failure);
            }
        }
        return answered;
    }

    private static async Task<int> Pending(LoadClient client)
    {
        var answers = await Task.WhenAll(
            Enumerable.Range(0, 8).Select(_ => client.Send(Get with { Key = Order }).AsTask())
        );
        return answers.Count(answer =>
            answer.Failure is not (LoadFailure.None or LoadFailure.TimedOut)
        );
    }
}
