using Microsoft.Extensions.DependencyInjection;

namespace PointsMall.Grains.Earning;

public static class EarningServices
{
    /// <summary>Gives the silo's grains <see cref="RulebookCache"/>. Needs the storage provider <see cref="ProgrammeState.Provider"/>.</summary>
    public static IServiceCollection AddRulebook(this IServiceCollection services) =>
        services
            .AddSingleton<RulebookDocuments>()
            .AddSingleton<RulebookCache>()
            .AddSingleton<ILifecycleParticipant<ISiloLifecycle>>(provider =>
                provider.GetRequiredService<RulebookCache>()
            )
            .AddSingleton<IEarningInputs, EarningInputsReader>()
            .AddSingleton<EarningRecords>()
            .AddSingleton<EarningSources>();
}
