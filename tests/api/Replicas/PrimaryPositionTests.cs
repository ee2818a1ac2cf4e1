using NpgsqlTypes;
using PointsMall.Api.Reads;

namespace PointsMall.Tests.Api.Replicas;

/// <summary>Many readers, one question to the primary at a time, and nobody gets an answer to a question that was sent before it came.</summary>
public sealed class PrimaryPositionTests : IDisposable
{
    private readonly List<TaskCompletionSource<NpgsqlLogSequenceNumber>> _asked = [];
    private readonly SemaphoreSlim _sent = new(0);

    [Fact]
    public async Task Whoever_comes_while_a_question_is_out_shares_the_next_one()
    {
        var position = new PrimaryPosition(Ask);
        var early = position.Now();
        await Sent();
        var late = Enumerable.Range(0, 100).Select(_ => position.Now()).ToArray();

        Assert.Single(_asked);
        Answer(0, 10);
        Assert.Equal(new NpgsqlLogSequenceNumber(10), await early);
        await Sent();
        Assert.All(late, task => Assert.False(task.IsCompleted));
        Answer(1, 20);

        Assert.All(
            await Task.WhenAll(late),
            answer => Assert.Equal(new NpgsqlLogSequenceNumber(20), answer)
        );
        Assert.Equal(2, _asked.Count);
    }

    [Fact]
    public async Task A_question_that_fails_fails_only_those_who_wait_for_it()
    {
        var position = new PrimaryPosition(Ask);
        var first = position.Now();
        await Sent();
        var second = position.Now();
        _asked[0].SetException(new TimeoutException());
        await Assert.ThrowsAsync<TimeoutException>(() => first);
        await Sent();
        Answer(1, 20);

        Assert.Equal(new NpgsqlLogSequenceNumber(20), await second);
    }

    public void Dispose() => _sent.Dispose();

    private Task<NpgsqlLogSequenceNumber> Ask()
    {
        var answer = new TaskCompletionSource<NpgsqlLogSequenceNumber>();
        _asked.Add(answer);
        _sent.Release();
        return answer.Task;
    }

    private async Task Sent() =>
        Assert.True(
            await _sent.WaitAsync(TimeSpan.FromSeconds(20), TestContext.Current.CancellationToken)
        );

    private void Answer(int question, ulong position) =>
        _asked[question].SetResult(new NpgsqlLogSequenceNumber(position));
}
