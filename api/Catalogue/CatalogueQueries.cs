using Dapper;
using Npgsql;
using PointsMall.Api.Reads;
using PointsMall.Api.Requests;
using PointsMall.Api.Silos;

namespace PointsMall.Api.Catalogue;

/// <summary>Reads the catalogue.</summary>
internal sealed class CatalogueQueries(DatabaseReads reads, ProgrammeWatch programme)
{
    private const string SelectListed = """
        select p.product_id, p.name, p.summary, p.type, p.category, p.image_url, p.badges,
               p.translations::text as translations, p.redeemable_from, p.redeemable_to,
               o.from_points, o.in_stock
        from mall.product p
        cross join lateral (
            select min(s.points) as from_points,
                   bool_or(t.available > 0) as in_stock,
                   bool_or((@minPoints::bigint is null or s.points >= @minPoints)
                       and (@maxPoints::bigint is null or s.points <= @maxPoints)) as in_range
            from mall.sku s
            join mall.stock t on t.sku_id = s.sku_id
            where s.product_id = p.product_id
        ) o
        where p.listed
        and o.in_range
        and (@category::text is null or p.category = @category)
        and (@type::text is null or p.type = @type)
        and (@inStock::boolean is null or o.in_stock = @inStock)
        and (@words::text[] is null or not exists (
            select from unnest(@words) w (word)
            where strpos(lower(concat_ws(' ', p.name, p.summary)), lower(w.word)) = 0
            and not exists (
                select from jsonb_each(p.translations) l
                where strpos(lower(concat_ws(' ', l.value ->> 'name', l.value ->> 'summary')), lower(w.word)) > 0
            )
        ))
        """;

    private const string SelectProduct = """
        select p.product_id, p.name, p.summary, p.description, p.type, p.category, p.image_url,
               p.images, p.badges, p.translations::text as translations, p.listed,
               p.redeemable_from, p.redeemable_to
        from mall.product p
        where p.product_id = @productId;

        select s.sku_id, s.code, s.name, s.translations::text as translations, s.points,
               s.per_order_limit, s.multiple_of, s.per_member_limit, s.per_member_window,
               s.redeemable_from, s.redeemable_to, t.available, s.stopped_at, s.stopped_by
        from mall.sku s
        join mall.stock t on t.sku_id = s.sku_id
        where s.product_id = @productId
        order by s.position, s.sku_id
        """;

    /// <summary>A page of the listed products that have SKUs.</summary>
    public async Task<Page<ProductAnswer>> List(
        CatalogueFilter filter,
        LanguagesSent languages,
        CancellationToken cancelled
    )
    {
        var after = filter.Cursor is null ? "" : $" and {filter.Order.After}";
        var sql = $"{SelectListed}{after} order by {filter.Order.OrderBy} limit @rows";
        var parameters = new
        {
            filter.Category,
            filter.Type,
            filter.Words,
            filter.MinPoints,
            filter.MaxPoints,
            filter.InStock,
            id = filter.Cursor?.Id,
            number = filter.Cursor?.Number,
            text = filter.Cursor?.Text,
            rows = filter.Limit + 1,
        };
        var select = new CommandDefinition(sql, parameters, cancellationToken: cancelled);
        var rows = (
            await reads.Recent(connection => connection.QueryAsync<ProductRow>(select), cancelled)
        ).AsList();
        return Page<ProductAnswer>.Of(
            rows,
            filter.Limit,
            row => row.ToAnswer(languages),
            row => new Cursor(filter.Order.ListId, row.ProductId, row.FromPoints, row.Name)
        );
    }

    /// <summary>A product with its SKUs, listed or not, or null; as shoppers see it.</summary>
    public Task<ProductRecord?> Find(Guid productId, CancellationToken cancelled) =>
        reads.Recent(connection => Find(connection, productId, cancelled), cancelled);

    /// <summary>The same with every change that was answered before.</summary>
    public Task<ProductRecord?> FindCurrent(Guid productId, CancellationToken cancelled) =>
        reads.Current(connection => Find(connection, productId, cancelled), cancelled);

    private static async Task<ProductRecord?> Find(
        NpgsqlConnection connection,
        Guid productId,
        CancellationToken cancelled
    )
    {
        await using var results = await connection.QueryMultipleAsync(
            new CommandDefinition(SelectProduct, new { productId }, cancellationToken: cancelled)
        );
        var product = await results.ReadSingleOrDefaultAsync<ProductRow>();
        var skus = await results.ReadAsync<SkuRow>();
        return product is null ? null : new ProductRecord(product, [.. skus]);
    }

    /// <summary>Starts to collect the languages of one answer.</summary>
    public LanguagesSent LanguagesFor(HttpRequest request) =>
        new(Languages.Of(request), programme.Current.DefaultLanguage);
}
