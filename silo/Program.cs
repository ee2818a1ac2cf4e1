using PointsMall.Grains.Verification;
using PointsMall.Silo;

return args switch
{
    [] or ["run", ..] => await SiloHost.Run(args),
    ["migrate"] => await MigrateCommand.Run(Console.Out),
    ["verify"] => await Verify(),
    _ => await Usage(
        "usage: PointsMall.Silo [run | migrate | verify]   (settings: docs/configuration.md)"
    ),
};

static Task<int> Verify() =>
    Environment.GetEnvironmentVariable("ConnectionStrings__owner") is { Length: > 0 } owner
        ? VerifyCommand.Run(owner, Console.Out)
        : Usage("Set ConnectionStrings__owner to the database, as its owner");

static async Task<int> Usage(string what)
{
    await Console.Error.WriteLineAsync(what);
    return 64;
}
