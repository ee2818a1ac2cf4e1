using Microsoft.Extensions.Options;
using PointsMall.Grains.Verification;
using PointsMall.Silo;

return args switch
{
    [] or ["run", ..] => await Serve(args),
    ["health", .. var settings] => await HealthCommand.Run(settings, Console.Out),
    ["migrate"] => await MigrateCommand.Run(Console.Out),
    ["verify"] => await Verify(),
    _ => await Usage(
        "usage: PointsMall.Silo [run | health | migrate | verify]   (settings: docs/configuration.md)"
    ),
};

static async Task<int> Serve(string[] args)
{
    try
    {
        return await SiloHost.Run(args);
    }
    catch (Exception failure) when (failure is OptionsValidationException or InvalidDataException)
    {
        await Console.Error.WriteLineAsync($"The silo can't start: {failure.Message}");
        return 1;
    }
}

static Task<int> Verify() =>
    Environment.GetEnvironmentVariable("ConnectionStrings__owner") is { Length: > 0 } owner
        ? VerifyCommand.Run(owner, Console.Out)
        : Usage("Set ConnectionStrings__owner to the database, as its owner");

static async Task<int> Usage(string what)
{
    await Console.Error.WriteLineAsync(what);
    return 64;
}
