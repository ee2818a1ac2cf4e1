using Dapper;
using Npgsql;
using PointsMall.Api.Problems;
using PointsMall.Api.Reads;
using PointsMall.Api.Silos;
using PointsMall.GrainInterfaces.Inventory;

namespace PointsMall.Api.Catalogue;

/// <summary>
/// Whether a member could redeem a product now, as the database shows it. A forecast for the storefront's button: the redemption itself
/// decides.
/// </summary>
internal sealed class EligibilityQueries(
    DatabaseReads reads,
    ProgrammeWatch programme,
    TimeProvider clock
)
{
    private const string SelectSpendable = """
        select available
        from mall.member_balance
        where member_id = @memberId
        """;

    private const string SelectRedeemed = """
        select l.sku_id, sum(l.quantity)::bigint as redeemed
        from mall.redemption_order o
        join mall.order_line l on l.order_id = o.order_id
        join mall.sku s on s.sku_id = l.sku_id
        where o.member_id = @memberId
        and o.status <> 'cancelled'
        and s.product_id = @productId
        and s.per_member_limit is not null
        and (s.per_member_window = @total
            or o.created_at >= date_trunc(
                case s.per_member_window when @day then 'day' when @week then 'week' else 'month' end,
                now() at time zone @zone) at time zone @zone)
        group by l.sku_id
        """;

    public Task<EligibilityAnswer> Read(
        Guid memberId,
        ProductRecord product,
        CancellationToken cancelled
    ) => reads.Current(connection => Read(connection, memberId, product, cancelled), cancelled);

    private async Task<EligibilityAnswer> Read(
        NpgsqlConnection connection,
        Guid memberId,
        ProductRecord product,
        CancellationToken cancelled
    )
    {
        await using var results = await connection.QueryMultipleAsync(
            new CommandDefinition(
                $"{SelectSpendable}; {SelectRedeemed}",
                new
                {
                    memberId,
                    product.Product.ProductId,
                    zone = programme.Current.Zone,
                    total = (short)LimitWindow.Total,
                    day = (short)LimitWindow.Day,
                    week = (short)LimitWindow.Week,
                },
                cancellationToken: cancelled
            )
        );
        var spendable = await results.ReadSingleOrDefaultAsync<long>();
        var redeemed = (await results.ReadAsync<RedeemedRow>()).ToDictionary(
            row => row.SkuId,
            row => row.Redeemed
        );
        var now = clock.GetUtcNow().UtcDateTime;
        var reasons = product
            .Skus.Select(sku =>
                Eligibility.Of(
                    product.Product,
                    sku,
                    spendable,
                    redeemed.GetValueOrDefault(sku.SkuId),
                    now
                )
            )
            .ToArray();
        return Eligibility.OfProduct(reasons);
    }

    private sealed class RedeemedRow
    {
        public Guid SkuId { get; init; }
        public long Redeemed { get; init; }
    }
}

/// <summary>The rules of eligibility, in the order in which a redemption checks them.</summary>
internal static class Eligibility
{
    /// <summary>Why one unit (or the smallest quantity allowed) of the SKU can't be redeemed now; null when it can.</summary>
    public static string? Of(
        ProductRow product,
        SkuRow sku,
        long spendable,
        long redeemed,
        DateTime now
    )
    {
        var quantity = sku.MultipleOf ?? 1;
        if (!product.Listed || sku.StoppedAt is not null)
        {
            return Errors.NotAvailable.Code;
        }
        if (now < product.RedeemableFrom || now < sku.RedeemableFrom)
        {
            return Errors.NotStarted.Code;
        }
        if (now >= product.RedeemableTo || now >= sku.RedeemableTo)
        {
            return Errors.Ended.Code;
        }
        if (redeemed + quantity > sku.PerMemberLimit)
        {
            return Errors.LimitReached.Code;
        }
        if (spendable / quantity < sku.Points)
        {
            return Errors.InsufficientPoints.Code;
        }
        return sku.Available < quantity ? Errors.OutOfStock.Code : null;
    }

    /// <summary>A product can be redeemed when one of its SKUs can.</summary>
    public static EligibilityAnswer OfProduct(IReadOnlyCollection<string?> skuReasons)
    {
        var redeemable = skuReasons.Any(reason => reason is null);
        return new EligibilityAnswer
        {
            Redeemable = redeemable,
            Reasons =
                redeemable ? []
                : skuReasons.Count == 0 ? [Errors.NotAvailable.Code]
                : [.. skuReasons.OfType<string>().Distinct(StringComparer.Ordinal)],
        };
    }
}
