using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using PointsMall.Grains.Diagnostics;
using PointsMall.Tests.Cluster.Silos;
using PointsMall.Tests.Support;

namespace PointsMall.Tests.Cluster.Watching;

/// <summary>One can get from a command to the batch that committed it, and from a line of the log to either.</summary>
public sealed class TraceTests(PostgresFixture postgres) : IAsyncLifetime
{
    private const string CallersName = "tests.callers";
    private static readonly ActivitySource Callers = new(CallersName);

    private readonly ConcurrentQueue<Activity> _spans = new();
    private readonly string _log = Path.GetTempFileName();
    private PostgresDatabase _database = null!;
    private TestSilo _silo = null!;
    private ActivityListener _listener = null!;

    public async ValueTask InitializeAsync()
    {
        _listener = new ActivityListener
        {
            ShouldListenTo = source =>
                source.Name == CallersName
                || source.Name == MallTraces.Name
                || source.Name.StartsWith("Microsoft.Orleans.", StringComparison.Ordinal),
            Sample = (ref _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = _spans.Enqueue,
        };
        ActivitySource.AddActivityListener(_listener);
        _database = await postgres.CreateScratchDatabase();
        // Nobody listens there; traces are made all the same.
        var nowhere = FreePorts.Take(1)[0].ToString(CultureInfo.InvariantCulture);
        _silo = await TestSilo.Start(
            _database,
            ("OTEL_EXPORTER_OTLP_ENDPOINT", $"http://127.0.0.1:{nowhere}"),
            ("Logs:File", _log)
        );
    }

    public async ValueTask DisposeAsync()
    {
        await _silo.DisposeAsync();
        await _database.DisposeAsync();
        _listener.Dispose();
        File.Delete(_log);
    }

    [Fact]
    public async Task Every_command_s_trace_leads_to_the_batch_that_committed_it()
    {
        var shop = new Shop(_silo.Grains);
        var product = await shop.AddProduct();
        var sku = await shop.AddSku(product, stock: 50);
        await shop.List(product);
        var members = await Task.WhenAll(
            Enumerable.Range(0, 20).Select(_ => shop.AddMember(points: 100))
        );

        var traces = await Task.WhenAll(members.Select(member => Redeem(shop, member, sku)));

        var batches = await Eventually.Is(
            () => Task.FromResult(BatchesOf(traces)),
            batches => batches.Sum(batch => batch.Links.Count()) >= traces.Length
        );
        // Each once, and each batch within the trace of one of its own commands.
        Assert.Equal(
            traces.Select(trace => trace.ToHexString()).Order(StringComparer.Ordinal),
            batches
                .SelectMany(batch => batch.Links.Select(link => link.Context.TraceId.ToHexString()))
                .Order(StringComparer.Ordinal)
        );
        Assert.All(
            batches,
            batch =>
            {
                Assert.Contains(batch.Links, link => link.Context.SpanId == batch.ParentSpanId);
                Assert.Equal(batch.Links.Count(), batch.GetTagItem("units"));
            }
        );
    }

    [Fact]
    public async Task A_line_of_the_log_names_the_trace_and_the_span_that_it_was_written_in()
    {
        using var command = Callers.StartActivity("redeem")!;

        _silo
            .Services.GetRequiredService<ILoggerFactory>()
            .CreateLogger("tests")
            .LogWarning("Something in a trace");

        var line = await Eventually.Is(
            async () =>
                (await File.ReadAllLinesAsync(_log)).FirstOrDefault(text =>
                    text.Contains("Something in a trace", StringComparison.Ordinal)
                ),
            text => text is not null
        );
        using var json = JsonDocument.Parse(line!);
        Assert.Equal(
            command.TraceId.ToHexString(),
            json.RootElement.GetProperty("@tr").GetString()
        );
        Assert.Equal(command.SpanId.ToHexString(), json.RootElement.GetProperty("@sp").GetString());
    }

    private static async Task<ActivityTraceId> Redeem(Shop shop, Guid member, Guid sku)
    {
        // Activity.Current is this flow's alone.
        await Task.Yield();
        using var command = Callers.StartActivity("redeem")!;
        Assert.Null((await shop.Redeem(member, sku)).Refusal);
        return command.TraceId;
    }

    private Activity[] BatchesOf(ActivityTraceId[] traces) =>
        [
            .. _spans.Where(span =>
                span.Source.Name == MallTraces.Name
                && span.Links.Any(link => traces.Contains(link.Context.TraceId))
            ),
        ];
}
