using Microsoft.Extensions.DependencyInjection;

namespace PointsMall.Grains.Programme;

public static class ProgrammeServices
{
    /// <summary>Gives the silo's grains <see cref="ProgrammeSettingsCache"/>. Needs the storage provider <see cref="ProgrammeState.Provider"/>.</summary>
    public static IServiceCollection AddProgrammeSettings(this IServiceCollection services) =>
        services
            .AddSingleton<ProgrammeSettingsCache>()
            .AddSingleton<ILifecycleParticipant<ISiloLifecycle>>(provider =>
                provider.GetRequiredService<ProgrammeSettingsCache>()
            );
}
