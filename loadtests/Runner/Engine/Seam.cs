using NBomber.Contracts;
using NBomber.Contracts.Stats;

namespace PointsMall.LoadTests.Runner.Engine
{
    internal abstract class Iteration
    {
        public abstract Task<Response<T>> RunStep<T>(string name, Func<Task<Response<T>>> run);
    }

    internal sealed class LoadRun(NBomberContext run, TimeProvider time)
    {
        public Task<NodeStats> Run() =>
            throw new InvalidOperationException($"{run.TestName} {time.GetUtcNow()}");
    }
}

namespace PointsMall.LoadTests.Runner.Configuration
{
    internal static class CommandLine
    {
        public static NBomberContext Apply(NBomberContext context, string[] args) =>
            args.Length == 0 ? context : throw new RunConfigException(args[0]);
    }

    internal static class RunSettings
    {
        public static NBomberContext From(NBomberContext context) => context;
    }
}
