using Microsoft.Extensions.Logging;
using PointsMall.GrainInterfaces.Catalogue;

namespace PointsMall.Grains.Verification;

/// <summary>
/// Stops the sale of what new findings concern, through the product's own grain: a change of the catalogue with its epoch. A finding stops a sale
/// once; whoever releases it after a look is not overruled by the same finding.
/// </summary>
internal sealed partial class SaleStops(
    VerificationSession session,
    IGrainFactory grains,
    TimeProvider clock,
    ILogger logger
)
{
    public const string Principal = "system:verification";

    private const int AtOnce = 8;
    private const int Attempts = 3;
    private static readonly TimeSpan CommandTime = TimeSpan.FromSeconds(5);

    private const string Pending = """
        select f.check_name, k.sku_id, k.product_id
        from verification_finding f
        cross join unnest(f.skus) as s (sku_id)
        join sku k on k.sku_id = s.sku_id
        where f.cleared_at is null
            and f.stopped_at is null
            and f.skus <> '{}'
        order by f.finding_id
        limit 1000
        """;

    private const string Done = """
        update verification_finding
        set stopped_at = now()
        where cleared_at is null
            and stopped_at is null
            and skus <> '{}'
            and skus <@ $1
        """;

    public async Task Carry()
    {
        var pending = await session.List(
            Pending,
            row => (Check: row.GetString(0), SkuId: row.GetGuid(1), ProductId: row.GetGuid(2))
        );
        if (pending.Count == 0)
        {
            return;
        }
        var stopped = new System.Collections.Concurrent.ConcurrentBag<Guid>();
        await Parallel.ForEachAsync(
            pending.DistinctBy(stop => stop.SkuId),
            new ParallelOptions { MaxDegreeOfParallelism = AtOnce },
            async (stop, _) =>
            {
                if (await Stop(stop.ProductId, stop.SkuId, stop.Check))
                {
                    stopped.Add(stop.SkuId);
                }
            }
        );
        await session.Execute(Done, stopped.ToArray());
    }

    private async Task<bool> Stop(Guid productId, Guid skuId, string check)
    {
        for (var attempt = 0; attempt < Attempts; attempt++)
        {
            try
            {
                var now = clock.GetUtcNow();
                var result = await grains
                    .GetGrain<IProductGrain>(productId)
                    .StopSale(
                        new CommandHeader
                        {
                            CommandId = Guid.CreateVersion7(now),
                            Principal = Principal,
                            Key = null,
                            Fingerprint = [],
                            Deadline = now + CommandTime,
                            Actor = ActorKind.System,
                        },
                        skuId,
                        check
                    );
                // What is not in the catalogue is not sold either.
                if (
                    result.Refusal?.Code
                    is null
                        or RefusalCode.ProductNotFound
                        or RefusalCode.SkuNotFound
                )
                {
                    LogStopped(logger, skuId, check);
                    return true;
                }
                LogNotStopped(logger, skuId, result.Refusal.Code.ToString());
            }
            catch (Exception exception) when (exception is not OutOfMemoryException)
            {
                LogNotStopped(logger, skuId, exception.GetType().Name);
            }
        }
        return false;
    }

    [LoggerMessage(
        Level = LogLevel.Critical,
        Message = "The sale of SKU {SkuId} is stopped: the check {Check} does not hold"
    )]
    private static partial void LogStopped(ILogger logger, Guid skuId, string check);

    [LoggerMessage(
        Level = LogLevel.Error,
        Message = "The sale of SKU {SkuId} could not be stopped yet: {Error}"
    )]
    private static partial void LogNotStopped(ILogger logger, Guid skuId, string error);
}
