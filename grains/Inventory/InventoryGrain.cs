using Microsoft.Extensions.Logging;
using Npgsql;
using Orleans.Placement;
using Orleans.Runtime.Placement;
using PointsMall.Grains.Commits;
using PointsMall.Grains.Diagnostics;

namespace PointsMall.Grains.Inventory;

/// <summary>
/// See <see cref="IInventoryGrain"/>. Reentrant: a claim is decided without a pause in between, and goes on while a bump or a movement waits for
/// the database. Random placement spreads the gates of a sale over the silos.
/// </summary>
[GrainType("inventory"), RandomPlacement, Reentrant]
internal sealed partial class InventoryGrain(
    OfferRow offers,
    MovementRecords movements,
    ICommitter committer,
    ProgrammeSettingsCache programme,
    GateSpread spread,
    TimeProvider clock,
    ILogger<InventoryGrain> logger
) : Grain, IInventoryGrain
{
    /// <summary>Asked for a bump this often in one claim, the gate gives up: another gate of this SKU is bumping as fast.</summary>
    private const int MaxBumps = 3;

    /// <summary>A sold-out gate reads the row again after this long: units that came back may have been told to a gate that is gone.</summary>
    private static readonly TimeSpan SoldOutLook = TimeSpan.FromSeconds(5);

    private readonly GateFigures _figures = new();
    private StockGate? _gate;
    private Task? _bump;
    private long _bumpedAt;
    private bool _unknownSku;
    private int _joins = spread.Latest;

    private Guid SkuId => this.GetPrimaryKey();

    public async Task<ClaimAnswer> Claim(ClaimRequest request)
    {
        MoveToNewSilo();
        for (var bumps = 0; bumps <= MaxBumps; bumps++)
        {
            var answer = _gate?.Claim(request, clock.GetUtcNow(), programme.Current.Calendar);
            var soldOut =
                answer?.Refusal?.Code == RefusalCode.OutOfStock
                && clock.GetElapsedTime(_bumpedAt) > SoldOutLook;
            if (answer is not null && !soldOut)
            {
                _figures.Follow(_gate);
                return answer;
            }
            if (!await TryBump())
            {
                break;
            }
        }
        return new ClaimAnswer
        {
            Refusal = new Refusal
            {
                Code = _unknownSku ? RefusalCode.SkuNotFound : RefusalCode.NotRun,
                SkuId = SkuId,
            },
        };
    }

    /// <summary>Once for each silo that joined since. This claim and those under way are still answered here.</summary>
    private void MoveToNewSilo()
    {
        if (_joins == spread.Latest)
        {
            return;
        }
        _joins = spread.Latest;
        if (spread.NewHome(SkuId) is { } silo)
        {
            RequestContext.Set(IPlacementDirector.PlacementHintKey, silo);
            MigrateOnIdle();
            RequestContext.Remove(IPlacementDirector.PlacementHintKey);
        }
    }

    public Task Release(Guid commandId)
    {
        _gate?.Release(commandId);
        _figures.Follow(_gate);
        return Task.CompletedTask;
    }

    public Task Resolve(ClaimVerdicts verdicts)
    {
        _gate?.Resolve(verdicts);
        _figures.Follow(_gate);
        return Task.CompletedTask;
    }

    public override Task OnDeactivateAsync(
        DeactivationReason reason,
        CancellationToken cancellationToken
    )
    {
        _figures.Follow(null);
        return Task.CompletedTask;
    }

    public async Task Reload()
    {
        // It may be there by now.
        _unknownSku = false;
        if (_gate is not null)
        {
            // A bump that is under way may have read the offer before it changed.
            if (_bump is { IsCompleted: false } running)
            {
                await running;
            }
            await TryBump();
        }
    }

    public async Task<StockMovementResult> Move(StockMovementCommand command)
    {
        try
        {
            return await FirstOf(command) ?? await MoveOnce(command);
        }
        catch (Exception exception) when (exception is NpgsqlException or TimeoutException)
        {
            LogNotRun(logger, exception.GetType().Name);
            return Refuse(RefusalCode.NotRun);
        }
        finally
        {
            _figures.Follow(_gate);
        }
    }

    private async Task<StockMovementResult> MoveOnce(StockMovementCommand command)
    {
        for (var attempt = 0; attempt < 2; attempt++)
        {
            using var slot = committer.TryReserve(command.Header.Lane);
            if (slot is null)
            {
                return Refuse(RefusalCode.Overloaded);
            }
            if (await ClaimForMovement(command) is { } refusal)
            {
                return refusal;
            }
            // Another movement of unknown outcome may take the gate away meanwhile.
            var gate = _gate!;
            var epoch = gate.Epoch;
            var outcome = await committer.Submit(slot, Unit(command, epoch));
            switch (outcome.Verdict)
            {
                case CommitVerdict.Committed:
                    gate.Moved(command.Header.CommandId, command.Quantity, epoch);
                    return new StockMovementResult { Available = outcome.Available!.Value };
                case CommitVerdict.StaleClaim:
                    await TryBump();
                    continue;
                case CommitVerdict.Unknown:
                    // What the row holds is not known here either: the next claim reads it.
                    _gate = null;
                    return Refuse(RefusalCode.OutcomeUnknown);
            }
            gate.Release(command.Header.CommandId);
            return outcome.Verdict switch
            {
                CommitVerdict.KeyUsed => await FirstOf(command) ?? Refuse(RefusalCode.NotRun),
                CommitVerdict.Expired => Refuse(RefusalCode.Overloaded),
                _ => Refuse(RefusalCode.NotRun),
            };
        }
        return Refuse(RefusalCode.NotRun);
    }

    /// <summary>A negative movement is a claim like any other.</summary>
    private async Task<StockMovementResult?> ClaimForMovement(StockMovementCommand command)
    {
        for (var bumps = 0; bumps <= MaxBumps; bumps++)
        {
            var claimed =
                command.Quantity > 0 && _gate is not null
                    ? true
                    : _gate?.ClaimMovement(
                        command.Header.CommandId,
                        -command.Quantity,
                        command.Header.Deadline,
                        clock.GetUtcNow()
                    );
            if (claimed == true)
            {
                return null;
            }
            if (claimed == false)
            {
                return new StockMovementResult
                {
                    Refusal = new Refusal
                    {
                        Code = RefusalCode.StockWouldBeNegative,
                        SkuId = SkuId,
                        Required = -command.Quantity,
                        Available = _gate!.Left,
                    },
                };
            }
            if (!await TryBump())
            {
                break;
            }
        }
        return Refuse(_unknownSku ? RefusalCode.SkuNotFound : RefusalCode.NotRun);
    }

    private CommitUnit Unit(StockMovementCommand command, long epoch) =>
        new()
        {
            CommitId = command.Header.CommandId,
            Lane = command.Header.Lane,
            Deadline = command.Header.Deadline,
            At = clock.GetUtcNow(),
            Command = new CommandRow(
                command.Header.Principal,
                command.Header.Key,
                "move_stock",
                command.Header.Fingerprint
            ),
            Movement = new MovementWrite(
                SkuId,
                command.Quantity,
                command.Reason,
                command.Quantity < 0 ? epoch : 0
            ),
        };

    private async Task<StockMovementResult?> FirstOf(StockMovementCommand command)
    {
        if (
            command.Header.Key is not { } key
            || await movements.FindByKey(SkuId, command.Header.Principal, key) is not { } first
        )
        {
            return null;
        }
        return first.Fingerprint.Span.SequenceEqual(command.Header.Fingerprint)
            ? new StockMovementResult { Available = first.AvailableAfter, Replayed = true }
            : Refuse(RefusalCode.IdempotencyKeyReused);
    }

    private StockMovementResult Refuse(RefusalCode code) =>
        new()
        {
            Refusal = new Refusal
            {
                Code = code,
                SkuId = SkuId,
                RetryAfterSeconds = code == RefusalCode.Overloaded ? 1 : null,
            },
        };

    /// <summary>Starts a new epoch; callers at the same time share one. False when the SKU is unknown or the database can't be asked.</summary>
    private async Task<bool> TryBump()
    {
        if (_unknownSku)
        {
            return false;
        }
        try
        {
            if (_bump is null or { IsCompleted: true })
            {
                _bump = Bump();
            }
            await _bump;
            return _gate is not null;
        }
        catch (Exception exception) when (exception is NpgsqlException or TimeoutException)
        {
            LogNotRun(logger, exception.GetType().Name);
            return false;
        }
    }

    private async Task Bump()
    {
        if (await offers.Start(SkuId) is not var (offer, available, epoch))
        {
            _unknownSku = true;
            DeactivateOnIdle();
            return;
        }
        MallMeter.StockBumps.Add(1);
        _bumpedAt = clock.GetTimestamp();
        if (_gate is null)
        {
            _gate = new StockGate(offer, available, epoch, clock.GetUtcNow());
        }
        else
        {
            MallMeter.ForgottenClaims.Add(_gate.OverdueClaims(clock.GetUtcNow()));
            _gate.Restarted(offer, available, epoch, clock.GetUtcNow());
        }
        _figures.Follow(_gate);
    }

    [LoggerMessage(
        Level = LogLevel.Warning,
        Message = "A gate could not ask the database: {Error}"
    )]
    private static partial void LogNotRun(ILogger logger, string error);
}
