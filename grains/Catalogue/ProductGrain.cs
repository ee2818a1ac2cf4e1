using Microsoft.Extensions.Logging;
using Npgsql;
using Orleans.Placement;
using PointsMall.GrainInterfaces.Catalogue;
using PointsMall.Grains.Commits;
using PointsMall.Grains.Members;

namespace PointsMall.Grains.Catalogue;

/// <summary>
/// Drives the catalogue's rules for one product. Changes are rare and no product is hotter than another here, so products are placed at random.
/// </summary>
[GrainType("product"), RandomPlacement]
internal sealed partial class ProductGrain(
    ICommitter committer,
    CatalogueReader reader,
    TimeProvider clock,
    ILogger<ProductGrain> logger
) : Grain, IProductGrain
{
    /// <summary>A change waits this long for its SKUs' gates; it is committed and answered whether they hear of it or not.</summary>
    private static readonly TimeSpan GatesTime = TimeSpan.FromSeconds(1);

    private ProductState? _state;

    private Guid ProductId => this.GetPrimaryKey();

    public override async Task OnActivateAsync(CancellationToken cancellationToken) =>
        _state = await reader.Load(ProductId, cancellationToken);

    public Task<ProductResult> Create(ChangeProductCommand command)
    {
        ArgumentNullException.ThrowIfNull(command);
        return Run(
            command.Header,
            "create_product",
            now =>
                Task.FromResult(
                    _state is null
                        ? CatalogueRules.Create(ProductId, command.Changes, now)
                        : throw new InvalidOperationException("The new product's id is in use")
                )
        );
    }

    public Task<ProductResult> Change(ChangeProductCommand command)
    {
        ArgumentNullException.ThrowIfNull(command);
        return RunOnProduct(
            command.Header,
            "change_product",
            (state, _) => CatalogueRules.Change(state, command.Changes)
        );
    }

    public Task<ProductResult> SetListing(CommandHeader header, bool listed)
    {
        ArgumentNullException.ThrowIfNull(header);
        return RunOnProduct(
            header,
            "set_listing",
            (state, _) => CatalogueRules.SetListing(state, listed)
        );
    }

    public Task<ProductResult> AddSku(ChangeSkuCommand command)
    {
        ArgumentNullException.ThrowIfNull(command);
        return RunOnProduct(
            command.Header,
            "add_sku",
            (state, now) => CatalogueRules.AddSku(state, command.SkuId, command.Changes, now)
        );
    }

    public Task<ProductResult> ChangeSku(ChangeSkuCommand command)
    {
        ArgumentNullException.ThrowIfNull(command);
        return Run(
            command.Header,
            "change_sku",
            async _ =>
                _state is { } state
                    ? CatalogueRules.ChangeSku(
                        state,
                        command.SkuId,
                        command.Changes,
                        await reader.Redeemed(command.SkuId, CancellationToken.None),
                        command.Header.Deadline
                    )
                    : CatalogueDecision.Refuse(RefusalCode.ProductNotFound)
        );
    }

    public Task<ProductResult> StopSale(CommandHeader header, Guid skuId, string by)
    {
        ArgumentNullException.ThrowIfNull(header);
        return RunOnProduct(
            header,
            "stop_sale",
            (state, now) => CatalogueRules.StopSale(state, skuId, by, now)
        );
    }

    public Task<ProductResult> ResumeSale(CommandHeader header, Guid skuId)
    {
        ArgumentNullException.ThrowIfNull(header);
        return RunOnProduct(
            header,
            "resume_sale",
            (state, _) => CatalogueRules.ResumeSale(state, skuId)
        );
    }

    private Task<ProductResult> RunOnProduct(
        CommandHeader header,
        string operation,
        Func<ProductState, DateTimeOffset, CatalogueDecision> decide
    ) =>
        Run(
            header,
            operation,
            now =>
                Task.FromResult(
                    _state is { } state
                        ? decide(state, now)
                        : CatalogueDecision.Refuse(RefusalCode.ProductNotFound)
                )
        );

    private async Task<ProductResult> Run(
        CommandHeader header,
        string operation,
        Func<DateTimeOffset, Task<CatalogueDecision>> decide
    )
    {
        try
        {
            return await ReplayOrCommit(header, operation, decide);
        }
        catch (NpgsqlException exception)
        {
            // Only reads throw, and they come before the commit or after its refusal.
            LogNotRead(logger, exception.SqlState, exception.GetType().Name);
            return Refused(Refusal.Of(RefusalCode.NotRun));
        }
    }

    /// <summary>Replays, or decides, commits and then takes the change as its state.</summary>
    private async Task<ProductResult> ReplayOrCommit(
        CommandHeader header,
        string operation,
        Func<DateTimeOffset, Task<CatalogueDecision>> decide
    )
    {
        // Looked up first, for the change itself may be what a second decision would refuse it for: its code is taken, by itself.
        if (await reader.Earlier(header, CancellationToken.None) is { } earlier)
        {
            return Replay(header, operation, earlier);
        }
        using var slot = committer.TryReserve(header.Lane);
        if (slot is null)
        {
            return Refused(CommitRefusal.Overloaded);
        }
        var now = Instants.Truncate(clock.GetUtcNow());
        var decision = await decide(now);
        if (decision.Refusal is { } refusal)
        {
            return Refused(refusal);
        }
        var outcome = await committer.Submit(slot, Unit(header, operation, decision, now));
        return outcome.Verdict switch
        {
            CommitVerdict.Committed => await Apply(decision),
            CommitVerdict.KeyUsed
                when await reader.Earlier(header, CancellationToken.None) is { } first => Replay(
                header,
                operation,
                first
            ),
            _ => NotCommitted(outcome),
        };
    }

    private CommitUnit Unit(
        CommandHeader header,
        string operation,
        CatalogueDecision decision,
        DateTimeOffset now
    )
    {
        var before = _state?.Skus.FirstOrDefault(sku => sku.SkuId == decision.Sku?.SkuId) is { } sku
            ? CatalogueJson.Write(sku)
            : null;
        if (decision.Sku is null && _state is not null)
        {
            before = CatalogueJson.Write(_state.Product);
        }
        return new CommitUnit
        {
            CommitId = header.CommandId,
            Lane = header.Lane,
            Deadline = header.Deadline,
            At = now,
            Command = new CommandRow(header.Principal, header.Key, operation, header.Fingerprint),
            Catalogue = new CatalogueWrite(
                ProductId,
                _state?.Product.Version ?? 0,
                CatalogueJson.Write(decision.Product!),
                decision.Sku?.SkuId,
                decision.Sku is null ? null : CatalogueJson.Write(decision.Sku),
                before,
                decision.NewSku,
                decision.BumpedSkus
            ),
        };
    }

    private async Task<ProductResult> Apply(CatalogueDecision decision)
    {
        _state = decision.After(_state);
        await TellGates(decision.BumpedSkus);
        return new ProductResult { ProductId = ProductId, SkuId = decision.Sku?.SkuId };
    }

    /// <summary>
    /// The commit has voided what the gates sold under the old terms. They are told, so that they do not go on refusing under those either;
    /// one that is out of reach finds out with its first claim that is committed.
    /// </summary>
    private async Task TellGates(ImmutableArray<Guid> skus)
    {
        try
        {
            await Task.WhenAll(skus.Select(TellGate)).WaitAsync(GatesTime, clock);
        }
        catch (TimeoutException)
        {
            LogGateNotTold(logger, nameof(TimeoutException));
        }
    }

    private async Task TellGate(Guid skuId)
    {
        try
        {
            await GrainFactory.GetInventory(skuId).Reload();
        }
        catch (Exception exception) when (exception is not OutOfMemoryException)
        {
            LogGateNotTold(logger, exception.GetType().Name);
        }
    }

    private static ProductResult Replay(
        CommandHeader header,
        string operation,
        EarlierChange earlier
    ) =>
        earlier.IsOf(header, operation)
            ? new ProductResult
            {
                ProductId = earlier.ProductId,
                SkuId = earlier.SkuId,
                // A command that was sent again, because its own answer got lost, is no replay.
                Replayed = earlier.ChangeId != header.CommandId,
            }
            : Refused(Refusal.Of(RefusalCode.IdempotencyKeyReused));

    /// <summary>Whatever the reason, this activation's state may be behind the row: the next one reads it.</summary>
    private ProductResult NotCommitted(CommitOutcome outcome)
    {
        DeactivateOnIdle();
        return Refused(CommitRefusal.Of(outcome));
    }

    private static ProductResult Refused(Refusal refusal) => new() { Refusal = refusal };

    [LoggerMessage(
        Level = LogLevel.Warning,
        Message = "A change of the catalogue was not run, a read failed: {Error} {SqlState}"
    )]
    private static partial void LogNotRead(ILogger logger, string? sqlState, string error);

    [LoggerMessage(
        Level = LogLevel.Warning,
        Message = "A gate could not be told that its offer has changed: {Error}"
    )]
    private static partial void LogGateNotTold(ILogger logger, string error);
}
