using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using PointsMall.LoadTests.Bench;
using PointsMall.LoadTests.Http;
using PointsMall.LoadTests.Scenarios;

namespace PointsMall.LoadTests.Faults;

/// <summary>
/// Members who redeem and sometimes cancel while something breaks. As a storefront must, each repeats a request under its key until the answer
/// is certain. Every answer is in the stage's history.
/// </summary>
internal sealed class FaultLoad : IDisposable
{
    /// <summary>Wins are counted by tenths of a second.</summary>
    public static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(100);

    private const int MostTicks = 6_000;

    /// <summary>Between two commands of a caller: the machine is not to be full, or every recovery would be one from overload.</summary>
    private const int ThinkMs = 10;
    private const int RetryMs = 100;

    /// <summary>Longer than any fault lasts; a request that is still open then is given up and its outcome is unknown.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(90);

    private readonly Storefront _store;
    private readonly Purchase[] _purchases;
    private readonly int[] _wins = new int[MostTicks];
    private readonly long _began = Stopwatch.GetTimestamp();
    private readonly ConcurrentDictionary<string, int> _unknownAnswers = new(
        StringComparer.Ordinal
    );
    private readonly Task _callers;
    private volatile bool _ending;
    private long _requests;
    private long _done;
    private long _refused;
    private long _unknown;
    private long _givenUp;

    /// <param name="stage">Whom and what; its first SKU is in every second redemption.</param>
    /// <param name="callers">At the same time.</param>
    /// <param name="seed">Decides who buys what.</param>
    public FaultLoad(Stage stage, int callers, int seed)
    {
        _store = new Storefront(stage);
        var hot = stage.Skus[0];
        _purchases =
        [
            .. stage.Skus.Skip(1).Select(sku => _store.Purchase(sku)),
            .. stage
                .Skus.Skip(1)
                .Select((sku, i) => i % 2 == 0 ? _store.Purchase(hot, sku) : _store.Purchase(hot)),
        ];
        _callers = Task.WhenAll(
            Enumerable.Range(0, callers).Select(i => Task.Run(() => Call(new Random(seed + i))))
        );
    }

    /// <summary>Commands' attempts, answered or not.</summary>
    public long Requests => Interlocked.Read(ref _requests);

    public long Done => Interlocked.Read(ref _done);
    public long Refused => Interlocked.Read(ref _refused);

    /// <summary>Attempts whose answer left the outcome open, or that got none.</summary>
    public long Unknown => Interlocked.Read(ref _unknown);

    /// <summary>What those were answered, and how many with each.</summary>
    public string UnknownAnswers =>
        string.Join(
            ", ",
            _unknownAnswers
                .OrderByDescending(answer => answer.Value)
                .Select(answer =>
                    string.Create(CultureInfo.InvariantCulture, $"{answer.Value} {answer.Key}")
                )
        );

    /// <summary>Requests without a certain answer in the end.</summary>
    public long GivenUp => Interlocked.Read(ref _givenUp);

    public int Now => (int)(Stopwatch.GetElapsedTime(_began) / Tick);

    /// <summary>Successes a second from one tick to another.</summary>
    public double Rate(int from, int to) =>
        to <= from ? 0 : _wins[from..to].Sum() / ((to - from) * Tick.TotalSeconds);

    /// <summary>The longest time without a success between two ticks.</summary>
    public TimeSpan LongestGap(int from, int to)
    {
        var (longest, gap) = (0, 0);
        for (var tick = from; tick < to; tick++)
        {
            gap = _wins[tick] == 0 ? gap + 1 : 0;
            longest = Math.Max(longest, gap);
        }
        return longest * Tick;
    }

    /// <summary>No caller begins anything new; those with an open request go on until it is settled.</summary>
    public Task End()
    {
        _ending = true;
        return _callers;
    }

    public void Dispose() => _store.Dispose();

    private async Task Call(Random random)
    {
        while (!_ending)
        {
            var member = _store.NextShopper();
            var purchase = _purchases[random.Next(_purchases.Length)];
            var answer = await Settle(
                Command.Redeem(member, purchase, Storefront.NewKey()),
                random
            );
            if (answer is { IsSuccess: true, OrderId: { } order } && random.Next(10) == 0)
            {
                await Settle(Command.Cancel(member, order, Storefront.NewKey()), random);
            }
            await Task.Delay(ThinkMs);
        }
    }

    private async Task<LoadAnswer> Settle(Command command, Random random)
    {
        var began = Stopwatch.GetTimestamp();
        while (true)
        {
            var answer = await _store.SendOnce(command);
            Interlocked.Increment(ref _requests);
            if (Storefront.IsCertain(answer))
            {
                Count(answer);
                return answer;
            }
            Interlocked.Increment(ref _unknown);
            _unknownAnswers.AddOrUpdate(
                answer.Failure == LoadFailure.None
                    ? $"{answer.Status} {answer.Code}"
                    : $"{answer.Failure}",
                1,
                (_, count) => count + 1
            );
            if (Stopwatch.GetElapsedTime(began) > Patience)
            {
                Interlocked.Increment(ref _givenUp);
                return answer;
            }
            await Task.Delay(RetryMs + random.Next(RetryMs));
        }
    }

    private void Count(in LoadAnswer answer)
    {
        if (!answer.IsSuccess)
        {
            Interlocked.Increment(ref _refused);
            return;
        }
        Interlocked.Increment(ref _done);
        var now = Now;
        if (now < MostTicks)
        {
            Interlocked.Increment(ref _wins[now]);
        }
    }
}
