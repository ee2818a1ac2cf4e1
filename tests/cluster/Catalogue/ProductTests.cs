using PointsMall.GrainInterfaces;
using PointsMall.GrainInterfaces.Catalogue;
using PointsMall.GrainInterfaces.Inventory;
using PointsMall.Tests.Cluster.Silos;

namespace PointsMall.Tests.Cluster.Catalogue;

[Collection(MallCollection.Name)]
public sealed class ProductTests(MallFixture mall)
{
    private readonly Shop _shop = new(mall.Grains);

    [Fact]
    public async Task Rows_hold_what_was_sent()
    {
        var from = new DateTimeOffset(2030, 1, 1, 0, 0, 0, TimeSpan.FromHours(8));
        var productId = await _shop.AddProduct(
            new ProductChanges
            {
                Images = new(true, ["/a.webp", "https://cdn.example/b.webp"]),
                Translations = new(true, [new Translation("zh", "茶具", "六件套", null)]),
                RedeemableFrom = new(true, from),
            }
        );
        var skuId = await _shop.AddSku(
            productId,
            new SkuChanges { PerMemberLimit = new(true, 2), MultipleOf = new(true, 1) }
        );

        Assert.Equal(
            ["/a.webp", "https://cdn.example/b.webp"],
            await mall.Read<string[]>("select images from product where product_id = $1", productId)
        );
        Assert.Equal(
            "茶具",
            await mall.Read<string>(
                "select translations -> 'zh' ->> 'name' from product where product_id = $1",
                productId
            )
        );
        Assert.Equal(
            from.UtcDateTime,
            await mall.Read<DateTime>(
                "select redeemable_from from product where product_id = $1",
                productId
            )
        );
        Assert.Equal(
            (short)LimitWindow.Total,
            await mall.Read<short>("select per_member_window from sku where sku_id = $1", skuId)
        );
        Assert.Equal(
            0L,
            await mall.Read<long>("select available from stock where sku_id = $1", skuId)
        );
    }

    [Fact]
    public async Task Every_change_is_recorded_with_what_was_before_and_after()
    {
        var productId = await _shop.AddProduct();
        var skuId = await _shop.AddSku(productId);
        await _shop.ChangeSku(productId, skuId, new SkuChanges { Points = new(true, 150) });

        const string Recorded = """
            select concat_ws(' ', operation, before ->> 'points', after ->> 'points')
            from catalogue_change
            where product_id = $1
            order by product_version
            """;
        await using var command = mall.Rows.CreateCommand(
            $"select array(select * from ({Recorded}) c)"
        );
        command.Parameters.Add(new Npgsql.NpgsqlParameter { Value = productId });

        Assert.Equal(
            ["create_product", "add_sku 100", "change_sku 100 150"],
            (string[])(await command.ExecuteScalarAsync(TestContext.Current.CancellationToken))!
        );
    }

    [Fact]
    [Trait("Behaviour", "PTS-4")]
    public async Task The_same_key_replays_and_another_content_under_it_is_refused()
    {
        var productId = await _shop.AddProduct();
        var product = mall.Grains.GetGrain<IProductGrain>(productId);
        var first = await product.AddSku(Mug(Headers.New("add-mug")));

        var replay = await product.AddSku(Mug(Headers.New("add-mug")));
        var otherContent = await product.AddSku(Mug(Headers.New("add-mug", content: 2)));
        var otherOperation = await product.SetListing(Headers.New("add-mug"), listed: true);

        Assert.Null(first.Refusal);
        Assert.True(replay.Replayed);
        Assert.Equal(first.SkuId, replay.SkuId);
        Assert.Equal(RefusalCode.IdempotencyKeyReused, otherContent.Refusal?.Code);
        Assert.Equal(RefusalCode.IdempotencyKeyReused, otherOperation.Refusal?.Code);
        Assert.Equal(1L, await Count("sku", productId));
    }

    [Fact]
    public async Task A_command_sent_again_after_a_lost_answer_is_done_once_without_a_key()
    {
        var productId = await _shop.AddProduct();
        var product = mall.Grains.GetGrain<IProductGrain>(productId);
        var command = Mug(Headers.New());
        await product.AddSku(command);

        var again = await product.AddSku(command);

        Assert.Null(again.Refusal);
        Assert.False(again.Replayed);
        Assert.Equal(command.SkuId, again.SkuId);
        Assert.Equal(1L, await Count("sku", productId));
    }

    [Fact]
    [Trait("Behaviour", "PTS-4")]
    public async Task Of_many_products_created_at_once_under_one_key_there_is_one()
    {
        var results = await Task.WhenAll(
            Enumerable
                .Range(0, 20)
                .Select(_ =>
                    mall.Grains.GetGrain<IProductGrain>(Guid.CreateVersion7())
                        .Create(
                            new ChangeProductCommand(
                                Headers.New("create-once"),
                                new ProductChanges
                                {
                                    Name = new(true, "Created once"),
                                    Type = new(true, "gift"),
                                    Category = new(true, "gifts"),
                                }
                            )
                        )
                )
        );

        // A duplicate that collides with the first before that is committed is told to try again.
        Assert.All(
            results,
            result =>
                Assert.True(result.Refusal is null || result.Refusal.Code == RefusalCode.NotRun)
        );
        var created = results.Where(result => result.Refusal is null).ToList();
        Assert.Single(created.Select(result => result.ProductId).Distinct());
        Assert.Single(created, result => !result.Replayed);
        Assert.Equal(
            1L,
            await mall.Read<long>("select count(*) from product where name = 'Created once'")
        );
    }

    [Fact]
    [Trait("Behaviour", "CAT-2")]
    public async Task Terms_and_epoch_change_in_one_transaction()
    {
        var productId = await _shop.AddProduct();
        var skuId = await _shop.AddSku(productId);
        var epoch = await Epoch(skuId);

        await _shop.List(productId);

        Assert.Equal(epoch + 1, await Epoch(skuId));
        Assert.True(
            await mall.Read<bool>(
                """
                select p.xmin = s.xmin and p.xmin = c.xmin
                from product p
                join catalogue_change c using (product_id)
                join stock s on s.sku_id = $2
                where p.product_id = $1
                order by c.product_version desc
                limit 1
                """,
                productId,
                skuId
            )
        );
    }

    [Fact]
    public async Task A_change_that_alters_no_terms_leaves_the_epoch_alone()
    {
        var productId = await _shop.AddProduct();
        var skuId = await _shop.AddSku(productId);
        var epoch = await Epoch(skuId);

        var result = await mall
            .Grains.GetGrain<IProductGrain>(productId)
            .Change(
                new ChangeProductCommand(
                    Headers.New(),
                    new ProductChanges { Summary = new(true, "Six pieces") }
                )
            );

        Assert.Null(result.Refusal);
        Assert.Equal(epoch, await Epoch(skuId));
    }

    [Fact]
    public async Task Of_two_activations_the_one_behind_is_fenced_and_then_reads_the_row()
    {
        await using var apart = await mall.StartApart();
        var elsewhere = new Shop(apart.Grains);
        var productId = await _shop.AddProduct();
        await elsewhere.List(productId);

        var fenced = await mall
            .Grains.GetGrain<IProductGrain>(productId)
            .AddSku(Mug(Headers.New()));
        var retried = await mall
            .Grains.GetGrain<IProductGrain>(productId)
            .AddSku(Mug(Headers.New()));

        Assert.Equal(RefusalCode.NotRun, fenced.Refusal?.Code);
        Assert.Null(retried.Refusal);
        Assert.True(
            await mall.Read<bool>("select listed from product where product_id = $1", productId)
        );
        Assert.Equal(1L, await Count("sku", productId));
    }

    [Fact]
    public async Task Unknown_products_and_SKUs_are_refused_by_name()
    {
        var productId = await _shop.AddProduct();

        var noProduct = await mall
            .Grains.GetGrain<IProductGrain>(Guid.CreateVersion7())
            .SetListing(Headers.New(), listed: true);
        var noSku = await _shop.ChangeSku(productId, Guid.CreateVersion7(), new SkuChanges());

        Assert.Equal(RefusalCode.ProductNotFound, noProduct.Refusal?.Code);
        Assert.Equal(RefusalCode.SkuNotFound, noSku.Refusal?.Code);
    }

    private static ChangeSkuCommand Mug(CommandHeader header) =>
        new(
            header,
            Guid.CreateVersion7(),
            new SkuChanges
            {
                Code = new(true, "MUG"),
                Name = new(true, "Mug"),
                Points = new(true, 500),
            }
        );

    private Task<long> Epoch(Guid skuId) =>
        mall.Read<long>("select epoch from stock where sku_id = $1", skuId);

    private Task<long> Count(string table, Guid productId) =>
        mall.Read<long>($"select count(*) from {table} where product_id = $1", productId);
}
