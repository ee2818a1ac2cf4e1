using System.Collections.Immutable;
using PointsMall.GrainInterfaces;
using PointsMall.GrainInterfaces.Catalogue;
using PointsMall.GrainInterfaces.Inventory;
using PointsMall.Grains.Catalogue;

namespace PointsMall.Tests.Cluster.Catalogue;

public sealed class CatalogueRulesTests
{
    private static readonly DateTimeOffset Now = new(2026, 11, 11, 0, 0, 0, TimeSpan.Zero);
    private static readonly DateTimeOffset Committed = Now.AddSeconds(5);
    private static readonly Guid ProductId = Guid.CreateVersion7(Now);
    private static readonly Guid MugId = Guid.CreateVersion7(Now);
    private static readonly Guid CupId = Guid.CreateVersion7(Now);

    private static readonly ProductChanges Tea = new()
    {
        Name = Set("Tea set"),
        Type = Set("product"),
        Category = Set("home-kitchen"),
    };

    private static readonly SkuChanges Mug = new()
    {
        Code = Set("MUG"),
        Name = Set("Mug"),
        Points = Set<long?>(500),
    };

    [Fact]
    public void A_new_product_is_delisted_and_without_SKUs()
    {
        var decision = CatalogueRules.Create(ProductId, Tea, Now);

        var state = decision.After(null);
        Assert.False(state.Product.Listed);
        Assert.Equal(1, state.Product.Version);
        Assert.Equal("", state.Product.Description);
        Assert.Empty(state.Skus);
    }

    [Fact]
    public void A_field_that_was_not_sent_stays_and_one_set_to_nothing_is_cleared()
    {
        var state = Product(
            Tea with
            {
                Summary = Set("Six pieces"),
                ImageUrl = Set("/images/tea.webp"),
            }
        );

        var next = CatalogueRules
            .Change(state, new ProductChanges { ImageUrl = Cleared<string>() })
            .After(state);

        Assert.Equal("Six pieces", next.Product.Summary);
        Assert.Null(next.Product.ImageUrl);
        Assert.Equal(2, next.Product.Version);
    }

    public static TheoryData<string, ProductChanges> RefusedProducts { get; } =
        new()
        {
            {
                "name",
                new() { Name = Set("") }
            },
            {
                "name",
                new() { Name = Set(new string('x', 201)) }
            },
            {
                "summary",
                new() { Summary = Set(new string('x', 501)) }
            },
            {
                "description",
                new() { Description = Set(new string('x', 10_001)) }
            },
            {
                "type",
                new() { Type = Set("voucher") }
            },
            {
                "category",
                new() { Category = Set("Home") }
            },
            {
                "category",
                new() { Category = Set(new string('x', 61)) }
            },
            {
                "imageUrl",
                new() { ImageUrl = Set("javascript:alert(1)") }
            },
            {
                "imageUrl",
                new() { ImageUrl = Set("//elsewhere.example/x.png") }
            },
            {
                "imageUrl",
                new() { ImageUrl = Set("/\\elsewhere.example/x.png") }
            },
            {
                "images[1]",
                new() { Images = Some("/a.png", "file:///etc/passwd") }
            },
            {
                "images",
                new() { Images = Some([.. Enumerable.Repeat("/a.png", 21)]) }
            },
            {
                "badges",
                new() { Badges = Some([.. Enumerable.Repeat("new", 11)]) }
            },
            {
                "badges[0]",
                new() { Badges = Some("") }
            },
            {
                "translations[0].language",
                new() { Translations = Texts("chinese") }
            },
            {
                "translations[1].language",
                new() { Translations = Texts("zh", "zh") }
            },
            {
                "redeemableTo",
                new()
                {
                    RedeemableFrom = Set<DateTimeOffset?>(Now),
                    RedeemableTo = Set<DateTimeOffset?>(Now),
                }
            },
        };

    [Theory]
    [MemberData(nameof(RefusedProducts))]
    public void A_product_with_a_wrong_field_is_refused_by_its_name(
        string field,
        ProductChanges changes
    )
    {
        var decision = CatalogueRules.Change(Product(Tea), changes);

        Assert.Equal(RefusalCode.InvalidRequest, decision.Refusal?.Code);
        Assert.Equal(field, decision.Refusal?.Field);
    }

    public static TheoryData<string, SkuChanges> RefusedSkus { get; } =
        new()
        {
            { "code", Mug with { Code = Cleared<string>() } },
            { "name", Mug with { Name = Set("  ") } },
            { "points", Mug with { Points = Set<long?>(0) } },
            { "points", Mug with { Points = Set<long?>(1_000_000_000_001) } },
            { "perOrderLimit", Mug with { PerOrderLimit = Set<int?>(0) } },
            {
                "perOrderLimit",
                Mug with
                {
                    PerOrderLimit = Set<int?>(2),
                    MultipleOf = Set<int?>(3),
                }
            },
            { "multipleOf", Mug with { MultipleOf = Set<int?>(1_001) } },
            { "perMemberLimit", Mug with { PerMemberLimit = Set<long?>(0) } },
            {
                "perMemberWindow",
                Mug with
                {
                    PerMemberWindow = Set<LimitWindow?>(LimitWindow.Day),
                }
            },
            {
                "perMemberWindow",
                Mug with
                {
                    PerMemberLimit = Set<long?>(1),
                    PerMemberWindow = Set<LimitWindow?>((LimitWindow)9),
                }
            },
            {
                "translations",
                Mug with
                {
                    Translations = new(true, [new Translation("zh", "杯", "只有名字", null)]),
                }
            },
        };

    [Theory]
    [MemberData(nameof(RefusedSkus))]
    public void A_SKU_with_a_wrong_field_is_refused_by_its_name(string field, SkuChanges changes)
    {
        var decision = CatalogueRules.AddSku(Product(Tea), MugId, changes, Now);

        Assert.Equal(RefusalCode.InvalidRequest, decision.Refusal?.Code);
        Assert.Equal(field, decision.Refusal?.Field);
    }

    [Fact]
    public void A_code_is_used_once_in_a_product()
    {
        var state = WithMug(Product(Tea));

        var second = CatalogueRules.AddSku(state, CupId, Mug, Now);
        var cup = CatalogueRules.AddSku(state, CupId, Mug with { Code = Set("CUP") }, Now);
        var renamed = CatalogueRules.ChangeSku(
            cup.After(state),
            CupId,
            new SkuChanges { Code = Set("MUG") },
            redeemed: 0,
            Committed
        );
        var itself = CatalogueRules.ChangeSku(
            state,
            MugId,
            new SkuChanges { Code = Set("MUG") },
            redeemed: 0,
            Committed
        );

        Assert.Equal(RefusalCode.SkuCodeTaken, second.Refusal?.Code);
        Assert.Equal(2, cup.Sku?.Position);
        Assert.Equal(RefusalCode.SkuCodeTaken, renamed.Refusal?.Code);
        Assert.Null(itself.Refusal);
    }

    [Fact]
    public void A_product_has_at_most_100_SKUs()
    {
        var state = Product(Tea);
        for (var i = 0; i < CatalogueRules.MaxSkus; i++)
        {
            state = CatalogueRules
                .AddSku(state, Guid.CreateVersion7(Now), Mug with { Code = Set($"MUG-{i}") }, Now)
                .After(state);
        }

        var decision = CatalogueRules.AddSku(state, CupId, Mug, Now);

        Assert.Equal("skus", decision.Refusal?.Field);
    }

    [Fact]
    public void A_limit_without_a_window_counts_in_total_and_takes_its_window_along_when_it_goes()
    {
        var state = WithMug(Product(Tea), Mug with { PerMemberLimit = Set<long?>(2) });
        var unlimited = CatalogueRules.ChangeSku(
            state,
            MugId,
            new SkuChanges { PerMemberLimit = Cleared<long?>() },
            redeemed: 0,
            Committed
        );

        Assert.Equal(LimitWindow.Total, state.Skus[0].PerMemberWindow);
        Assert.Null(unlimited.Sku?.PerMemberWindow);
    }

    public static TheoryData<ProductChanges, bool> ProductTerms { get; } =
        new()
        {
            {
                new() { Name = Set("Tea ceremony") },
                true
            },
            {
                new() { RedeemableFrom = Set<DateTimeOffset?>(Now) },
                true
            },
            {
                new() { RedeemableTo = Set<DateTimeOffset?>(Now) },
                true
            },
            {
                new() { Summary = Set("Six pieces") },
                false
            },
            {
                new() { Category = Set("gifts") },
                false
            },
            {
                new() { Name = Set("Tea set") },
                false
            },
        };

    [Theory]
    [MemberData(nameof(ProductTerms))]
    public void A_change_of_the_products_terms_starts_a_new_epoch_of_every_SKU(
        ProductChanges changes,
        bool bumps
    )
    {
        var decision = CatalogueRules.Change(WithMug(Product(Tea)), changes);

        Assert.Equal(bumps ? [MugId] : [], decision.BumpedSkus);
    }

    [Fact]
    [Trait("Behaviour", "CAT-2")]
    public void Delisting_starts_a_new_epoch_and_saying_it_twice_does_not()
    {
        var state = WithMug(Product(Tea));
        var listing = CatalogueRules.SetListing(state, listed: true);
        var listed = listing.After(state);

        Assert.Equal([MugId], listing.BumpedSkus);
        Assert.Empty(CatalogueRules.SetListing(listed, listed: true).BumpedSkus);
        Assert.Equal([MugId], CatalogueRules.SetListing(listed, listed: false).BumpedSkus);
    }

    public static TheoryData<SkuChanges, bool> SkuTerms { get; } =
        new()
        {
            {
                new() { Name = Set("Big mug") },
                true
            },
            {
                new() { Points = Set<long?>(600) },
                true
            },
            {
                new() { PerOrderLimit = Set<int?>(2) },
                true
            },
            {
                new() { MultipleOf = Set<int?>(2) },
                true
            },
            {
                new() { PerMemberLimit = Set<long?>(1) },
                true
            },
            {
                new() { RedeemableTo = Set<DateTimeOffset?>(Now) },
                true
            },
            {
                new() { Code = Set("MUG-L") },
                false
            },
            {
                new() { Translations = Texts("zh") },
                false
            },
            {
                new() { Points = Set<long?>(500) },
                false
            },
        };

    [Theory]
    [MemberData(nameof(SkuTerms))]
    public void A_change_of_a_SKUs_terms_starts_a_new_epoch_of_it(SkuChanges changes, bool bumps)
    {
        var state = WithMug(Product(Tea));

        var decision = CatalogueRules.ChangeSku(state, MugId, changes, redeemed: 0, Committed);

        Assert.Equal(bumps ? [MugId] : [], decision.BumpedSkus);
    }

    [Fact]
    public void A_limit_counts_every_order_when_none_can_have_been_made()
    {
        var limited = new SkuChanges { PerMemberLimit = Set<long?>(1) };
        var state = WithMug(Product(Tea));

        var fresh = CatalogueRules.AddSku(
            Product(Tea),
            MugId,
            Mug with
            {
                PerMemberLimit = Set<long?>(1),
            },
            Now
        );
        var delisted = CatalogueRules.ChangeSku(state, MugId, limited, redeemed: 0, Committed);

        Assert.Null(fresh.Sku!.LimitCountedFrom);
        Assert.Null(delisted.Sku!.LimitCountedFrom);
    }

    [Theory]
    [InlineData(1, false)]
    [InlineData(0, true)] // an order may be committed between the count and the change
    [InlineData(1, true)]
    public void A_limit_that_comes_after_orders_says_from_when_it_counts(long redeemed, bool listed)
    {
        var state = WithMug(Product(Tea));
        state = CatalogueRules.SetListing(state, listed).After(state);

        var limited = CatalogueRules.ChangeSku(
            state,
            MugId,
            new SkuChanges { PerMemberLimit = Set<long?>(1) },
            redeemed,
            Committed
        );

        Assert.True(limited.Sku!.LimitCountedFrom > Committed);
    }

    [Fact]
    public void Counting_starts_anew_with_another_kind_of_window_and_not_with_another_number()
    {
        var state = WithMug(Product(Tea));
        state = Next(state, new SkuChanges { PerMemberLimit = Set<long?>(1) }, Committed);
        var first = state.Skus[0].LimitCountedFrom;

        var raised = Next(
            state,
            new SkuChanges { PerMemberLimit = Set<long?>(5) },
            Committed.AddDays(1)
        );
        var weekly = Next(
            raised,
            new SkuChanges { PerMemberWindow = Set<LimitWindow?>(LimitWindow.Week) },
            Committed.AddDays(1)
        );

        Assert.NotNull(first);
        Assert.Equal(first, raised.Skus[0].LimitCountedFrom);
        Assert.Equal(first.Value.AddDays(1), weekly.Skus[0].LimitCountedFrom);
    }

    [Fact]
    public void An_unknown_SKU_is_refused()
    {
        var decision = CatalogueRules.ChangeSku(Product(Tea), MugId, Mug, redeemed: 0, Committed);

        Assert.Equal(RefusalCode.SkuNotFound, decision.Refusal?.Code);
    }

    private static ProductState Next(
        ProductState state,
        SkuChanges changes,
        DateTimeOffset committedBy
    ) => CatalogueRules.ChangeSku(state, MugId, changes, redeemed: 7, committedBy).After(state);

    private static ProductState Product(ProductChanges changes) =>
        CatalogueRules.Create(ProductId, changes, Now).After(null);

    private static ProductState WithMug(ProductState state, SkuChanges? changes = null) =>
        CatalogueRules.AddSku(state, MugId, changes ?? Mug, Now).After(state);

    private static Change<T> Set<T>(T value) => new(true, value);

    private static Change<T> Cleared<T>() => new(true, default);

    private static Change<ImmutableArray<string>?> Some(params string[] items) =>
        new(true, [.. items]);

    private static Change<ImmutableArray<Translation>?> Texts(params string[] languages) =>
        new(true, [.. languages.Select(tag => new Translation(tag, "杯", null, null))]);
}
