using System.Runtime.InteropServices;

namespace PointsMall.LoadTests.Runner.Recording;

/// <summary>All that is known of the answers of a scenario or step, in an interval or in all. Not thread-safe: <see cref="Recorder"/> is.</summary>
internal sealed class Measurement
{
    /// <summary>
    /// Starts later than this after their time are late: ten times what an idle machine's timers and threads are off by, and still little beside what
    /// an answer under load takes.
    /// </summary>
    public static readonly TimeSpan LateAfter = TimeSpan.FromMilliseconds(10);

    /// <summary>Beyond so many different codes the rest is counted as one: a scenario that puts an id into its code must not fill the memory.</summary>
    private const int MostStatusCodes = 200;
    private const string OtherCodes = "(other)";

    /// <summary>Longer answers than 10 minutes are counted as 10 minutes.</summary>
    private const long HighestMicros = 600_000_000;
    private const long HighestBytes = 1L << 32;

    private readonly Dictionary<(string Code, bool IsError), Tally> _codes = [];

    /// <summary>Of ok answers, in microseconds, from the scheduled start.</summary>
    public Histogram Response { get; } = new(HighestMicros);

    /// <summary>Of ok answers, in microseconds, from the actual start.</summary>
    public Histogram Service { get; } = new(HighestMicros);

    /// <summary>Of wins, in microseconds, from the scheduled start.</summary>
    public Histogram Win { get; } = new(HighestMicros);

    /// <summary>Of failed answers, in microseconds, from the actual start.</summary>
    public Histogram Fail { get; } = new(HighestMicros);

    /// <summary>Of failed answers, in microseconds, from the scheduled start.</summary>
    public Histogram FailResponse { get; } = new(HighestMicros);

    /// <summary>Of ok answers that have a size.</summary>
    public Histogram OkBytes { get; } = new(HighestBytes);

    /// <summary>Of failed answers that have a size.</summary>
    public Histogram FailBytes { get; } = new(HighestBytes);

    public long OkByteSum { get; private set; }
    public long FailByteSum { get; private set; }
    public long OkCount => Response.Count;
    public long FailCount => Fail.Count;
    public long AllCount => OkCount + FailCount;
    public long WinCount => Win.Count;
    public long RefusalCount => OkCount - WinCount;
    public long Late { get; private set; }
    public TimeSpan MaxLate { get; private set; }
    public IReadOnlyDictionary<(string Code, bool IsError), Tally> Codes => _codes;

    public void Record(in Sample sample)
    {
        Tally(sample.StatusCode, sample.IsError, sample.Message, 1);
        if (sample.IsError)
        {
            Fail.Record(Micros(sample.Service));
            FailResponse.Record(Micros(sample.Response));
        }
        else
        {
            RecordOk(sample);
        }
        if (sample.SizeBytes > 0)
        {
            (sample.IsError ? FailBytes : OkBytes).Record(sample.SizeBytes);
            OkByteSum += sample.IsError ? 0 : sample.SizeBytes;
            FailByteSum += sample.IsError ? sample.SizeBytes : 0;
        }
        Late += sample.Late > LateAfter ? 1 : 0;
        MaxLate = sample.Late > MaxLate ? sample.Late : MaxLate;
    }

    public void Add(Measurement other)
    {
        Response.Add(other.Response);
        Service.Add(other.Service);
        Win.Add(other.Win);
        Fail.Add(other.Fail);
        FailResponse.Add(other.FailResponse);
        OkBytes.Add(other.OkBytes);
        FailBytes.Add(other.FailBytes);
        OkByteSum += other.OkByteSum;
        FailByteSum += other.FailByteSum;
        Late += other.Late;
        MaxLate = other.MaxLate > MaxLate ? other.MaxLate : MaxLate;
        foreach (var ((code, isError), tally) in other._codes)
        {
            Tally(code, isError, tally.Message, tally.Count);
        }
    }

    /// <summary>Keeps its memory, so that an interval costs none.</summary>
    public void Reset()
    {
        Response.Reset();
        Service.Reset();
        Win.Reset();
        Fail.Reset();
        FailResponse.Reset();
        OkBytes.Reset();
        FailBytes.Reset();
        OkByteSum = FailByteSum = Late = 0;
        MaxLate = TimeSpan.Zero;
        _codes.Clear();
    }

    private void RecordOk(in Sample sample)
    {
        var micros = Micros(sample.Response);
        Response.Record(micros);
        Service.Record(Micros(sample.Service));
        if (AnswerKinds.IsWin(sample.StatusCode))
        {
            Win.Record(micros);
        }
    }

    private void Tally(string code, bool isError, string message, long count)
    {
        if (_codes.Count >= MostStatusCodes && !_codes.ContainsKey((code, isError)))
        {
            code = OtherCodes;
        }
        ref var tally = ref CollectionsMarshal.GetValueRefOrAddDefault(
            _codes,
            (code, isError),
            out _
        );
        tally = new(tally.Count + count, tally.Message is { Length: > 0 } first ? first : message);
    }

    private static long Micros(TimeSpan time) => time.Ticks / TimeSpan.TicksPerMicrosecond;
}

/// <param name="Count">Answers with the code.</param>
/// <param name="Message">The first one that was not empty.</param>
internal readonly record struct Tally(long Count, string Message);
