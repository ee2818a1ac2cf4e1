using System.CommandLine;
using PointsMall.LoadTests.Bench;
using PointsMall.LoadTests.Compare;
using PointsMall.LoadTests.Drills;
using PointsMall.LoadTests.Faults;

var command = BenchCommandLine.Create(
    (options, cancelled) => BenchCommand.Told(() => BenchCommand.Run(options, cancelled)),
    (options, cancelled) => BenchCommand.Told(() => BenchCommand.Prepare(options, cancelled)),
    CompareCommand.Create(),
    PeerCommand.Create(),
    FaultsCommand.Create(),
    DrillCommand.Create()
);

// A mall is stopped in order before the process ends, however long that takes.
return await command
    .Parse(args)
    .InvokeAsync(
        new InvocationConfiguration { ProcessTerminationTimeout = Timeout.InfiniteTimeSpan }
    );
