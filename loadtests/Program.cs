using System.CommandLine;
using PointsMall.LoadTests.Bench;
using PointsMall.LoadTests.Compare;

if (args is ["peer", var name, var url, var data, var keys, var ids, .. var settings])
{
    return await PeerCommand.Run(name, url, data, keys, ids, settings);
}
var command = BenchCommandLine.Create(
    (options, cancelled) => BenchCommand.Told(() => BenchCommand.Run(options, cancelled)),
    (options, cancelled) => BenchCommand.Told(() => BenchCommand.Prepare(options, cancelled))
);

// A mall is stopped in order before the process ends, however long that takes.
return await command
    .Parse(args)
    .InvokeAsync(
        new InvocationConfiguration { ProcessTerminationTimeout = Timeout.InfiniteTimeSpan }
    );
