using System.Reflection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;
using PointsMall.Api.Problems;
using PointsMall.Api.Silos;
using PointsMall.GrainInterfaces;
using PointsMall.GrainInterfaces.Orders;
using PointsMall.Tests.Support;

namespace PointsMall.Tests.Api;

/// <summary>What the API makes of the ways in which a grain call can end.</summary>
public sealed class GrainCallsTests : IAsyncDisposable
{
    private static readonly OrderResult Done = new();
    private readonly FakeTimeProvider _clock = new(TimeProvider.System.GetUtcNow());
    private readonly SiloConnection _connection = new(
        new SiloClient(new NoClient()),
        NullLogger<SiloConnection>.Instance
    );
    private readonly List<CommandHeader> _sent = [];

    [Fact]
    public async Task A_command_that_did_not_run_is_sent_again_with_the_same_id_and_a_fresh_deadline()
    {
        var outcome = await Run(
            () => throw Rejection(),
            () => Refused(RefusalCode.NotRun),
            () => Done
        );

        Assert.Same(Done, outcome.Result);
        Assert.Equal(3, _sent.Count);
        Assert.Single(_sent.Select(header => header.CommandId).Distinct());
        Assert.Equal(3, _sent.Select(header => header.Deadline).Distinct().Count());
    }

    [Fact]
    public async Task An_unknown_outcome_is_asked_for_again()
    {
        var outcome = await Run(() => throw new TimeoutException(), () => Done);
        Assert.Same(Done, outcome.Result);
    }

    [Fact]
    public async Task A_refusal_is_final_and_is_not_tried_again()
    {
        var outcome = await Run(() => Refused(RefusalCode.OutOfStock));
        Assert.Equal(Errors.OutOfStock, outcome.Problem!.Kind);
        Assert.Single(_sent);
    }

    /// <summary>The first attempt may still be on its way to a grain: until its deadline is past, it could turn the refusal into a lie.</summary>
    [Fact]
    public async Task A_refusal_counts_only_when_no_earlier_attempt_can_still_run()
    {
        var started = _clock.GetUtcNow();
        var outcome = await Run(
            () => throw new SiloUnavailableException(),
            () => Refused(RefusalCode.OutOfStock),
            () => Refused(RefusalCode.OutOfStock)
        );

        Assert.Equal(Errors.OutOfStock, outcome.Problem!.Kind);
        Assert.Equal(3, _sent.Count);
        Assert.True(_clock.GetUtcNow() > _sent[0].Deadline);
        Assert.InRange(
            _clock.GetUtcNow() - started,
            TimeSpan.FromSeconds(5),
            TimeSpan.FromSeconds(7)
        );
    }

    [Fact]
    public async Task An_outcome_that_stays_unknown_is_called_unknown_within_ten_seconds()
    {
        var started = _clock.GetUtcNow();
        var outcome = await Run(() => throw new TimeoutException());

        Assert.Equal(Errors.OutcomeUnknown, outcome.Problem!.Kind);
        Assert.NotNull(outcome.Problem.RetryAfterSeconds);
        Assert.InRange(
            _clock.GetUtcNow() - started,
            TimeSpan.FromSeconds(8),
            TimeSpan.FromSeconds(10)
        );
        Assert.All(
            _sent,
            header => Assert.True(header.Deadline <= started + TimeSpan.FromSeconds(10))
        );
    }

    [Fact]
    public async Task What_surely_never_ran_is_called_unavailable()
    {
        var outcome = await Run(() => throw Rejection());
        Assert.Equal(Errors.Unavailable, outcome.Problem!.Kind);
    }

    [Fact]
    public async Task One_unknown_attempt_is_enough_to_call_the_outcome_unknown()
    {
        var outcome = await Run(() => throw new TimeoutException(), () => throw Rejection());
        Assert.Equal(Errors.OutcomeUnknown, outcome.Problem!.Kind);
    }

    /// <summary>The first attempt may have been carried out all the same.</summary>
    [Fact]
    [Trait("Behaviour", "RED-1")]
    public async Task Overload_after_an_unknown_attempt_leaves_the_outcome_unknown()
    {
        var outcome = await Run(
            () => throw new TimeoutException(),
            () => Refused(RefusalCode.Overloaded)
        );
        Assert.Equal(Errors.OutcomeUnknown, outcome.Problem!.Kind);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Overload_is_answered_at_once(bool gateway)
    {
        var outcome = await Run(() =>
            gateway ? throw new GatewayTooBusyException() : Refused(RefusalCode.Overloaded)
        );
        Assert.Equal(Errors.Overloaded, outcome.Problem!.Kind);
        Assert.Single(_sent);
        Assert.NotNull(outcome.Problem.RetryAfterSeconds);
    }

    [Fact]
    public async Task A_mistake_is_not_hidden() =>
        await Assert.ThrowsAsync<InvalidCastException>(() =>
            Run(() => throw new InvalidCastException())
        );

    [Fact]
    public async Task More_commands_than_may_wait_are_refused_at_once()
    {
        var calls = await Calls(maxInFlight: 1);
        var first = new TaskCompletionSource<OrderResult>();
        var waiting = calls.Send(Header(), (_, _) => first.Task);

        var second = await calls.Send(Header(), (_, _) => Task.FromResult(Done));
        first.SetResult(Done);

        Assert.Equal(Errors.Overloaded, second.Problem!.Kind);
        Assert.Same(Done, (await waiting).Result);
        Assert.Same(Done, (await calls.Send(Header(), (_, _) => Task.FromResult(Done))).Result);
    }

    [Fact]
    public async Task Without_a_connection_nothing_is_sent()
    {
        var calls = new GrainCalls(null!, _connection, Options(100), _clock);
        var outcome = await Passing(calls.Send(Header(), (_, _) => Task.FromResult(Done)));
        Assert.Equal(Errors.Unavailable, outcome.Problem!.Kind);
        Assert.Empty(_sent);
    }

    public async ValueTask DisposeAsync()
    {
        await _connection.StopAsync(CancellationToken.None);
        _connection.Dispose();
    }

    /// <summary>Runs a command whose attempts end as given, the last one for ever.</summary>
    private async Task<Outcome<OrderResult>> Run(params Func<OrderResult>[] attempts)
    {
        var calls = await Calls(maxInFlight: 100);
        return await Passing(
            calls.Send(
                Header(),
                (_, header) =>
                {
                    _sent.Add(header);
                    return Task.FromResult(attempts[Math.Min(_sent.Count, attempts.Length) - 1]());
                }
            )
        );
    }

    /// <summary>Lets time pass until the task is done.</summary>
    private async Task<T> Passing<T>(Task<T> task)
    {
        while (!task.IsCompleted)
        {
            _clock.Advance(TimeSpan.FromMilliseconds(20));
            await Task.Yield();
        }
        return await task;
    }

    private async Task<GrainCalls> Calls(int maxInFlight)
    {
        await _connection.StartAsync(CancellationToken.None);
        await Eventually.Is(() => Task.FromResult(_connection.IsOpen), open => open);
        return new GrainCalls(null!, _connection, Options(maxInFlight), _clock);
    }

    private static IOptions<CallOptions> Options(int maxInFlight) =>
        Microsoft.Extensions.Options.Options.Create(new CallOptions { MaxInFlight = maxInFlight });

    /// <summary>Orleans makes these itself; its constructors are not public.</summary>
    private static Exception Rejection() =>
        (Exception)
            Activator.CreateInstance(
                typeof(OrleansMessageRejectionException),
                BindingFlags.Instance | BindingFlags.NonPublic | BindingFlags.Public,
                binder: null,
                ["rejected"],
                culture: null
            )!;

    private static OrderResult Refused(RefusalCode code) => new() { Refusal = Refusal.Of(code) };

    private CommandHeader Header() =>
        new()
        {
            CommandId = Guid.CreateVersion7(_clock.GetUtcNow()),
            Principal = "member",
            Key = "k",
            Fingerprint = [],
            Deadline = default,
            Actor = ActorKind.Member,
        };

    private sealed class NoClient : IHostedService
    {
        public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
