namespace PointsMall.Tests.Cli;

/// <summary>What the script says to what it can't do.</summary>
public sealed class ArgumentTests
{
    [Theory]
    [InlineData("up --silos 0", "--silos must be a whole number from 1 to 16")]
    [InlineData("up --silos two", "--silos must be a whole number from 1 to 16")]
    [InlineData("up --api-port 65536", "--api-port must be a whole number from 1 to 65535")]
    [InlineData("up --api-port", "--api-port needs a value")]
    [InlineData("up --what", "unknown option --what")]
    [InlineData("up here", "unknown argument here")]
    [InlineData("down --silos 2", "unknown option --silos")]
    [InlineData("down --data /nowhere/at/all", "no mall has run in /nowhere/at/all")]
    [InlineData("psql --data /nowhere/at/all", "no mall has run in /nowhere/at/all")]
    [InlineData("silo", "say one of: silo add, silo stop N, silo kill N, silo list")]
    [InlineData("silo stop", "say one of: silo add, silo stop N, silo kill N, silo list")]
    [InlineData("silo add 2", "say one of: silo add, silo stop N, silo kill N, silo list")]
    [InlineData("silo stop one", "the number of a silo must be a whole number from 1 to 16")]
    [InlineData("silo list --data /nowhere/at/all", "no mall runs in /nowhere/at/all")]
    [InlineData("prometheus --port 0", "--port must be a whole number from 1 to 65535")]
    [InlineData(
        "up --standby --database postgres://o:p@h/mall",
        "--standby and --backup are for a private database"
    )]
    [InlineData("backup daily", "say one of: backup, backup full, backup diff, backup list")]
    [InlineData("restore --to yesteryear", "--to takes a time like")]
    [InlineData(
        "restore --data /nowhere/at/all",
        "no backups are kept of the mall in /nowhere/at/all"
    )]
    [InlineData("failover --data /nowhere/at/all", "no mall runs in /nowhere/at/all")]
    [InlineData("sell", "unknown command sell")]
    public async Task A_mistake_is_named(string arguments, string message)
    {
        var output = await Terminal.Mall(arguments.Split(' '));

        Assert.Equal(1, output.ExitCode);
        Assert.Contains(message, output.Errors, StringComparison.Ordinal);
        Assert.Empty(output.Text);
    }

    [Fact]
    public async Task Help_names_every_command()
    {
        var help = (await Terminal.Mall("help")).Text;

        Assert.All(
            [
                "up",
                "down",
                "silo",
                "test",
                "token",
                "verify",
                "psql",
                "prometheus",
                "bench",
                "faults",
                "drill",
                "backup",
                "restore",
                "failover",
                "rejoin",
            ],
            command => Assert.Contains($"./mall {command}", help, StringComparison.Ordinal)
        );
    }
}
