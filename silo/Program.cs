using PointsMall.Silo;

return args switch
{
    [] or ["run", ..] => await SiloHost.Run(args),
    ["migrate"] => await MigrateCommand.Run(Console.Out),
    _ => Usage(),
};

static int Usage()
{
    Console.Error.WriteLine();
    return 64;
}
