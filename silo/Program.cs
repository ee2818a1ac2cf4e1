using Microsoft.Extensions.Options;
using PointsMall.Grains.Checkpoints;
using PointsMall.Grains.Verification;
using PointsMall.Silo;

return args switch
{
    [] or ["run", ..] => await Serve(args),
    ["health", .. var settings] => await HealthCommand.Run(settings, Console.Out),
    ["migrate"] => await MigrateCommand.Run(Console.Out),
    ["verify"] => await Verify(memberId: null),
    ["verify", "--member", var id] when Guid.TryParse(id, out var memberId) => await Verify(
        memberId
    ),
    ["checkpoint-key", var file] => await CreateKey(file),
    _ => await Usage(
        "usage: PointsMall.Silo [run | health | migrate | verify [--member ID] | checkpoint-key FILE]   (settings: docs/configuration.md)"
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

static Task<int> Verify(Guid? memberId) =>
    Environment.GetEnvironmentVariable("ConnectionStrings__owner") is { Length: > 0 } owner
        ? VerifyCommand.Run(
            owner,
            Console.Out,
            memberId,
            Environment.GetEnvironmentVariable("Checkpoints__PublicKeyFile")
        )
        : Usage("Set ConnectionStrings__owner to the database, as its owner");

static async Task<int> CreateKey(string file)
{
    try
    {
        SigningKey.Create(file);
        return 0;
    }
    catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
    {
        await Console.Error.WriteLineAsync($"The key can't be written: {failure.Message}");
        return 1;
    }
}

static async Task<int> Usage(string what)
{
    await Console.Error.WriteLineAsync(what);
    return 64;
}
