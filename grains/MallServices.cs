using Microsoft.Extensions.DependencyInjection;
using PointsMall.Grains.Catalogue;
using PointsMall.Grains.Checkpoints;
using PointsMall.Grains.Commits;
using PointsMall.Grains.Database;
using PointsMall.Grains.Earning;
using PointsMall.Grains.Inventory;
using PointsMall.Grains.Members;
using PointsMall.Grains.Verification;

namespace PointsMall.Grains;

/// <summary>What the grains need in a silo.</summary>
public static class MallServices
{
    /// <param name="services">The silo's services.</param>
    /// <param name="connectionString">Role mall_silo.</param>
    /// <param name="loadConnections">Pooled connections for account loads and look-ups.</param>
    public static IServiceCollection AddMall(
        this IServiceCollection services,
        string connectionString,
        int loadConnections = 8
    ) =>
        services
            .AddProgrammeSettings()
            .AddRulebook()
            .AddSingleton(provider => new MallDatabase(
                connectionString,
                SiloGeneration.Of(provider.GetRequiredService<ILocalSiloDetails>().SiloAddress),
                loadConnections
            ))
            .AddSingleton<AccountLoader>()
            .AddSingleton<AccountVersions>()
            .AddSingleton<MemberRecords>()
            .AddSingleton<MovementRecords>()
            .AddSingleton<RegistrationRecords>()
            .AddSingleton<CatalogueReader>()
            .AddSingleton<DueAccounts>()
            .AddSingleton<CheckpointMaker>()
            .AddSingleton<OfferRow>()
            .AddSingleton<IGates, GrainGates>()
            .AddSingleton<GateSpread>()
            .AddSingleton<ILifecycleParticipant<ISiloLifecycle>>(provider =>
                provider.GetRequiredService<GateSpread>()
            )
            .AddSingleton<Committer>()
            .AddSingleton<ICommitter>(provider => provider.GetRequiredService<Committer>())
            .AddSingleton<ILifecycleParticipant<ISiloLifecycle>>(provider =>
                provider.GetRequiredService<Committer>()
            )
            .AddSingleton<ILifecycleParticipant<ISiloLifecycle>, SweeperStartup>()
            .AddSingleton<ILifecycleParticipant<ISiloLifecycle>, ContinuousVerification>()
            .AddSingleton<DeadSiloReaper>()
            .AddSingleton<ILifecycleParticipant<ISiloLifecycle>>(provider =>
                provider.GetRequiredService<DeadSiloReaper>()
            );
}
