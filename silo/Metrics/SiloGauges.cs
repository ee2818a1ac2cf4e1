using System.Diagnostics.Metrics;
using PointsMall.Grains.Diagnostics;

namespace PointsMall.Silo.Metrics;

/// <summary>Whether this silo may get work, as a metric; and every counter's series from the first scrape on.</summary>
internal sealed class SiloGauges : IHostedService, IDisposable
{
    private readonly Meter _meter = new(MallMeter.Name);

    public SiloGauges(
        ISiloStatusOracle membership,
        DatabaseWatch database,
        IHostApplicationLifetime lifetime
    ) =>
        _meter.CreateObservableGauge(
            "pointsmall.silo.ready",
            () => Health.WhyNotReady(membership, database, lifetime).Length == 0 ? 1 : 0,
            unit: null,
            "1 when the silo may get work, as /healthz/ready says"
        );

    public Task StartAsync(CancellationToken cancellationToken)
    {
        FirstSeries.Show();
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public void Dispose() => _meter.Dispose();
}
